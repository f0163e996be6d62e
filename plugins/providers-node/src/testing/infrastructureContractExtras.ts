import { InfrastructureProvider, InfrastructureRun } from '../infrastructure';
import type { InfrastructureProviderFixture } from './describeInfrastructureProviderContract';
import { repeatAfterUnknownOutcomes } from './describeFailures';
import { waitFor } from './waitFor';

/**
 * Starts the apply of a planned head, goes on with it where the run asks for
 * that, and waits for its end.
 */
export async function driveApply(
  provider: InfrastructureProvider,
  url: string,
  head: string,
): Promise<InfrastructureRun> {
  await provider.startApply(url, { head });
  return waitFor(
    async () => {
      const run = await provider.getRun(url);
      if (run.awaitsStart) {
        await provider.startApply(url, { head });
      }
      return run;
    },
    ({ status }) => status === 'applied' || status === 'failed',
  );
}

/**
 * The part of the infrastructure suite on what only some vendors have, and on
 * what the others answer then.
 */
export function describeInfrastructureExtras(
  getFixture: () => InfrastructureProviderFixture,
): void {
  const waitForPlan = (url: string) =>
    waitFor(
      () => getFixture().provider.getRun(url),
      ({ status }) => status === 'planned',
    );

  it('finds the run of a commit: the head of a pull request, or its merge', async () => {
    const { provider, openPullRequest, repository, ...fixture } = getFixture();
    const url = await openPullRequest('contract-commit');
    const { head } = await waitForPlan(url);
    expect(await provider.findRun(repository, head)).toMatchObject({
      pullRequestUrl: url,
      head,
      status: 'planned',
    });
    const none = '0'.repeat(40);
    expect(await provider.findRun(repository, none)).toBeUndefined();
    await driveApply(provider, url, head);
    await waitFor(
      () => provider.getRun(url),
      ({ merged }) => merged,
    );
    const merge = await fixture.findMergeCommit(url);
    for (const commit of [head, merge!]) {
      expect(await provider.findRun(repository, commit)).toMatchObject({
        pullRequestUrl: url,
        status: 'applied',
        merged: true,
      });
    }
    const elsewhere = { ...repository, host: 'elsewhere.example.com' };
    await expect(provider.findRun(elsewhere, head)).rejects.toMatchObject({
      name: 'InputError',
    });
  }, 60_000);

  it('says how it is without creating anything', async () => {
    const { provider } = getFixture();
    expect(await provider.checkHealth()).toMatchObject({
      status: 'ok',
      description: expect.stringMatching(/\w/),
    });
    expect(provider.capability).toBe('infrastructure');
    expect(new URL(provider.endpoint).origin).toBe(provider.endpoint);
  });

  it('says that it fails where the vendor does not take its credentials', async () => {
    const { provider, faults, canary } = getFixture();
    faults.set(401);
    const health = await provider.checkHealth();
    expect(faults.clear()).toBe(true);
    expect(health).toMatchObject({
      status: 'failing',
      problem: { whose: 'platform', remedy: expect.stringMatching(/\w/) },
    });
    expect(JSON.stringify(health)).not.toContain(canary);
  });

  it('makes a workspace for a directory once, for one run', async () => {
    const { provider, repository, toDirectory } = getFixture();
    const directories = [toDirectory('contract-workspace')];
    const create = (runKey: string) =>
      provider.createWorkspaces(repository, directories, { runKey });
    const has = provider.features.includes('workspaces');
    const made = await create('task-1/step/one');
    expect(made.map(({ directory }) => directory)).toEqual(
      has ? directories : [],
    );
    expect(await create('task-1/step/one')).toEqual(made);
    expect(await create('task-2/step/two')).toEqual([]);
    const find = (runKey: string) =>
      provider.findWorkspace(repository, directories[0], { runKey });
    expect(await find('task-1/step/one')).toEqual(made[0]);
    expect(await find('task-2/step/two')).toBeUndefined();
    const remove = (runKey: string) =>
      provider.removeWorkspace(repository, directories[0], { runKey });
    expect(
      await remove('task-2/step/two').catch(({ name }: Error) => name),
    ).toBe(has ? 'ConflictError' : 'absent');
    // Its first run may be under way still.
    const removed = await waitFor(
      () => remove('task-1/step/one'),
      outcome => outcome !== 'busy',
    );
    expect(removed).toBe(has ? 'removed' : 'absent');
    expect(await remove('task-1/step/one')).toBe('absent');
    expect(await find('task-1/step/one')).toBeUndefined();
  }, 60_000);

  it('makes no workspace twice when answers are lost', async () => {
    const { provider, repository, toDirectory, faults } = getFixture();
    if (!provider.features.includes('workspaces')) {
      return;
    }
    const cuts = await repeatAfterUnknownOutcomes(
      faults,
      attempt =>
        provider.createWorkspaces(
          repository,
          [toDirectory(`contract-unknown-${attempt}`)],
          { runKey: `task-1/step/unknown-${attempt}` },
        ),
      async (made, attempt) => {
        expect(made).toEqual([
          expect.objectContaining({
            directory: toDirectory(`contract-unknown-${attempt}`),
          }),
        ]);
      },
    );
    expect(cuts).toBeGreaterThan(0);
  }, 120_000);

  it('keeps the workspace of what exists', async () => {
    const { provider, openPullRequest, repository, toDirectory } = getFixture();
    if (!provider.features.includes('workspaces')) {
      return;
    }
    const url = await openPullRequest('contract-retained');
    const { head } = await waitForPlan(url);
    await driveApply(provider, url, head);
    const runKey = 'run-contract-retained';
    const directory = toDirectory('contract-retained');
    expect(
      await provider.removeWorkspace(repository, directory, { runKey }),
    ).toBe('retained');
  }, 60_000);

  it('destroys what is merged before its directory is taken away, and leaves no workspace', async () => {
    const { provider, openPullRequest, exists, ...fixture } = getFixture();
    const url = await openPullRequest('contract-revert');
    const { head } = await waitForPlan(url);
    await driveApply(provider, url, head);
    const { projects } = await waitFor(
      () => provider.getRun(url),
      ({ merged }) => merged,
    );
    const directory = fixture.toDirectory('contract-revert');
    expect(projects.map(project => project.directory)).toEqual([directory]);
    expect(await exists('contract-revert')).toBe(true);
    const runKey = 'run-contract-revert';
    const destroy = () =>
      provider.destroy(url, { runKey, directories: [directory] });
    // Before the first answer that it is destroyed, it is there to be destroyed.
    expect(await destroy()).toMatchObject({ status: 'pending' });
    await waitFor(destroy, ({ status }) => status !== 'pending');
    expect(await destroy()).toMatchObject({ status: 'destroyed' });
    expect(await exists('contract-revert')).toBe(false);
    await fixture.mergeRevert(url);
    // Asked by somebody who has not heard of it.
    expect(await destroy()).toMatchObject({ status: 'destroyed' });
    const remove = () =>
      provider.removeWorkspace(fixture.repository, directory, { runKey });
    const removed = await waitFor(remove, outcome => outcome !== 'busy');
    expect(removed).toBe(
      provider.features.includes('workspaces') ? 'removed' : 'absent',
    );
  }, 60_000);

  it('does not destroy what was taken away without being destroyed', async () => {
    const { provider, openPullRequest, exists, ...fixture } = getFixture();
    const url = await openPullRequest('contract-forgotten');
    const { head } = await waitForPlan(url);
    await driveApply(provider, url, head);
    await waitFor(
      () => provider.getRun(url),
      ({ merged }) => merged,
    );
    await fixture.mergeRevert(url);
    const directory = fixture.toDirectory('contract-forgotten');
    // The vendor may need a while to see it; it never says that all is well.
    const seen = await waitFor(
      async () => {
        try {
          const { status } = await provider.destroy(url, {
            runKey: 'run-contract-forgotten',
            directories: [directory],
          });
          return status;
        } catch (error) {
          return (error as Error).name;
        }
      },
      status => status !== 'pending',
    );
    const isGone = !(await exists('contract-forgotten'));
    expect(['destroyed', 'failed', 'NotFoundError']).toContain(seen);
    expect(isGone).toBe(seen === 'destroyed');
  }, 60_000);

  it('stops what waits to be applied', async () => {
    const { provider, openPullRequest, exists } = getFixture();
    const url = await openPullRequest('contract-cancel');
    const { head } = await waitForPlan(url);
    const can = provider.features.includes('cancel');
    if (can) {
      await provider.startApply(url, { head });
      await waitFor(
        () => provider.getRun(url),
        ({ awaitsStart }) => awaitsStart === true,
      );
    }
    await provider.cancel(url);
    await provider.cancel(url);
    const { status } = await waitFor(
      () => provider.getRun(url),
      run => run.status === 'failed' || !can,
    );
    expect(status).toBe(can ? 'failed' : 'planned');
    expect(await exists('contract-cancel')).toBe(false);
  }, 60_000);
}
