import { createMockDirectory } from '@backstage/backend-test-utils';
import { JsonObject } from '@backstage/types';
import {
  ConflictError,
  InputError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { parse } from 'yaml';
import { attemptOf, CANARY, PR_URL } from '../__testUtils__/fakes';
import { componentOf } from '../__testUtils__/FakeCatalog';
import { setupActions } from '../__testUtils__/setupActions';
import { examples as repositoryExamples } from './createRepository.examples';
import { examples as gateExamples } from './gate.examples';
import { examples as planExamples } from './planDirectories.examples';
import { examples as pullRequestExamples } from './pullRequest.examples';
import { examples as registerExamples } from './registerComponent.examples';
import { examples as notifyExamples } from './sendNotification.examples';
import { examples as waitExamples } from './waitForApply.examples';

const workspace = createMockDirectory({
  content: {
    'main.tf': 'module "database" {}',
    terraform: { 'main.tf': 'module "other" {}' },
    repository: { 'catalog-info.yaml': 'kind: Component' },
  },
});

describe('examples', () => {
  it.each(
    [
      gateExamples,
      repositoryExamples,
      planExamples,
      pullRequestExamples,
      waitExamples,
      registerExamples,
      notifyExamples,
    ]
      .flat()
      .map(({ description, example }) => [description, example]),
  )('%s', async (_description, example) => {
    const [{ id, action, input }] = parse(example).steps;
    const { run, runs, pause, infrastructure, catalog } = setupActions();
    catalog.files.set(
      'https://github.com/myorg/orders/blob/main/catalog-info.yaml',
      [componentOf('orders')],
    );
    await runs.register('task-1', {
      authorised: true,
      secretNames: [],
      team: 'group:default/payments',
    });
    pause.onSleep = () => {
      infrastructure.state.status = 'applied';
    };
    const tried = attemptOf(id, { input, workspacePath: workspace.path });
    tried.context.step = { id: 'gate', name: id };
    await run(action, tried);
    expect(Object.keys(tried.outputs)).not.toEqual([]);
  });
});

const NEW_PR: JsonObject = {
  repoUrl: 'github.com?owner=myorg&repo=infrastructure',
  branchName: 'db-orders',
  title: 'Provision database: orders',
};

describe('git:pull-request:create', () => {
  const of = (input: JsonObject = {}) =>
    attemptOf('pr', {
      input: { ...NEW_PR, ...input },
      workspacePath: workspace.path,
    });

  it('opens one and says where', async () => {
    const { run, git, runs } = setupActions();
    const tried = of({ sourcePath: 'terraform', targetPath: 'databases/x' });
    await run('git:pull-request:create', tried);
    expect(tried.outputs).toEqual({
      remoteUrl: PR_URL,
      pullRequestNumber: 1,
      headCommit: 'aaaaaaa1',
      targetBranchName: 'main',
    });
    expect(git.opened[0].files.map(({ path }) => path)).toEqual([
      'databases/x/main.tf',
    ]);
    expect(git.opened[0].runKey).toMatch(/^task-1\/pr\/[0-9a-f]{12}$/);
    expect(runs.effects).toEqual([
      expect.objectContaining({ status: 'created', url: PR_URL }),
    ]);
  });

  it('opens nothing the second time', async () => {
    const { run, git } = setupActions();
    await run('git:pull-request:create', of());
    const again = of();
    await run('git:pull-request:create', again);
    expect(git.opened).toHaveLength(1);
    expect(again.outputs.remoteUrl).toBe(PR_URL);
  });

  it('does nothing without admission', async () => {
    const { run, git, approvals, runs } = setupActions();
    approvals.admission = {
      admitted: false,
      code: 'rejected',
      message: 'It was rejected.',
    };
    await expect(run('git:pull-request:create', of())).rejects.toThrow(
      'It was rejected.',
    );
    expect(git.opened).toEqual([]);
    expect(runs.effects).toEqual([]);
  });

  it('does nothing where another run holds the branch', async () => {
    const { run, git, runs } = setupActions();
    await run('git:pull-request:create', of());
    runs.effects[0].taskId = 'task-0';
    await expect(run('git:pull-request:create', of())).rejects.toThrow(
      'belongs to another run (task-0)',
    );
    expect(git.opened).toHaveLength(1);
  });

  it('waits for the worker that holds the lease', async () => {
    const { run, git, runs, pause } = setupActions();
    await run('git:pull-request:create', of());
    Object.assign(runs.effects[0], { status: 'intended', attempt: 'other' });
    pause.onSleep = () => Object.assign(runs.effects[0], { status: 'created' });
    await run('git:pull-request:create', of());
    expect(git.opened).toHaveLength(1);
  });

  it('runs without the secrets of the form only if the run had none', async () => {
    const { run, git, runs } = setupActions();
    runs.record = {
      taskId: 'task-1',
      authorised: true,
      secretNames: ['API_KEY'],
      createdAt: 'now',
    };
    await expect(run('git:pull-request:create', of())).rejects.toThrow(
      'The secrets of this run (API_KEY) are gone',
    );
    expect(git.opened).toEqual([]);
  });

  it('leaves no branch where the pull request is refused', async () => {
    const { run, git, runs } = setupActions();
    git.createPullRequest = async () => {
      throw new InputError('the base is not there');
    };
    await expect(run('git:pull-request:create', of())).rejects.toThrow('base');
    expect(git.removedBranches).toEqual([NEW_PR.branchName]);
    expect(runs.effects[0].status).toBe('absent');

    // What can't be told stays to be looked after.
    git.findPullRequest = async () => {
      throw new ServiceUnavailableError('down');
    };
    await expect(run('git:pull-request:create', of())).rejects.toThrow('base');
    expect(runs.effects.at(-1)?.status).toBe('intended');
  });

  it('keeps the intent where it cannot tell what happened', async () => {
    const { run, git, runs } = setupActions();
    git.createPullRequest = async () => {
      throw new ServiceUnavailableError('cut');
    };
    await expect(run('git:pull-request:create', of())).rejects.toThrow('cut');
    expect(runs.effects[0]).toMatchObject({
      status: 'intended',
      attempt: undefined,
    });
  });

  it("takes the portal's git host where the repository names none", async () => {
    const { run, git } = setupActions();
    await run(
      'git:pull-request:create',
      of({ repoUrl: 'myorg/platform/infrastructure' }),
    );
    expect(git.opened[0].repository).toEqual({
      host: 'github.com',
      owner: 'myorg/platform',
      name: 'infrastructure',
    });
    const other = setupActions({ defaultGitHost: '' });
    await expect(
      other.run('git:pull-request:create', of({ repoUrl: 'a/b' })),
    ).rejects.toThrow('providers.defaultGitHost');
    expect(other.git.opened).toEqual([]);
  });

  it('has the name that templates knew it by', async () => {
    const { run, git } = setupActions();
    await run('github:pull-request', of());
    expect(git.opened).toHaveLength(1);
  });

  it.each([
    [{ repoUrl: 'github.com?repo=x' }, /owner/],
    [{ targetPath: '../x' }, /leaves the repository/],
    [{ sourcePath: '../x' }, /not allowed|outside/i],
    [{ repoUrl: 'gitlab.com?owner=a&repo=b' }, /gitlab.com/],
  ])('refuses %j', async (input, message) => {
    const { run, git } = setupActions();
    await expect(run('git:pull-request:create', of(input))).rejects.toThrow(
      message,
    );
    expect(git.opened).toEqual([]);
  });
});

describe('terraform:plan', () => {
  const of = (directories = ['databases/orders']) =>
    attemptOf('plan', {
      input: { repoUrl: 'myorg/infrastructure', directories },
    });

  it('does nothing where directories are planned by themselves', async () => {
    const { run, infrastructure, runs } = setupActions();
    const tried = of();
    await run('terraform:plan', tried);
    expect(tried.outputs).toEqual({ workspaces: [] });
    expect(infrastructure.workspaces.size).toBe(0);
    expect(runs.effects).toEqual([]);
  });

  it('makes a workspace for each directory, once', async () => {
    const { run, infrastructure, runs } = setupActions();
    infrastructure.needsWorkspaces = true;
    const directories = ['databases/orders', 'databases/bills'];
    await run('terraform:plan', of(directories));
    const again = of(directories);
    await run('terraform:plan', again);
    expect([...infrastructure.workspaces.keys()]).toEqual([
      'infrastructure-databases-orders',
      'infrastructure-databases-bills',
    ]);
    expect(again.outputs.workspaces).toHaveLength(2);
    expect(runs.effects).toEqual(
      directories.map(directory =>
        expect.objectContaining({
          status: 'created',
          kind: 'workspace',
          name: `github.com/myorg/infrastructure//${directory}`,
        }),
      ),
    );
  });

  it('keeps what somebody else has made, and says so', async () => {
    const { run, infrastructure, runs } = setupActions();
    infrastructure.needsWorkspaces = true;
    infrastructure.workspaces.set('infrastructure-databases-orders', 'other');
    const tried = of();
    await run('terraform:plan', tried);
    expect(tried.outputs).toEqual({ workspaces: [] });
    expect(runs.effects[0].reference).toMatchObject({ existed: true });
  });

  it('makes nothing in a dry run, nor without admission', async () => {
    const { run, infrastructure, approvals } = setupActions();
    infrastructure.needsWorkspaces = true;
    const dry = attemptOf('plan', {
      input: { repoUrl: 'myorg/infrastructure', directories: ['a'] },
      isDryRun: true,
    });
    await run('terraform:plan', dry);
    expect(dry.lines.join()).toContain('would make workspaces for a');
    approvals.admission = {
      admitted: false,
      code: 'rejected',
      message: 'It was rejected.',
    };
    await expect(run('terraform:plan', of())).rejects.toThrow('rejected');
    expect(infrastructure.workspaces.size).toBe(0);
  });
});

describe('terraform:wait-for-apply', () => {
  const of = (options: Parameters<typeof attemptOf>[1] = {}) =>
    attemptOf('apply', { input: { prUrl: PR_URL }, ...options });

  it('applies the planned head and gives references for what is sensitive', async () => {
    const { run, infrastructure, runs } = setupActions();
    const tried = of();
    await run('terraform:wait-for-apply', tried);
    expect(infrastructure.applied).toEqual(['aaaaaaa1']);
    expect(tried.outputs).toMatchObject({
      headCommit: 'aaaaaaa1',
      outputs: { host: 'db.local' },
      secretReferences: { password: { output: 'password' } },
    });
    expect(
      JSON.stringify([tried.outputs, tried.lines, runs.effects]),
    ).not.toContain(CANARY);
    expect(tried.lines.join('\n')).toContain(
      'Planned aaaaaaa: 3 to add, 0 to change, 0 to destroy. https://plans/1',
    );
  });

  it('goes on with an apply that asks to be started once more', async () => {
    const { run, infrastructure, runs } = setupActions({ inlineWaitMs: 0 });
    const started: string[] = [];
    infrastructure.startApply = async () => {
      started.push(infrastructure.state.status);
      Object.assign(infrastructure.state, {
        status: 'applying',
        merged: true,
        awaitsStart: undefined,
      });
    };
    const first = of();
    runs.onSuspend = () => first.abort.abort();
    await expect(run('terraform:wait-for-apply', first)).rejects.toThrow();
    infrastructure.state.awaitsStart = true;
    const second = of({ by: 'service' });
    runs.onSuspend = () => second.abort.abort();
    await expect(run('terraform:wait-for-apply', second)).rejects.toThrow();
    expect(started).toEqual(['planned', 'applying']);
    infrastructure.state.status = 'applied';
    const third = of({ by: 'service' });
    await run('terraform:wait-for-apply', third);
    expect(started).toHaveLength(2);
    expect(third.outputs.headCommit).toBe('aaaaaaa1');
  });

  it('leaves it to others to go on with what it has not started', async () => {
    const { run, infrastructure, runs } = setupActions({ inlineWaitMs: 0 });
    Object.assign(infrastructure.state, {
      status: 'applying',
      awaitsStart: true,
    });
    const tried = of({ input: { prUrl: PR_URL, apply: false } });
    runs.onSuspend = () => tried.abort.abort();
    await expect(run('terraform:wait-for-apply', tried)).rejects.toMatchObject({
      name: 'WaitingError',
    });
    expect(infrastructure.applied).toEqual([]);
  });

  it('starts nothing when told not to', async () => {
    const { run, infrastructure, pause } = setupActions();
    pause.onSleep = () => {
      infrastructure.state.status = 'applied';
    };
    await run(
      'terraform:wait-for-apply',
      of({ input: { prUrl: PR_URL, apply: false } }),
    );
    expect(infrastructure.applied).toEqual([]);
  });

  it('waits inline for a bounded time, then parks and gives the lease back', async () => {
    const { run, infrastructure, runs, pause } = setupActions();
    infrastructure.state.status = 'planning';
    const tried = of();
    runs.onSuspend = () => tried.abort.abort();
    await expect(run('terraform:wait-for-apply', tried)).rejects.toMatchObject({
      name: 'WaitingError',
    });
    expect(pause.now()).toBe(2_000);
    expect(runs.suspensions[0].wait.kind).toBe('infrastructure');
    expect(runs.effects[0]).toMatchObject({
      status: 'intended',
      attempt: undefined,
    });
  });

  it('fails when its time is over, and waits anew when it is tried again', async () => {
    const { run, infrastructure, runs, pause } = setupActions({
      inlineWaitMs: 0,
    });
    infrastructure.state.status = 'planning';
    const checkpoints = {};
    const attempt = (by: 'requester' | 'service') => {
      const tried = attemptOf('apply', {
        input: { prUrl: PR_URL, timeout: { hours: 3 } },
        checkpoints,
        by,
      });
      runs.onSuspend = () => tried.abort.abort();
      return run('terraform:wait-for-apply', tried);
    };
    const isParked = { name: 'WaitingError' };
    await expect(attempt('requester')).rejects.toMatchObject(isParked);
    const due = () => JSON.parse(runs.suspensions.at(-1)!.wait.ref)[3];
    expect(due()).toBe(new Date(3 * 3_600_000).toISOString());
    // Woken by something else, it does not wait any longer than that.
    await pause.sleep(3_600_000);
    await expect(attempt('service')).rejects.toMatchObject(isParked);
    expect(due()).toBe(new Date(3 * 3_600_000).toISOString());
    await pause.sleep(2 * 3_600_000);
    await expect(attempt('service')).rejects.toThrow(
      `3 hours have passed, and the plan of ${PR_URL} is not over. Planning aaaaaaa.`,
    );
    expect(runs.suspensions).toHaveLength(2);
    expect(runs.reports.at(-1)?.problem).toMatchObject({
      canPass: true,
      remedy: expect.stringContaining('retry the run'),
    });
    await expect(attempt('service')).rejects.toMatchObject(isParked);
    expect(Date.parse(due())).toBeGreaterThan(6 * 3_600_000 - 1);
  });

  it('goes on in our service’s attempt, for the head it had pinned', async () => {
    const { run, infrastructure, runs } = setupActions({ inlineWaitMs: 0 });
    infrastructure.state.status = 'planning';
    const first = of();
    runs.onSuspend = () => first.abort.abort();
    await expect(run('terraform:wait-for-apply', first)).rejects.toThrow();
    infrastructure.state.status = 'planned';
    await run('terraform:wait-for-apply', of({ by: 'service' }));
    expect(infrastructure.applied).toEqual(['aaaaaaa1']);
  });

  it('does not wait where the requester may not', async () => {
    const { run, infrastructure, runs } = setupActions({ mayWait: false });
    infrastructure.state.status = 'planning';
    await expect(run('terraform:wait-for-apply', of())).rejects.toThrow(
      'You may not.',
    );
    expect(runs.suspensions).toEqual([]);
  });

  it('never applies what was pushed after the run opened the pull request', async () => {
    const { run, infrastructure, git } = setupActions();
    await run(
      'git:pull-request:create',
      attemptOf('pr', { input: NEW_PR, workspacePath: workspace.path }),
    );
    expect(git.opened).toHaveLength(1);
    infrastructure.state.head = 'bbbbbbb2';
    await expect(run('terraform:wait-for-apply', of())).rejects.toThrow(
      'nobody has looked at what was pushed',
    );
    expect(infrastructure.applied).toEqual([]);
  });

  it('asks people about a moved head, and applies it once they approve', async () => {
    const { run, infrastructure, approvals, runs } = setupActions();
    approvals.admission = head =>
      head === 'bbbbbbb2'
        ? { admitted: false, code: 'head-moved', message: 'moved' }
        : { admitted: true };
    approvals.outcome = 'require-approval';
    infrastructure.state.head = 'bbbbbbb2';
    const first = of();
    runs.onSuspend = () => first.abort.abort();
    await expect(run('terraform:wait-for-apply', first)).rejects.toMatchObject({
      name: 'WaitingError',
    });
    expect(approvals.gates[0].subject?.head).toBe('bbbbbbb2');
    expect(infrastructure.applied).toEqual([]);

    approvals.status = 'approved';
    await run('terraform:wait-for-apply', of({ by: 'service' }));
    expect(infrastructure.applied).toEqual(['bbbbbbb2']);
  });

  it.each(['plan', 'apply'] as const)(
    'says what to do when the %s has failed',
    async failedPhase => {
      const { run, infrastructure } = setupActions();
      Object.assign(infrastructure.state, {
        status: 'failed',
        failedPhase,
        description: '0/1 projects',
      });
      await expect(run('terraform:wait-for-apply', of())).rejects.toThrow(
        `The ${failedPhase} of ${PR_URL} has failed: 0/1 projects`,
      );
    },
  );
});

describe('an apply that has failed', () => {
  const of = (options: Parameters<typeof attemptOf>[1] = {}) =>
    attemptOf('apply', { input: { prUrl: PR_URL }, ...options });
  const failed = {
    status: 'failed',
    failedPhase: 'apply',
    description: '0/1 projects',
  } as const;
  const RETRY = { apply: { retry: { attempts: 1 } } };

  /** A vendor whose applies fail so often, and that plans anew when asked. */
  function setup(fails: number, onFailure: Record<string, unknown> = {}) {
    const setting = setupActions({ onFailure });
    const { infrastructure, pause } = setting;
    let left = fails;
    infrastructure.startApply = async (_url, { head }) => {
      infrastructure.applied.push(head);
      if (infrastructure.state.status === 'planned') {
        left -= 1;
        Object.assign(
          infrastructure.state,
          left >= 0 ? failed : { status: 'applied', failedPhase: undefined },
        );
      } else {
        // The old end shows until the vendor has picked it up.
        pause.onSleep = () => {
          pause.onSleep = () => {};
          Object.assign(infrastructure.state, {
            status: 'planned',
            failedPhase: undefined,
          });
        };
      }
    };
    return setting;
  }

  it('is planned and applied anew by a retry', async () => {
    const { run, infrastructure } = setup(1, RETRY);
    const tried = of();
    await run('terraform:wait-for-apply', tried);
    expect(infrastructure.state.status).toBe('applied');
    // started, planned anew, started
    expect(infrastructure.applied).toHaveLength(3);
    expect(tried.outputs.outputs).toEqual({ host: 'db.local' });
  });

  it('is applied anew by a later attempt, once for each failure', async () => {
    const { run, infrastructure } = setup(2);
    const checkpoints = {};
    await expect(
      run('terraform:wait-for-apply', of({ checkpoints })),
    ).rejects.toThrow('has failed: 0/1 projects');
    expect(infrastructure.applied).toHaveLength(1);
    await expect(
      run('terraform:wait-for-apply', of({ by: 'service', checkpoints })),
    ).rejects.toThrow('has failed: 0/1 projects');
    expect(infrastructure.applied).toHaveLength(3);
    await run('terraform:wait-for-apply', of({ by: 'service', checkpoints }));
    expect(infrastructure.state.status).toBe('applied');
  });

  it('that was started anew before a park is not started once more', async () => {
    const { run, infrastructure, runs, pause } = setup(1, {});
    const checkpoints = {};
    await expect(
      run('terraform:wait-for-apply', of({ checkpoints })),
    ).rejects.toThrow();
    infrastructure.startApply = async (_url, { head }) => {
      infrastructure.applied.push(head);
      infrastructure.state.status = 'planning';
    };
    const second = of({ by: 'service', checkpoints });
    runs.onSuspend = () => second.abort.abort();
    await expect(run('terraform:wait-for-apply', second)).rejects.toMatchObject(
      {
        name: 'WaitingError',
      },
    );
    expect(infrastructure.applied).toHaveLength(2);
    // It failed while the run was parked: a failure of its own.
    Object.assign(infrastructure.state, failed);
    pause.onSleep = () => {};
    await expect(
      run('terraform:wait-for-apply', of({ by: 'service', checkpoints })),
    ).rejects.toThrow('has failed: 0/1 projects');
    expect(infrastructure.applied).toHaveLength(2);
  });

  it('stays in the ledger; a plan that failed leaves nothing there', async () => {
    const { run, runs } = setup(1);
    await expect(run('terraform:wait-for-apply', of())).rejects.toThrow();
    expect(runs.effects[0].status).toBe('intended');

    const planned = setupActions();
    Object.assign(planned.infrastructure.state, {
      status: 'failed',
      failedPhase: 'plan',
    });
    await expect(planned.run('terraform:wait-for-apply', of())).rejects.toThrow(
      'The plan of',
    );
    expect(planned.runs.effects[0].status).toBe('absent');
  });

  it('stays in the ledger when the head moves after it was started', async () => {
    const { run, runs, infrastructure } = setupActions();
    infrastructure.startApply = async () => {
      Object.assign(infrastructure.state, {
        status: 'planned',
        head: 'bbbbbbb2',
      });
    };
    await expect(run('terraform:wait-for-apply', of())).rejects.toThrow(
      'moved to bbbbbbb2',
    );
    expect(runs.effects[0].status).toBe('intended');
  });
});

describe('a worker that stalls for longer than its lease', () => {
  it('takes what the other worker has made', async () => {
    const { run, runs, git } = setupActions();
    const create = git.createPullRequest.bind(git);
    git.createPullRequest = async options => {
      Object.assign(runs.effects[0], {
        status: 'created',
        attempt: 'other',
        reference: { url: PR_URL, number: 1, headCommit: 'h', base: 'main' },
      });
      return create(options);
    };
    const tried = attemptOf('pr', {
      input: NEW_PR,
      workspacePath: workspace.path,
    });
    await run('git:pull-request:create', tried);
    expect(tried.outputs).toMatchObject({ headCommit: 'h' });
  });

  it('gives up after a while where the other one never ends', async () => {
    const { run, runs, pause } = setupActions();
    const of = () =>
      attemptOf('pr', { input: NEW_PR, workspacePath: workspace.path });
    await run('git:pull-request:create', of());
    Object.assign(runs.effects[0], { status: 'intended', attempt: 'other' });
    await expect(run('git:pull-request:create', of())).rejects.toThrow(
      'is at work on the pull request',
    );
    expect(pause.now()).toBe(90_000);
  });

  it('ends where the run may create nothing more', async () => {
    const { run, runs } = setupActions({ onFailure: { pr: 'skip' } });
    runs.claimEffect = async () => {
      throw new ConflictError('Run task-1 was rolled back.');
    };
    const tried = attemptOf('pr', {
      input: NEW_PR,
      workspacePath: workspace.path,
    });
    await expect(run('git:pull-request:create', tried)).rejects.toThrow(
      'was rolled back',
    );
    expect(tried.outputs).toEqual({});
  });
});
