import { InfrastructureProvider, InfrastructureRun } from '../infrastructure';
import { waitFor } from './waitFor';

/** What the infrastructure suite needs of a runner. @public */
export interface InfrastructureProviderFixture {
  provider: InfrastructureProvider;
  /**
   * Opens a pull request that adds one thing with that name, and returns its
   * address. Its outputs: `sensitive` are sensitive, others there are too.
   */
  openPullRequest(name: string): Promise<string>;
  /** Names of the sensitive outputs; at least one. */
  sensitive: string[];
  /** How often an apply of this pull request was asked for. */
  countApplies(pullRequestUrl: string): Promise<number>;
  /** Ends what the fixture has started. */
  stop(): Promise<void>;
}

/**
 * The contract that every infrastructure provider fulfils, as a jest suite.
 *
 * @param name - of the provider
 * @param setup - starts a runner, real or a stand-in, once for the suite
 * @public
 */
export function describeInfrastructureProviderContract(
  name: string,
  setup: () => Promise<InfrastructureProviderFixture>,
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
      const run = await waitForStatus(url, 'applied');
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

    it('reads no secrets of others', async () => {
      await expect(
        fixture.provider.readSensitive({
          password: { provider: 'another', state: 'a', output: 'password' },
        }),
      ).rejects.toMatchObject({ name: 'InputError' });
    });
  });
}
