import { createMockDirectory } from '@backstage/backend-test-utils';
import { ConflictError, ServiceUnavailableError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import { parse } from 'yaml';
import { attemptOf } from '../__testUtils__/fakes';
import { setupActions } from '../__testUtils__/setupActions';
import { examples } from './commitFiles.examples';

const ACTION = 'git:commit';
const COMMIT = 'https://github.com/myorg/service-list/commit/bbbbbbb1';

const workspace = createMockDirectory({
  content: {
    'main.tf': 'module "database" {}',
    terraform: { 'main.tf': 'module "other" {}' },
  },
});

function of(input: JsonObject = {}, options: { isDryRun?: boolean } = {}) {
  return attemptOf('pr', {
    input: {
      repoUrl: 'myorg/service-list',
      commitMessage: 'Add orders',
      ...input,
    },
    workspacePath: workspace.path,
    ...options,
  });
}

describe('git:commit', () => {
  it.each(examples.map(({ description, example }) => [description, example]))(
    'does its example: %s',
    async (_description, example) => {
      const [{ id, action, input }] = parse(example).steps;
      const { run, git } = setupActions();
      const tried = attemptOf(id, { input, workspacePath: workspace.path });
      tried.context.step = { id: 'pr', name: id };
      await run(action, tried);
      expect(git.committed).toEqual([
        expect.objectContaining({
          branch: input.branchName,
          message: input.commitMessage,
        }),
      ]);
      expect(Object.keys(tried.outputs)).toEqual([
        'remoteUrl',
        'commitHash',
        'branchName',
      ]);
    },
  );

  it('commits, says where, and keeps it in the ledger', async () => {
    const { run, git, runs } = setupActions();
    const tried = of({ sourcePath: 'terraform', targetPath: 'services/x' });
    await run(ACTION, tried);
    expect(tried.outputs).toEqual({
      remoteUrl: COMMIT,
      commitHash: 'bbbbbbb1',
      branchName: 'main',
    });
    expect(git.committed[0].files.map(({ path }) => path)).toEqual([
      'services/x/main.tf',
    ]);
    const { runKey } = git.committed[0];
    expect(runKey).toMatch(/^task-1\/pr\/[0-9a-f]{12}$/);
    const repository = {
      host: 'github.com',
      owner: 'myorg',
      name: 'service-list',
    };
    expect(runs.effects).toEqual([
      expect.objectContaining({
        status: 'created',
        kind: 'commit',
        name: `github.com/myorg/service-list (${runKey})`,
        url: COMMIT,
        reference: {
          repository,
          branch: 'main',
          commit: 'bbbbbbb1',
          url: COMMIT,
        },
      }),
    ]);
  });

  it('commits nothing the second time, and other things by another step input', async () => {
    const { run, git } = setupActions();
    await run(ACTION, of());
    const again = of();
    await run(ACTION, again);
    expect(again.outputs.remoteUrl).toBe(COMMIT);
    expect(git.committed).toHaveLength(1);
    await run(ACTION, of({ targetPath: 'elsewhere' }));
    expect(git.committed).toHaveLength(2);
  });

  it('does nothing without admission', async () => {
    const { run, git, approvals, runs } = setupActions();
    approvals.admission = {
      admitted: false,
      code: 'rejected',
      message: 'It was rejected.',
    };
    await expect(run(ACTION, of())).rejects.toThrow('It was rejected.');
    expect(git.committed).toEqual([]);
    expect(runs.effects).toEqual([]);
  });

  it('keeps the intent, with what finds the commit, where it cannot tell what happened', async () => {
    const { run, git, runs } = setupActions();
    const { commitFiles } = git;
    let written: unknown;
    git.commitFiles = async () => {
      written = { ...runs.effects[0] };
      throw new ServiceUnavailableError('cut');
    };
    await expect(run(ACTION, of({ branchName: 'dev' }))).rejects.toThrow('cut');
    // It stands before the act.
    expect(written).toMatchObject({
      status: 'intended',
      reference: { branch: 'dev', repository: { name: 'service-list' } },
    });
    expect(runs.effects[0].status).toBe('intended');
    git.commitFiles = commitFiles;
    await run(ACTION, of({ branchName: 'dev' }));
    expect(runs.effects).toEqual([
      expect.objectContaining({ status: 'created' }),
    ]);
  });

  it('leaves nothing to look after where the branch is protected', async () => {
    const { run, git, runs } = setupActions();
    git.commitFiles = async () => {
      throw new ConflictError('main is protected');
    };
    await expect(run(ACTION, of())).rejects.toThrow('main is protected');
    expect(runs.effects[0].status).toBe('absent');
  });

  it('says in a dry run what it would commit, and does not', async () => {
    const { run, git, runs } = setupActions();
    const tried = of({ branchName: 'dev' }, { isDryRun: true });
    await run(ACTION, tried);
    expect(tried.lines.join('\n')).toContain(
      "would commit 'Add orders' to github.com/myorg/service-list#dev with main.tf, terraform/main.tf",
    );
    expect(tried.outputs.branchName).toBe('dev');
    expect(git.committed).toEqual([]);
    expect(runs.effects).toEqual([]);
  });
});
