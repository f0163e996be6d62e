import { SECRETS_FEATURES, SecretsProvider } from '../secrets';
import { describeFailures } from './describeFailures';
import { ProviderFault, ProviderFaults } from './providerFaults';
import { describeSecretAccess } from './secretsContractAccess';
import { describeSecretLeases } from './secretsContractLeases';
import { describeSecretRotation } from './secretsContractRotation';
import { describeUnknownOutcomes } from './secretsContractUnknown';

/** What the secrets suite needs of a vault. @public */
export interface SecretsProviderFixture {
  provider: SecretsProvider;
  /** Makes the vault go wrong. */
  faults: ProviderFaults;
  /** Path below which the provider may create secrets, without a slash at the end. */
  prefix: string;
  /** Reads a secret, by other means than the provider. */
  read(path: string): Promise<unknown>;
  /** Writes a secret anew, as a person would. */
  write(path: string, data: Record<string, string>): Promise<void>;
  /** Deletes a secret in the way that can be undone. */
  remove(path: string): Promise<void>;
  /** With feature `access`. */
  access?: {
    /** Entity ref of a team that the vault knows. */
    team: string;
    /** Whether a member of the team can read a secret. */
    mayRead(path: string): Promise<boolean>;
  };
  /** With feature `leases`. */
  leases?: {
    /** A role that the vault knows. */
    role: string;
    /** Whether credentials of it work now. */
    work(data: unknown): Promise<boolean>;
  };
  /** Ends what the fixture has started. */
  stop(): Promise<void>;
}

/** What a secrets suite is told of a vault's own ways. @public */
export interface SecretsContractOptions {
  /** Optional parts of the port that the provider has; the fixture has theirs. */
  features?: readonly (typeof SECRETS_FEATURES)[number][];
  /** Names of errors where the vault can't tell, see `describeFailures`. */
  failures?: Partial<Record<ProviderFault, string>>;
}

/**
 * The contract that every secrets provider fulfils, as a jest suite.
 *
 * @param name - of the provider
 * @param setup - starts a vault, real or a stand-in, once for the suite. The
 * provider's time limit and waits should be short
 * @public
 */
