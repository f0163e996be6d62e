import { Repository } from '../git';
import { InfrastructureProvider, InfrastructureRun } from '../infrastructure';
import { describeFailures } from './describeFailures';
import {
  describeInfrastructureExtras,
  driveApply,
} from './infrastructureContractExtras';
import { ProviderFault, ProviderFaults } from './providerFaults';
import { waitFor } from './waitFor';

/** What the infrastructure suite needs of a runner. @public */
export interface InfrastructureProviderFixture {
  provider: InfrastructureProvider;
  /** Where pull requests are opened. */
  repository: Repository;
  /** The directory of the thing with that name. */
  toDirectory(name: string): string;
  /**
   * Opens a pull request that adds one thing with that name, and returns its
   * address. Its outputs: `sensitive` are sensitive, others there are too. Where
   * the vendor needs workspaces, its directory has got one with the run key
   * `run-<name>`.
   */
  openPullRequest(name: string): Promise<string>;
  /** Merges a pull request that takes a merged one back, applied or not. */
  mergeRevert(pullRequestUrl: string): Promise<void>;
  /** The merge commit of a pull request that is merged. */
  findMergeCommit(pullRequestUrl: string): Promise<string | undefined>;
  /** Names of the sensitive outputs; at least one. */
  sensitive: string[];
  /** How often an apply of this pull request was asked for. */
  countApplies(pullRequestUrl: string): Promise<number>;
  /**
   * Applies a planned pull request, by hand, and leaves it unmerged; absent
   * where only what is merged is applied.
   */
  applyAndKeepOpen?(pullRequestUrl: string): Promise<void>;
  /** Lets the next apply of the thing with that name fail. */
  failApply(name: string): Promise<void>;
  /** Whether the thing with that name exists, by other means than the provider. */
  exists(name: string): Promise<boolean>;
  /** Makes what `read` asks go wrong. */
  faults: ProviderFaults;
  /** Asks the vendor for something that is there, by the provider. */
  read(): Promise<unknown>;
  /** A credential of the provider: in no error. */
  canary: string;
  /** Ends what the fixture has started. */
  stop(): Promise<void>;
}

/**
 * The contract that every infrastructure provider fulfils, as a jest suite.
 *
 * @param name - of the provider
 * @param setup - starts a runner, real or a stand-in, once for the suite
 * @param options.failures - see `describeFailures`
 * @public
 */
