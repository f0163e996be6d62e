import { SecretsProviderFixture } from './describeSecretsProviderContract';

function requireLeases({ provider, leases }: SecretsProviderFixture) {
  if (!leases) {
    throw new TypeError('The fixture of a provider with leases needs leases');
  }
  return { provider, leases };
}

/** The part of the secrets suite on feature `leases`. */
export function describeSecretLeases(get: () => SecretsProviderFixture): void {
  describe('leases', () => {
    it('makes credentials that work until they are revoked', async () => {
      const { provider, leases } = requireLeases(get());
      const lease = await provider.createLease?.(leases.role);
      expect(Date.parse(lease?.expiresAt ?? '')).toBeGreaterThan(Date.now());
      expect(await leases.work(lease?.data)).toBe(true);
      const other = await provider.createLease?.(leases.role);
      expect(other?.id).not.toBe(lease?.id);
      await provider.revokeLease?.(lease?.id ?? '');
      expect(await leases.work(lease?.data)).toBe(false);
      expect(await leases.work(other?.data)).toBe(true);
      await provider.revokeLease?.(lease?.id ?? '');
      await provider.revokeLease?.(other?.id ?? '');
      expect(await leases.work(other?.data)).toBe(false);
    });

    it('knows which roles there are', async () => {
      const { provider, leases } = requireLeases(get());
      await expect(
        provider.createLease?.(`${leases.role}-unknown`),
      ).rejects.toMatchObject({ name: 'NotFoundError' });
    });
  });
}
