import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { createSecretSealer } from '@self-service/plugin-runs-node';
import { ConfigReader } from '@backstage/config';
import { actionExecutePermission } from '@backstage/plugin-scaffolder-common/alpha';
import { scaffolderActionPermissionResourceRef } from '@backstage/plugin-scaffolder-node/alpha';
import { WaitAuthoriser } from '../authorisation/WaitAuthoriser';
import {
  attemptOf,
  FakeApprovals,
  FakeInfrastructure,
  FakePause,
  FakeRuns,
  PR_URL,
  scaffolderWith,
} from '../__testUtils__/fakes';
import { createGateAction } from './gate';

const KEY = Buffer.alloc(32, 7).toString('base64');
const GATE = { id: 'gate', action: 'approval:request' };

function setup(
  options: {
    steps?: Parameters<typeof scaffolderWith>[0];
    result?: AuthorizeResult.ALLOW | AuthorizeResult.DENY;
    key?: string;
    allowedAsService?: string[];
  } = {},
) {
  const approvals = new FakeApprovals();
  const runs = new FakeRuns();
  const infrastructure = new FakeInfrastructure();
  const pause = new FakePause();
  const action = createGateAction({
    approvals,
    runs,
    pause,
    inlineWaitMs: 1_000,
    waitTimeoutMs: 3_600_000,
    now: () => pause.now(),
    random: () => 1,
    infrastructure: [infrastructure],
    auth: mockServices.auth(),
    scaffolder: scaffolderWith(
      options.steps ?? [GATE, { id: 'next', action: 'debug:log' }],
    ),
    sealer: createSecretSealer(
      new ConfigReader({ runs: { secretsKey: options.key } }),
    ),
    waitAuthoriser: new WaitAuthoriser({
      permissions: mockServices.permissions({
        result: options.result ?? AuthorizeResult.ALLOW,
      }),
      permissionsRegistry: mockServices.permissionsRegistry.mock({
        getPermissionRuleset: () => ({ getRuleByName: jest.fn() } as never),
      }),
      permission: actionExecutePermission,
      resourceRef: scaffolderActionPermissionResourceRef,
      allowedAsService: options.allowedAsService ?? [],
      permissionsOfActions: {},
    }),
  });
  const run = (tried: ReturnType<typeof attemptOf>) =>
    action.handler(tried.context as never);
  return { approvals, runs, infrastructure, pause, run };
}

