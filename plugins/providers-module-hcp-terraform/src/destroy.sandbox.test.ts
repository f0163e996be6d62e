import { Destruction } from '@self-service/plugin-providers-node';
import {
  createProviderFaults,
  repeatAfterUnknownOutcomes,
} from '@self-service/plugin-providers-node/testing';
import {
  gitHub,
  gitLab,
  SandboxOrganization,
  startSandboxOrganization,
  toFile,
} from './__testUtils__/sandboxOrganization';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(60_000);

const HOSTS = { GitHub: gitHub, GitLab: gitLab };
const HALF_A_MINUTE = 30_000;

describe.each(Object.entries(HOSTS))(
  'destroying what is merged at %s',
  (_, gitHost) => {
    let organization: SandboxOrganization;
    beforeAll(async () => {
      organization = await startSandboxOrganization(gitHost);
    });
    afterAll(async () => {
      await organization?.stop();
    });

    const toDirectories = (names: string[]) =>
      names.map(name => `databases/${name}`);

    /** Opens, plans, merges, confirms and applies. */
    const provision = async (...names: string[]) => {
      const { sandbox, provider, openPullRequest } = organization;
      const url = await openPullRequest(...names);
      await sandbox.idle();
      const { head } = await provider.getRun(url);
      for (const _turn of ['merges', 'confirms']) {
        await provider.startApply(url, { head });
        await sandbox.idle();
      }
      return url;
    };

    const destroy = (
      url: string,
      names: string[],
      provider = organization.provider,
    ) =>
      provider.destroy(url, {
        runKey: `undo-${names[0]}`,
        directories: toDirectories(names),
      });

    /** Takes one step after the other, each when the last has had its effect. */
    const finish = async (
      url: string,
      names: string[],
      provider = organization.provider,
    ): Promise<Destruction> => {
      for (;;) {
        const destruction = await destroy(url, names, provider);
        if (destruction.status !== 'pending') {
          return destruction;
        }
        await organization.sandbox.idle();
      }
    };

    const workspaceOf = async (name: string) => {
      const { hcp } = await organization.sandbox.inventory();
      return hcp.workspaces.find(
        (one: { name: string }) =>
          one.name === `infrastructure-databases-${name}`,
      );
    };
    const destructionsOf = async (name: string): Promise<string[]> =>
      (await workspaceOf(name)).runs
        .filter(({ isDestroy }: { isDestroy: boolean }) => isDestroy)
        .map(({ status }: { status: string }) => status);
    const exists = async (name: string) =>
      (await organization.sandbox.inventory()).databases.includes(
        name.replaceAll('-', '_'),
      );
    const failNext = (phase: 'plan' | 'apply', name: string) =>
      organization.sandbox.faults.add({
        service: 'hcp',
        kind: 'status',
        match: { pathPattern: `^/jobs/${phase}/.*/${name}$` },
        times: 1,
      });

    it('destroys before the directory goes, and lets the workspace go', async () => {
      const { sandbox, git, provider, repository } = organization;
      const url = await provision('normal');
      expect((await provider.getRun(url)).projects).toEqual([
        expect.objectContaining({ directory: 'databases/normal' }),
      ]);
      const revert = await git.revertPullRequest(url, { runKey: 'revert' });
      await sandbox.idle();
      expect(await provider.getRun(revert.url)).toMatchObject({
        status: 'failed',
        projects: [{ directory: 'databases/normal', status: 'failed' }],
      });
      expect(await exists('normal')).toBe(true);
      const planning = await destroy(url, ['normal']);
      expect(planning).toMatchObject({ status: 'pending' });
      expect(planning.url).toContain('infrastructure-databases-normal/runs/');
      await sandbox.idle();
      expect(await exists('normal')).toBe(true);
      expect(await destroy(url, ['normal'])).toMatchObject({
        status: 'pending',
      });
      await sandbox.idle();
      expect(await destroy(url, ['normal'])).toMatchObject({
        status: 'destroyed',
      });
      expect(await exists('normal')).toBe(false);
      expect(await provider.getRun(url)).toMatchObject({ status: 'applied' });
      const { head } = await git.getPullRequest(revert.url);
      await git.mergePullRequest(revert.url, { head: head.commit });
      await sandbox.idle();
      expect((await provider.getRun(revert.url)).status).toBe('failed');
      expect(
        await provider.removeWorkspace(repository, 'databases/normal', {
          runKey: 'run-normal',
        }),
      ).toBe('removed');
      expect(await destroy(url, ['normal'])).toMatchObject({
        status: 'absent',
      });
    });

    it('applies the rest of a revert once the directory that it takes away is empty', async () => {
      const { sandbox, git, provider, repository } = organization;
      await provision('stays');
      await provider.createWorkspaces(repository, ['databases/goes'], {
        runKey: 'mixed',
      });
      const { url } = await git.createPullRequest({
        repository,
        branch: 'mixed',
        title: 'Add one, change one',
        body: '',
        commitMessage: 'Add one, change one',
        files: [toFile('goes', 'small'), toFile('stays', 'large')],
        runKey: 'mixed',
      });
      await sandbox.idle();
      const apply = async (address: string) => {
        const { head } = await provider.getRun(address);
        for (const _turn of ['merges', 'confirms']) {
          await provider.startApply(address, { head });
          await sandbox.idle();
        }
        return provider.getRun(address);
      };
      expect((await apply(url)).status).toBe('applied');
      const revert = await git.revertPullRequest(url, { runKey: 'revert' });
      await sandbox.idle();
      // It still manages something.
      expect((await provider.getRun(revert.url)).status).toBe('failed');
      expect(await finish(url, ['goes'])).toMatchObject({
        status: 'destroyed',
      });
      const directory = 'databases/stays';
      expect(await provider.getRun(revert.url)).toMatchObject({
        status: 'planned',
        projects: [{ directory }],
      });
      expect(await apply(revert.url)).toMatchObject({
        status: 'applied',
        merged: true,
        projects: [{ directory }],
      });
      expect(await exists('stays')).toBe(true);
      expect(await destructionsOf('goes')).toEqual(['applied']);
      const runs = (await workspaceOf('goes')).runs as { status: string }[];
      // Nobody repeats what can't be planned.
      expect(runs.filter(({ status }) => status === 'errored')).toHaveLength(3);
    });

    it('begins no second run, whoever asks', async () => {
      const { restart, sandbox } = organization;
      const url = await provision('once');
      await destroy(url, ['once']);
      await destroy(url, ['once']);
      await destroy(url, ['once'], restart());
      await sandbox.idle();
      expect(await destructionsOf('once')).toHaveLength(1);
      expect(await finish(url, ['once'], restart())).toMatchObject({
        status: 'destroyed',
      });
      expect(await finish(url, ['once'], restart())).toMatchObject({
        status: 'destroyed',
      });
      expect(await destructionsOf('once')).toEqual(['applied']);
    });

    it('begins no second run when answers are lost', async () => {
      const { sandbox } = organization;
      const urls: string[] = [];
      const nameOf = (attempt: number) => `lost-${attempt}`;
      const provide = async (attempt: number) => {
        urls[attempt] ??= await provision(nameOf(attempt));
        return urls[attempt];
      };
      await provide(0);
      const faults = createProviderFaults(
        {
          add: fault =>
            sandbox.faults.add({
              ...fault,
              // Runs go on: only answers are lost.
              match: { pathPattern: '^/api/' },
            }),
          list: () => sandbox.faults.list(),
          clear: service => sandbox.faults.clear(service),
        },
        'hcp',
        { slowMilliseconds: 1 },
      );
      const cuts = await repeatAfterUnknownOutcomes(
        faults,
        attempt => destroy(urls[attempt], [nameOf(attempt)]),
        async (result, attempt) => {
          expect(result).toMatchObject({ status: 'pending' });
          await sandbox.idle();
          expect(await destructionsOf(nameOf(attempt))).toEqual([
            'cost_estimated',
          ]);
          await provide(attempt + 1);
        },
      );
      expect(cuts).toBeGreaterThan(2);
    });

    it.each(['plan', 'apply'] as const)(
      'tells of a failed %s, and tries anew when it is asked later',
      async phase => {
        const { pass } = organization;
        const name = `bad-${phase}`;
        const url = await provision(name);
        failNext(phase, name);
        expect(await finish(url, [name])).toMatchObject({
          status: 'failed',
          description: expect.stringContaining('errored'),
          url: expect.stringContaining('/runs/run-'),
        });
        expect((await destroy(url, [name])).status).toBe('failed');
        expect(await exists(name)).toBe(true);
        pass(HALF_A_MINUTE);
        expect((await finish(url, [name])).status).toBe('destroyed');
        pass(-HALF_A_MINUTE);
        expect(await exists(name)).toBe(false);
        expect(await destructionsOf(name)).toEqual(['applied', 'errored']);
      },
    );

    it('destroys the directories that are named, and no others', async () => {
      const names = ['first', 'second', 'third'];
      const url = await provision(...names);
      expect(await finish(url, names.slice(0, 2))).toMatchObject({
        status: 'destroyed',
      });
      expect(await Promise.all(names.map(exists))).toEqual([
        false,
        false,
        true,
      ]);
      expect(await destructionsOf('third')).toEqual([]);
    });

    it('destroys nothing of a pull request that changed what was there', async () => {
      const { sandbox, provider, git, repository } = organization;
      await provision('grown');
      const { url } = await git.createPullRequest({
        repository,
        branch: 'grow',
        title: 'Grow',
        body: '',
        commitMessage: 'Grow',
        files: [toFile('grown', 'large')],
        runKey: 'grow',
      });
      await sandbox.idle();
      const { head } = await provider.getRun(url);
      for (const _turn of ['merges', 'confirms']) {
        await provider.startApply(url, { head });
        await sandbox.idle();
      }
      expect(await destroy(url, ['grown'])).toMatchObject({
        status: 'failed',
        description: expect.stringContaining('by hand'),
      });
      expect(await destructionsOf('grown')).toEqual([]);
      expect(await exists('grown')).toBe(true);
    });

    it('has nothing to destroy where nothing was applied, or the workspace is gone', async () => {
      const { sandbox, provider, repository, openPullRequest } = organization;
      const url = await openPullRequest('never');
      await sandbox.idle();
      const { head } = await provider.getRun(url);
      expect((await destroy(url, ['never'])).status).toBe('absent');
      await provider.startApply(url, { head });
      await sandbox.idle();
      await provider.cancel(url);
      await sandbox.idle();
      expect((await destroy(url, ['never'])).status).toBe('absent');
      expect(await destructionsOf('never')).toEqual([]);
      const remove = () =>
        provider.removeWorkspace(repository, 'databases/never', {
          runKey: 'run-never',
        });
      expect(await remove()).toBe('removed');
      expect((await destroy(url, ['never'])).status).toBe('absent');
    });
  },
);
