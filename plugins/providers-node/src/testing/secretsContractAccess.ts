import { SecretsProviderFixture } from './describeSecretsProviderContract';

function requireAccess({ provider, prefix, access }: SecretsProviderFixture) {
  if (!access) {
    throw new TypeError('The fixture of a provider with access needs access');
  }
  return { provider, prefix, access };
}

/** The part of the secrets suite on feature `access`. */
export function describeSecretAccess(get: () => SecretsProviderFixture): void {
  describe('access', () => {
    const prepare = async (name: string) => {
      const { provider, prefix, access } = requireAccess(get());
      const path = `${prefix}/${name}`;
      await provider.create({
        path,
        data: { password: 'canary-5b' },
        runKey: 'run-1',
      });
      const options = {
        path,
        team: access.team,
        access: 'read' as const,
        runKey: 'run-1',
      };
      return { provider, access, options };
    };

    it('lets a team read, and takes it back', async () => {
      const { provider, access, options } = await prepare('access/team');
      expect(await provider.revokeAccess?.(options)).toBe('absent');
      expect(await access.mayRead(options.path)).toBe(false);
      const granted = await provider.grantAccess?.(options);
      expect(granted).toEqual({
        path: options.path,
        team: options.team,
        access: 'read',
        grant: expect.stringMatching(/./),
        url: expect.stringMatching(/^https?:/),
      });
      expect(await access.mayRead(options.path)).toBe(true);
      expect(await provider.grantAccess?.(options)).toEqual(granted);
      expect(await provider.revokeAccess?.(options)).toBe('revoked');
      expect(await access.mayRead(options.path)).toBe(false);
      expect(await provider.revokeAccess?.(options)).toBe('absent');
    });

    it('lets it read nothing else', async () => {
      const { provider, access, options } = await prepare('access/one');
      const other = await prepare('access/one-more');
      const below = await prepare('access/one/below');
      await provider.grantAccess?.(options);
      for (const { path } of [other.options, below.options]) {
        expect(await access.mayRead(path)).toBe(false);
      }
    });

    it("touches no other run's grant", async () => {
      const { provider, access, options } = await prepare('access/taken');
      await provider.grantAccess?.(options);
      const other = { ...options, runKey: 'run-2' };
      const conflict = { name: 'ConflictError' };
      await expect(provider.grantAccess?.(other)).rejects.toMatchObject(
        conflict,
      );
      await expect(provider.revokeAccess?.(other)).rejects.toMatchObject(
        conflict,
      );
      expect(await access.mayRead(options.path)).toBe(true);
    });

    it('gives nothing on a secret that is not there', async () => {
      const { provider, prefix, access } = requireAccess(get());
      await expect(
        provider.grantAccess?.({
          path: `${prefix}/access/none`,
          team: access.team,
          access: 'read',
          runKey: 'run-1',
        }),
      ).rejects.toMatchObject({ name: 'NotFoundError' });
    });

    it('leaves no access to who comes after', async () => {
      const { provider, access, options } = await prepare('access/reused');
      await provider.grantAccess?.(options);
      await provider.revokeAccess?.(options);
      await provider.remove(options.path, { runKey: 'run-1' });
      await provider.create({
        path: options.path,
        data: { password: 'another' },
        runKey: 'run-2',
      });
      expect(await access.mayRead(options.path)).toBe(false);
    });
  });
}