describe('approval:request', () => {
  it('passes at once where policy approves', async () => {
    const { runs, run } = setup();
    const tried = attemptOf('gate');
    await run(tried);
    expect(tried.outputs).toEqual({
      outcome: 'auto-approve',
      decisionId: 'decision-1',
    });
    expect(runs.suspensions).toEqual([]);
    expect(runs.record).toMatchObject({
      requester: 'user:default/dana',
      authorised: true,
    });
  });

  it('fails with the reasons where policy denies', async () => {
    const { approvals, run } = setup();
    approvals.outcome = 'deny';
    await expect(run(attemptOf('gate'))).rejects.toThrow(
      'Denied by policy. No such environment.',
    );
  });

  it('parks: writes the suspension, then waits for the abort and throws', async () => {
    const { approvals, runs, run } = setup();
    approvals.outcome = 'require-approval';
    const tried = attemptOf('gate');
    let ended = false;
    const result = run(tried).finally(() => {
      ended = true;
    });
    // Handled below: it must not count as unhandled until then.
    result.catch(() => undefined);
    await new Promise<void>(resolve => {
      runs.onSuspend = resolve;
    });
    expect(ended).toBe(false);
    expect(runs.suspensions).toEqual([
      expect.objectContaining({
        taskId: 'task-1',
        stepId: 'gate',
        wait: { kind: 'approval', ref: 'request-1' },
      }),
    ]);
    tried.abort.abort();
    await expect(result).rejects.toMatchObject({ name: 'WaitingError' });
  });

  it('passes after the approval, in our service’s attempt', async () => {
    const { approvals, runs, run } = setup();
    approvals.outcome = 'require-approval';
    approvals.status = 'approved';
    runs.record = {
      taskId: 'task-1',
      authorised: true,
      secretNames: [],
      createdAt: 'now',
    };
    const tried = attemptOf('gate', { by: 'service' });
    await run(tried);
    expect(tried.outputs).toMatchObject({ requestId: 'request-1' });
    expect(runs.settled).toHaveLength(1);
  });

  it.each([
    ['rejected', 'Rejected by user:default/leo: too large'],
    ['cancelled', 'The request was cancelled by user:default/leo: too large'],
    ['expired', 'Nobody decided in time'],
    ['mystery', "The request is 'mystery'"],
  ])('lets nothing through when %s', async (status, message) => {
    const { approvals, run } = setup();
    approvals.outcome = 'require-approval';
    approvals.status = status as never;
    approvals.comment = 'too large';
    const workspace = createMockDirectory({ content: { 'main.tf': 'x' } });
    await expect(
      run(attemptOf('gate', { workspacePath: workspace.path })),
    ).rejects.toThrow(message);
    expect(workspace.content()).toEqual({});
  });

  it.each([
    ['rejected', 'rejected'],
    ['cancelled', 'cancelled'],
    ['expired', 'expired'],
    ['mystery', undefined],
  ])(
    'says of a request that was %s that it is final: %s',
    async (status, refused) => {
      const { approvals, runs, run } = setup();
      approvals.outcome = 'require-approval';
      approvals.status = status as never;
      approvals.comment = 'Staging first, please.';
      await expect(run(attemptOf('gate'))).rejects.toThrow();
      expect(runs.reports).toHaveLength(1);
      const [{ problem }] = runs.reports;
      expect(problem?.refused).toBe(refused);
      expect(problem?.what).not.toContain('..');
    },
  );

  it('does not park anew in an attempt without credentials', async () => {
    const { approvals, runs, run } = setup();
    approvals.outcome = 'require-approval';
    runs.record = {
      taskId: 'task-1',
      authorised: true,
      secretNames: [],
      createdAt: 'now',
    };
    const tried = attemptOf('gate', { by: 'none' });
    tried.abort.abort();
    await expect(run(tried)).rejects.toThrow();
    expect(runs.suspensions).toEqual([]);
  });

  it.each(['other-user', 'service', 'none'] as const)(
    'makes no request for a %s attempt of a run that its requester never authorised',
    async by => {
      const { approvals, runs, run } = setup();
      approvals.outcome = 'require-approval';
      await expect(run(attemptOf('gate', { by }))).rejects.toThrow(
        'Only user:default/dana can start a run that waits',
      );
      expect(approvals.gates[0].waitProblems).not.toEqual([]);
      expect(runs.suspensions).toEqual([]);
      expect(runs.record).toBeUndefined();
    },
  );

  it('refuses before it asks when a later step is denied to the requester', async () => {
    const { approvals, runs, run } = setup({ result: AuthorizeResult.DENY });
    approvals.outcome = 'require-approval';
    await expect(run(attemptOf('gate'))).rejects.toThrow(
      "You are not allowed to run step 'next' (debug:log)",
    );
    expect(runs.record?.authorised).toBe(false);
    expect(runs.suspensions).toEqual([]);
  });

  it.each([
    [{ id: 'r', action: 'catalog:register' }, "Step 'r' (catalog:register)"],
    [
      {
        id: 't',
        action: 'http:call',
        input: { token: '${{ secrets.backstageToken }}' },
      },
      "Step 't' uses secrets.backstageToken",
    ],
  ])('refuses to wait before %j', async (step, message) => {
    const { approvals, run } = setup({ steps: [GATE, step] });
    approvals.outcome = 'require-approval';
    await expect(run(attemptOf('gate'))).rejects.toThrow(message);
  });

  it('lets an allow-listed action act as the service', async () => {
    const { approvals, runs, run } = setup({
      steps: [GATE, { id: 'r', action: 'catalog:register' }],
      allowedAsService: ['catalog:register'],
    });
    approvals.outcome = 'require-approval';
    const tried = attemptOf('gate');
    runs.onSuspend = () => tried.abort.abort();
    await expect(run(tried)).rejects.toMatchObject({ name: 'WaitingError' });
  });

  it('stashes user secrets sealed, and without those that the task adds', async () => {
    const { approvals, runs, run } = setup({ key: KEY });
    approvals.outcome = 'require-approval';
    const tried = attemptOf('gate', {
      secrets: {
        API_KEY: 'canary-secret',
        backstageToken: 'canary-token',
        __initiatorCredentials: '{}',
      },
    });
    runs.onSuspend = () => tried.abort.abort();
    await expect(run(tried)).rejects.toMatchObject({ name: 'WaitingError' });
    const [{ sealedSecrets }] = runs.suspensions;
    expect(JSON.stringify(runs.suspensions)).not.toContain('canary');
    expect(runs.record?.secretNames).toEqual(['API_KEY']);
    const sealer = createSecretSealer(
      new ConfigReader({ runs: { secretsKey: KEY } }),
    );
    expect(sealer?.open(sealedSecrets ?? '', 'task-1')).toEqual({
      API_KEY: 'canary-secret',
    });
  });

  it('refuses a run with secrets where no key is configured', async () => {
    const { approvals, run } = setup();
    approvals.outcome = 'require-approval';
    await expect(
      run(attemptOf('gate', { secrets: { API_KEY: 'x' } })),
    ).rejects.toThrow('set runs.secretsKey in app-config');
  });

  it('leaves an approved run to the backend when an attempt lacks its secrets', async () => {
    const { approvals, runs, run } = setup({ key: KEY });
    approvals.outcome = 'require-approval';
    approvals.status = 'approved';
    runs.record = {
      taskId: 'task-1',
      authorised: true,
      secretNames: ['API_KEY'],
      createdAt: 'now',
    };
    await expect(
      run(attemptOf('gate', { by: 'other-user' })),
    ).rejects.toMatchObject({ name: 'WaitingError' });
    expect(runs.settled).toEqual([]);

    await run(attemptOf('gate', { by: 'service', secrets: { API_KEY: 'x' } }));
    expect(runs.settled).toHaveLength(1);
  });

  it('keeps the stash when another person’s attempt parks again', async () => {
    const { approvals, runs, run } = setup({ key: KEY });
    approvals.outcome = 'require-approval';
    runs.record = {
      taskId: 'task-1',
      authorised: true,
      secretNames: ['API_KEY'],
      createdAt: 'now',
    };
    const tried = attemptOf('gate', {
      by: 'other-user',
      secrets: { API_KEY: 'mallory' },
    });
    runs.onSuspend = () => tried.abort.abort();
    await expect(run(tried)).rejects.toMatchObject({ name: 'WaitingError' });
    expect(runs.suspensions[0].sealedSecrets).toBeUndefined();
  });

  it('refuses each', async () => {
    const { run } = setup({ steps: [{ ...GATE, each: ['a', 'b'] }] });
    await expect(run(attemptOf('gate'))).rejects.toThrow("can't have 'each'");
  });

  it('asks nothing in a dry run', async () => {
    const { approvals, run } = setup();
    const tried = attemptOf('gate', { isDryRun: true });
    await run(tried);
    expect(approvals.gates).toEqual([]);
    expect(tried.lines.join()).toContain('Dry run');
  });

  it('decides on the head and plan of a pull request', async () => {
    const { approvals, infrastructure, run } = setup();
    infrastructure.state.monthlyCost = 120;
    await run(attemptOf('gate', { input: { prUrl: PR_URL } }));
    expect(approvals.gates[0].subject).toEqual({
      pullRequestUrl: PR_URL,
      head: 'aaaaaaa1',
      monthlyCost: 120,
      plan: { add: 3, change: 0, destroy: 0, url: 'https://plans/1' },
    });
  });

  it('asks anew when the head has moved', async () => {
    const { approvals, infrastructure, run } = setup();
    await run(attemptOf('gate', { input: { prUrl: PR_URL } }));
    infrastructure.state.head = 'bbbbbbb2';
    await run(attemptOf('gate', { input: { prUrl: PR_URL } }));
    const [first, second] = approvals.gates;
    expect(second.inputDigest).not.toBe(first.inputDigest);
    expect(second.subject?.head).toBe('bbbbbbb2');
  });

  it('has nothing to approve when the plan has failed', async () => {
    const { approvals, infrastructure, run } = setup();
    Object.assign(infrastructure.state, {
      status: 'failed',
      failedPhase: 'plan',
      description: 'syntax error',
    });
    await expect(
      run(attemptOf('gate', { input: { prUrl: PR_URL } })),
    ).rejects.toThrow('has failed: syntax error');
    expect(approvals.gates).toEqual([]);
  });

  it('has a plan that failed made anew by a retry, once for each failure', async () => {
    const { approvals, infrastructure, pause, run } = setup();
    const failed = {
      status: 'failed',
      failedPhase: 'plan',
      description: 'registry down',
    } as const;
    Object.assign(infrastructure.state, failed);
    const outcomes = [failed, { status: 'planned', failedPhase: undefined }];
    const asked = () => infrastructure.applied.length;
    infrastructure.startApply = async (_url, { head }) => {
      infrastructure.applied.push(head);
      infrastructure.state.status = 'planning';
      pause.onSleep = () =>
        Object.assign(infrastructure.state, outcomes[asked() - 1]);
    };
    const checkpoints = {};
    const attempt = () =>
      run(attemptOf('gate', { input: { prUrl: PR_URL }, checkpoints }));
    await expect(attempt()).rejects.toThrow('registry down');
    expect(asked()).toBe(0);
    await expect(attempt()).rejects.toThrow('registry down');
    expect(asked()).toBe(1);
    await attempt();
    expect(asked()).toBe(2);
    expect(approvals.gates).toHaveLength(1);
  });
});
