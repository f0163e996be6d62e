import { repeatAfterUnknownOutcomes } from './describeFailures';
import { SecretsProviderFixture } from './describeSecretsProviderContract';

const first = { password: 'canary-first-1c' };
const second = { password: 'canary-second-2f' };

/** The part of the secrets suite on answers that never came. */
export function describeUnknownOutcomes(
  get: () => SecretsProviderFixture,
): void {
  describe('a repetition after an unknown outcome', () => {
    const runKey = 'run-7';
    const pathOf = (name: string, attempt: number) =>
      `${get().prefix}/unknown/${name}-${attempt}`;
    const createFirst = (name: string) =>
      // Before the faults: as many as there can be requests in an act.
      Promise.all(
        Array.from({ length: 14 }, (_, attempt) =>
          get().provider.create({
            path: pathOf(name, attempt),
            data: first,
            runKey: 'run-1',
          }),
        ),
      );

    it('creates once', async () => {
      const { provider, faults } = get();
      const cut = await repeatAfterUnknownOutcomes(
        faults,
        attempt =>
          provider.create({
            path: pathOf('create', attempt),
            data: first,
            runKey,
          }),
        async ({ version }, attempt) => {
          const path = pathOf('create', attempt);
          expect(await provider.read(path)).toEqual({ version, data: first });
          expect(await provider.listVersions(path)).toHaveLength(1);
        },
      );
      expect(cut).toBeGreaterThan(1);
    });

    it('rotates once', async () => {
      const { provider, faults } = get();
      await createFirst('rotate');
      const cut = await repeatAfterUnknownOutcomes(
        faults,
        attempt =>
          provider.rotate({
            path: pathOf('rotate', attempt),
            data: second,
            runKey,
          }),
        async ({ version }, attempt) => {
          const path = pathOf('rotate', attempt);
          expect(await provider.read(path)).toEqual({ version, data: second });
          expect(await provider.listVersions(path)).toHaveLength(2);
        },
      );
      expect(cut).toBeGreaterThan(1);
    });

    it('undoes once', async () => {
      const { provider, faults } = get();
      const made = await createFirst('undo');
      for (const { path } of made) {
        await provider.rotate({ path, data: second, runKey });
      }
      const cut = await repeatAfterUnknownOutcomes(
        faults,
        attempt => provider.undoRotation(pathOf('undo', attempt), { runKey }),
        async (_, attempt) => {
          const path = pathOf('undo', attempt);
          expect((await provider.read(path)).data).toEqual(first);
          expect(await provider.remove(path, { runKey: 'run-1' })).toBe(
            'removed',
          );
        },
      );
      expect(cut).toBeGreaterThan(1);
    });

    it('removes, and leaves the path free', async () => {
      const { provider, faults } = get();
      await createFirst('remove');
      const cut = await repeatAfterUnknownOutcomes(
        faults,
        attempt =>
          provider.remove(pathOf('remove', attempt), { runKey: 'run-1' }),
        async (_, attempt) => {
          const path = pathOf('remove', attempt);
          expect(await provider.find(path)).toBeUndefined();
          await provider.create({ path, data: second, runKey });
          expect((await provider.read(path)).data).toEqual(second);
        },
      );
      expect(cut).toBeGreaterThan(1);
    });

    it('creates once where one was removed before', async () => {
      const { provider, faults } = get();
      for (const { path } of await createFirst('anew')) {
        await provider.remove(path, { runKey: 'run-1' });
      }
      const cut = await repeatAfterUnknownOutcomes(
        faults,
        attempt =>
          provider.create({
            path: pathOf('anew', attempt),
            data: second,
            runKey,
          }),
        async ({ version, writtenBy }, attempt) => {
          const path = pathOf('anew', attempt);
          expect(writtenBy).toBe(runKey);
          expect(await provider.read(path)).toEqual({ version, data: second });
          expect(await provider.listVersions(path)).toHaveLength(1);
        },
      );
      expect(cut).toBeGreaterThan(1);
    });

    it('gives access once', async () => {
      const { provider, faults, access } = get();
      if (!access) {
        return;
      }
      await createFirst('access');
      const options = (attempt: number) => ({
        path: pathOf('access', attempt),
        team: access.team,
        access: 'read' as const,
        runKey,
      });
      await repeatAfterUnknownOutcomes(
        faults,
        async attempt => provider.grantAccess?.(options(attempt)),
        async (_, attempt) => {
          expect(await access.mayRead(pathOf('access', attempt))).toBe(true);
          await provider.revokeAccess?.(options(attempt));
          expect(await access.mayRead(pathOf('access', attempt))).toBe(false);
        },
      );
    });
  });
}