export function describeSecretsProviderContract(
  name: string,
  setup: () => Promise<SecretsProviderFixture>,
  { features = [], failures }: SecretsContractOptions = {},
): void {
  describe(`secrets provider contract: ${name}`, () => {
    let fixture: SecretsProviderFixture;
    const data = { username: 'orders_owner', password: 'canary-3c1f', port: 5 };

    beforeAll(async () => {
      fixture = await setup();
    }, 60_000);
    afterAll(async () => {
      await fixture?.stop();
    });

    it('writes a secret and finds it, without a value in what it says', async () => {
      const { provider, prefix, read } = fixture;
      const path = `${prefix}/written`;
      const stored = await provider.create({ path, data, runKey: 'run-1' });
      expect(stored).toEqual({
        path,
        version: expect.stringMatching(/./),
        url: expect.stringMatching(/^https?:/),
        writtenBy: 'run-1',
      });
      expect(await read(path)).toEqual(data);
      const found = await provider.find(path);
      expect(found).toEqual(stored);
      expect(JSON.stringify([stored, found])).not.toContain('canary');
    });

    it('writes once for the same run', async () => {
      const { provider, prefix, read } = fixture;
      const path = `${prefix}/again`;
      const first = await provider.create({ path, data, runKey: 'run-1' });
      const second = await provider.create({
        path,
        data: { password: 'another' },
        runKey: 'run-1',
      });
      expect(second).toEqual(first);
      expect(await read(path)).toEqual(data);
    });

    it("never touches another run's secret, nor a deleted one", async () => {
      const { provider, prefix, read, remove } = fixture;
      const path = `${prefix}/taken`;
      await provider.create({ path, data, runKey: 'run-1' });
      const other = { path, data: { password: 'another' }, runKey: 'run-2' };
      const conflict = { name: 'ConflictError' };
      await expect(provider.create(other)).rejects.toMatchObject(conflict);
      expect(await read(path)).toEqual(data);
      await remove(path);
      expect(await provider.find(path)).toBeUndefined();
      await expect(provider.create(other)).rejects.toMatchObject(conflict);
      await expect(
        provider.create({ ...other, runKey: 'run-1' }),
      ).rejects.toMatchObject(conflict);
    });

    it('takes a secret back and frees its path, as often as it is asked', async () => {
      const { provider, prefix, read } = fixture;
      const path = `${prefix}/removed`;
      const options = { runKey: 'run-1' };
      expect(await provider.remove(path, options)).toBe('absent');
      await provider.create({ path, data, ...options });
      expect(await provider.remove(path, options)).toBe('removed');
      expect(await provider.remove(path, options)).toBe('absent');
      expect(await provider.find(path)).toBeUndefined();
      const other = { path, data: { password: 'next' }, runKey: 'run-2' };
      expect(await provider.create(other)).toMatchObject({
        writtenBy: 'run-2',
      });
      expect(await read(path)).toEqual(other.data);
    });

    it("takes nothing back of another run's, nor what was written since", async () => {
      const { provider, prefix, read, write } = fixture;
      const path = `${prefix}/kept`;
      await provider.create({ path, data, runKey: 'run-1' });
      await expect(
        provider.remove(path, { runKey: 'run-2' }),
      ).rejects.toMatchObject({ name: 'ConflictError' });
      expect(await read(path)).toEqual(data);
      await write(path, { password: 'canary-9e2a' });
      await expect(
        provider.remove(path, { runKey: 'run-1' }),
      ).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.not.stringContaining('canary'),
      });
      expect(await read(path)).toEqual({ password: 'canary-9e2a' });
    });

    it('takes back what a person has deleted in the way that can be undone', async () => {
      const { provider, prefix, remove } = fixture;
      const path = `${prefix}/half-gone`;
      await provider.create({ path, data, runKey: 'run-1' });
      await remove(path);
      expect(await provider.remove(path, { runKey: 'run-1' })).toBe('removed');
      await provider.create({ path, data, runKey: 'run-2' });
    });

    it('keeps apart what only looks alike', async () => {
      const { provider, prefix, read } = fixture;
      const keys = ['a b', 'a+b', 'a%20b', 'a&b', "a'b", 'ä', 'a/b', 'a?b#c'];
      for (const key of keys) {
        await provider.create({
          path: `${prefix}/odd/${key}`,
          data: { key },
          runKey: 'run-1',
        });
      }
      for (const key of keys) {
        expect(await read(`${prefix}/odd/${key}`)).toEqual({ key });
      }
    });

    it('finds nothing where nothing is', async () => {
      const { provider, prefix } = fixture;
      expect(await provider.find(`${prefix}/nothing`)).toBeUndefined();
    });

    it.each(['', '/a', 'a/', 'a//b', 'a/../b', '.', 'a/\n'])(
      'refuses the path %j',
      async path => {
        const { provider } = fixture;
        await expect(
          provider.create({ path, data, runKey: 'run-1' }),
        ).rejects.toMatchObject({ name: 'InputError' });
        await expect(provider.find(path)).rejects.toMatchObject({
          name: 'InputError',
        });
        await expect(
          provider.remove(path, { runKey: 'run-1' }),
        ).rejects.toMatchObject({ name: 'InputError' });
      },
    );

    it('says what it is, and that it works', async () => {
      const { provider } = fixture;
      expect(provider).toMatchObject({
        id: expect.stringMatching(/^[a-z][\w:.-]*$/),
        capability: 'secrets',
        vendor: expect.stringMatching(/\w/),
        endpoint: expect.stringMatching(/^https?:\/\/[^/]+$/),
      });
      expect([...provider.features].sort()).toEqual([...features].sort());
      const methods = [
        provider.grantAccess,
        provider.revokeAccess,
        provider.createLease,
        provider.revokeLease,
      ];
      const [access, leases] = SECRETS_FEATURES.map(it =>
        features.includes(it),
      );
      expect(methods.map(Boolean)).toEqual([access, access, leases, leases]);
      expect(await provider.checkHealth()).toMatchObject({
        status: 'ok',
        description: expect.stringMatching(/\w/),
      });
    });

    it.each([401, 403, 429, 500, 'slow', 'cut', 'wrong'] as const)(
      'says that it does not work, and does not throw: %s',
      async fault => {
        const { provider, faults } = fixture;
        faults.set(fault);
        const health = await provider.checkHealth();
        expect(faults.clear()).toBe(true);
        expect(health.status).not.toBe('ok');
        expect(health.problem).toMatchObject({
          whose: expect.stringMatching(/vendor|platform/),
          remedy: expect.stringMatching(/\w/),
        });
      },
    );

    it('stops when the caller gives up', async () => {
      const { provider, prefix } = fixture;
      const path = `${prefix}/aborted`;
      const signal = AbortSignal.abort(new Error('given up'));
      await expect(
        provider.create({ path, data, runKey: 'run-1', signal }),
      ).rejects.toThrow('given up');
      expect(await provider.find(path)).toBeUndefined();
    });

    describeFailures(async () => {
      const { faults, provider, prefix } = fixture;
      const path = `${prefix}/failing`;
      await provider.create({ path, data, runKey: 'run-1' });
      return {
        faults,
        canary: data.password,
        read: () => provider.read(path),
      };
    }, failures);
    describeSecretRotation(() => fixture);
    if (features.includes('access')) {
      describeSecretAccess(() => fixture);
    }
    if (features.includes('leases')) {
      describeSecretLeases(() => fixture);
    }
    describeUnknownOutcomes(() => fixture);
  });
}