export function describeInfrastructureProviderContract(
  name: string,
  setup: () => Promise<InfrastructureProviderFixture>,
  options: { failures?: Partial<Record<ProviderFault, string>> } = {},
): void {
  describe(`infrastructure provider contract: ${name}`, () => {
    let fixture: InfrastructureProviderFixture;

    beforeAll(async () => {
      fixture = await setup();
    }, 60_000);
    afterAll(async () => {
      await fixture?.stop();
    });

    const waitForStatus = (url: string, status: InfrastructureRun['status']) =>
      waitFor(
        () => fixture.provider.getRun(url),
        run => run.status === status,
      );
    const apply = (url: string, head: string) =>
      driveApply(fixture.provider, url, head);

    it('serves its own pull requests only', async () => {
      const url = await fixture.openPullRequest('contract-serves');
      expect(fixture.provider.serves(url)).toBe(true);
      expect(
        fixture.provider.serves('https://elsewhere.example.com/a/b/pull/1'),
      ).toBe(false);
      expect(fixture.provider.serves('not an address')).toBe(false);
    });

    it('plans, and applies nothing by itself', async () => {
      const url = await fixture.openPullRequest('contract-plan');
      const run = await waitForStatus(url, 'planned');
      expect(run).toMatchObject({
        pullRequestUrl: url,
        head: expect.stringMatching(/^[0-9a-f]+$/),
        plan: { add: expect.any(Number), change: 0, destroy: 0 },
        merged: false,
      });
      expect(run.plan?.add).toBeGreaterThan(0);
      expect(run.projects).toEqual([
        expect.objectContaining({ status: 'planned' }),
      ]);
      expect(await fixture.countApplies(url)).toBe(0);
    }, 30_000);

    it('applies no head but the one that was decided on', async () => {
      const url = await fixture.openPullRequest('contract-head');
      await waitForStatus(url, 'planned');
      await expect(
        fixture.provider.startApply(url, { head: '0'.repeat(40) }),
      ).rejects.toMatchObject({ name: 'ConflictError' });
      expect(await fixture.countApplies(url)).toBe(0);
    }, 30_000);

    it('applies once, however often it is asked; secrets go by reference', async () => {
      const { provider, sensitive } = fixture;
      const url = await fixture.openPullRequest('contract-apply');
      const { head } = await waitForStatus(url, 'planned');
      await provider.startApply(url, { head });
      await provider.startApply(url, { head });
      const run = await apply(url, head);
      expect(run.status).toBe('applied');
      await provider.startApply(url, { head });
      expect(await fixture.countApplies(url)).toBe(1);
      expect(run.head).toBe(head);
      expect(run.failedPhase).toBeUndefined();

      const outputs = await provider.getOutputs(run);
      expect(Object.keys(outputs.values)).not.toHaveLength(0);
      expect(Object.keys(outputs.sensitive).sort()).toEqual(
        [...sensitive].sort(),
      );
      const secrets = await provider.readSensitive(outputs.sensitive);
      expect(Object.keys(secrets).sort()).toEqual([...sensitive].sort());
      for (const secret of Object.values(secrets)) {
        expect(secret).toEqual(expect.stringMatching(/.{8}/));
        expect(JSON.stringify([run, outputs])).not.toContain(secret);
      }
    }, 60_000);

    it('reads many at once what it reads of each, and tells what it could not read', async () => {
      const { provider } = fixture;
      const one = await fixture.openPullRequest('contract-batch-one');
      const two = await fixture.openPullRequest('contract-batch-two');
      const { head } = await waitForStatus(one, 'planned');
      await waitForStatus(two, 'planned');
      await apply(one, head);
      await waitFor(
        () => provider.getRun(one),
        ({ status, merged }) => status === 'applied' && merged,
      );
      const missing = one.replace(/\d+$/, '99999999');
      const errors = new Map<string, unknown>();
      const runs = await provider.getRuns([one, missing, two, 'no address'], {
        onError: (url, error) => errors.set(url, error),
      });
      const read = (url: string) =>
        runs.find(({ pullRequestUrl }) => pullRequestUrl === url);
      expect(runs).toHaveLength(2);
      for (const url of [one, two]) {
        const { projects, ...rest } = await provider.getRun(url);
        expect(read(url)).toEqual({
          ...rest,
          projects: expect.arrayContaining(projects),
        });
      }
      expect([...errors.keys()].sort()).toEqual([missing, 'no address'].sort());
    }, 60_000);

    it('applies anew after a failure', async () => {
      const { provider, exists, failApply } = fixture;
      const url = await fixture.openPullRequest('contract-retry');
      const { head } = await waitForStatus(url, 'planned');
      await failApply('contract-retry');
      expect(await apply(url, head)).toMatchObject({
        status: 'failed',
        failedPhase: 'apply',
      });
      expect(await exists('contract-retry')).toBe(false);
      await provider.startApply(url, { head });
      // The old failure is not taken for the outcome of the new start.
      const next = await waitFor(
        () => provider.getRun(url),
        ({ status, awaitsStart }) =>
          awaitsStart || !['planning', 'applying'].includes(status),
      );
      expect(next.status).toBe(next.awaitsStart ? 'applying' : 'planned');
      expect((await apply(url, head)).status).toBe('applied');
      expect(await exists('contract-retry')).toBe(true);
    }, 60_000);

    it('has nothing to destroy where nothing was applied', async () => {
      const { provider, countApplies } = fixture;
      const url = await fixture.openPullRequest('contract-absent');
      await waitForStatus(url, 'planned');
      for (let turn = 0; turn < 2; turn += 1) {
        expect(await provider.destroy(url, { runKey: 'run-1' })).toMatchObject({
          status: 'absent',
        });
      }
      expect(await countApplies(url)).toBe(0);
    }, 60_000);

    it('destroys what an open pull request has applied, however often it is asked', async () => {
      const { provider, exists, applyAndKeepOpen } = fixture;
      if (!applyAndKeepOpen) {
        return;
      }
      const url = await fixture.openPullRequest('contract-destroy');
      await waitForStatus(url, 'planned');
      await applyAndKeepOpen(url);
      await waitForStatus(url, 'applied');
      expect(await exists('contract-destroy')).toBe(true);
      const destroy = () => provider.destroy(url, { runKey: 'run-1' });
      expect(await destroy()).toMatchObject({ status: 'pending' });
      await waitFor(destroy, ({ status }) => status !== 'pending');
      expect(await destroy()).toMatchObject({ status: 'destroyed' });
      expect(await exists('contract-destroy')).toBe(false);
      expect((await provider.getRun(url)).merged).toBe(false);
    }, 60_000);

    it('has nothing to destroy after an apply that made nothing', async () => {
      const { provider, exists, failApply } = fixture;
      const url = await fixture.openPullRequest('contract-failed');
      const { head } = await waitForStatus(url, 'planned');
      await failApply('contract-failed');
      const failed = await apply(url, head);
      expect(failed.status).toBe('failed');
      expect(await exists('contract-failed')).toBe(false);
      if (failed.merged) {
        return;
      }
      const destruction = await waitFor(
        () => provider.destroy(url, { runKey: 'run-1' }),
        ({ status }) => status !== 'pending',
      );
      expect(destruction.status).toBe('destroyed');
      expect(await exists('contract-failed')).toBe(false);
    }, 60_000);

    it('does not destroy what is merged', async () => {
      const { provider, exists } = fixture;
      const url = await fixture.openPullRequest('contract-merged');
      const { head } = await waitForStatus(url, 'planned');
      await apply(url, head);
      await waitFor(
        () => provider.getRun(url),
        ({ merged }) => merged,
      );
      await expect(
        provider.destroy(url, { runKey: 'run-1' }),
      ).rejects.toMatchObject({ name: 'ConflictError' });
      expect(await exists('contract-merged')).toBe(true);
    }, 60_000);

    it('reads no secrets of others', async () => {
      await expect(
        fixture.provider.readSensitive({
          password: { provider: 'another', state: 'a', output: 'password' },
        }),
      ).rejects.toMatchObject({ name: 'InputError' });
    });

    describeInfrastructureExtras(() => fixture);
    describeFailures(async () => {
      const { faults, read, canary } = fixture;
      return { faults, read: () => read(), canary };
    }, options.failures);
  });
}
