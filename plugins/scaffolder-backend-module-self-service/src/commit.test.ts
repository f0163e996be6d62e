import { ConflictError } from '@backstage/errors';
import { GATE, startPlatform, until } from './__testUtils__/platform';

jest.setTimeout(60_000);

it('commits for a run, and says on a rollback that the commit stays', async () => {
  const platform = await startPlatform({
    steps: [
      GATE,
      {
        id: 'write',
        action: 'catalog:write',
        input: { entity: { kind: 'Component', metadata: { name: 'orders' } } },
      },
      {
        id: 'commit',
        action: 'git:commit',
        input: {
          repoUrl: 'github.com?owner=myorg&repo=service-list',
          branchName: 'live',
          commitMessage: 'Add ${{ parameters.name }}',
          targetPath: 'services/${{ parameters.name }}',
        },
      },
      {
        id: 'secret',
        action: 'secret:create',
        input: {
          path: 'databases/orders',
          data: { commit: "${{ steps['commit'].output.commitHash }}" },
        },
      },
    ],
  });
  const { git, secrets } = platform;
  secrets.create = async ({ data }) => {
    throw new ConflictError(`Taken, at ${data.commit}`);
  };
  const taskId = await platform.start({ environment: 'dev', name: 'orders' });
  const held = await until(
    () => platform.run(taskId),
    run => run.state?.phase === 'held',
  );
  expect(held.state.failure.problem.what).toContain('Taken, at bbbbbbb1');
  expect(
    git.committed.map(({ branch, message, files }) => [
      branch,
      message,
      files.map(({ path }) => path),
    ]),
  ).toEqual([['live', 'Add orders', ['services/orders/catalog-info.yaml']]]);

  const { status } = await platform.call(
    'dana',
    `runs/runs/${taskId}/rollback`,
    {},
  );
  expect(status).toBeLessThan(300);
  const ended = await until(
    () => platform.run(taskId),
    run => run.state?.phase === 'rolled-back',
  );
  expect(
    ended.effects.find(({ kind }: { kind: string }) => kind === 'commit'),
  ).toMatchObject({
    status: 'retained',
    url: 'https://github.com/myorg/service-list/commit/bbbbbbb1',
    undoNote: expect.stringContaining('bbbbbbb1 stays on live'),
  });
});
