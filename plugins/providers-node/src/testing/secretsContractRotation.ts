import { SecretsProviderFixture } from './describeSecretsProviderContract';

const first = { password: 'canary-first-4d' };
const second = { password: 'canary-second-8e' };
const conflict = { name: 'ConflictError' };

/** The part of the secrets suite on versions: reading, rotating, undoing. */
export function describeSecretRotation(
  get: () => SecretsProviderFixture,
): void {
  describe('versions', () => {
    const create = async (name: string) => {
      const { provider, prefix } = get();
      const path = `${prefix}/${name}`;
      const { version } = await provider.create({
        path,
        data: first,
        runKey: 'run-1',
      });
      return { provider, path, version };
    };

    it('reads what is current, and a version by its id', async () => {
      const { provider, path, version } = await create('rotate/read');
      expect(await provider.read(path)).toEqual({ version, data: first });
      const rotated = await provider.rotate({
        path,
        data: second,
        runKey: 'run-2',
      });
      expect(rotated).toEqual({
        path,
        version: expect.stringMatching(/./),
        url: expect.stringMatching(/^https?:/),
        writtenBy: 'run-1',
        previousVersion: version,
      });
      expect(rotated.version).not.toBe(version);
      expect(JSON.stringify(rotated)).not.toContain('canary');
      expect(await provider.read(path)).toEqual({
        version: rotated.version,
        data: second,
      });
      expect(await provider.read(path, { version })).toEqual({
        version,
        data: first,
      });
      expect(await provider.find(path)).toMatchObject({
        version: rotated.version,
      });
    });

    it('finds nothing to read where nothing is', async () => {
      const { provider, prefix, remove } = get();
      const missing = { name: 'NotFoundError' };
      const read = provider.read(`${prefix}/rotate/none`);
      await expect(read).rejects.toMatchObject(missing);
      const { path } = await create('rotate/deleted');
      await expect(
        provider.read(path, {
          version: '12345678-0000-4000-8000-000000000000',
        }),
      ).rejects.toMatchObject(missing);
      await remove(path);
      await expect(provider.read(path)).rejects.toMatchObject(missing);
    });

    it('rotates once for the same run, whatever values it brings', async () => {
      const { provider, path } = await create('rotate/once');
      const rotation = { path, data: second, runKey: 'run-2' };
      const rotated = await provider.rotate(rotation);
      expect(
        await provider.rotate({ ...rotation, data: { password: 'other' } }),
      ).toEqual(rotated);
      expect((await provider.read(path)).data).toEqual(second);
      expect(await provider.listVersions(path)).toHaveLength(2);
    });

    it('lists versions, oldest first', async () => {
      const { provider, path, version } = await create('rotate/list');
      const { version: newer } = await provider.rotate({
        path,
        data: second,
        runKey: 'run-2',
      });
      const versions = await provider.listVersions(path);
      expect(versions).toEqual([
        {
          version,
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          isCurrent: false,
          isReadable: true,
        },
        expect.objectContaining({ version: newer, isCurrent: true }),
      ]);
      expect(await provider.listVersions(`${path}/none`)).toEqual([]);
    });

    it('rotates nothing that is not there', async () => {
      const { provider, prefix, remove } = get();
      const missing = { name: 'NotFoundError' };
      const rotation = { data: second, runKey: 'run-2' };
      await expect(
        provider.rotate({ ...rotation, path: `${prefix}/rotate/none` }),
      ).rejects.toMatchObject(missing);
      const { path } = await create('rotate/gone');
      await remove(path);
      await expect(
        provider.rotate({ ...rotation, path }),
      ).rejects.toMatchObject(missing);
    });

    it('replaces the version that it was made of, and no other', async () => {
      const { provider, path, version } = await create('rotate/from');
      const rotate = (runKey: string, from: string) =>
        provider.rotate({ path, data: { password: runKey }, from, runKey });
      const rotated = await rotate('run-2', version);
      await expect(rotate('run-3', version)).rejects.toMatchObject(conflict);
      expect(await rotate('run-2', version)).toEqual(rotated);
      expect((await provider.read(path)).data).toEqual({ password: 'run-2' });
    });

    it('lets one of two rotations at once win', async () => {
      const { provider, path } = await create('rotate/race');
      const results = await Promise.allSettled(
        ['run-2', 'run-3'].map(runKey =>
          provider.rotate({ path, data: { password: runKey }, runKey }),
        ),
      );
      const won = results.filter(({ status }) => status === 'fulfilled');
      // One after the other is as good as one refused.
      expect(won.length).toBeGreaterThan(0);
      const refused = results.flatMap(result =>
        result.status === 'rejected' ? [result.reason.name] : [],
      );
      expect(refused.every(name => name === conflict.name)).toBe(true);
      const { data } = await provider.read(path);
      const winners = results.flatMap((result, index) =>
        result.status === 'fulfilled' ? [`run-${index + 2}`] : [],
      );
      expect(winners).toContain(data.password);
    });

    it('gives readers back what they had, as often as it is asked', async () => {
      const { provider, path } = await create('rotate/undo');
      const options = { runKey: 'run-2' };
      expect(await provider.undoRotation(path, options)).toBe('absent');
      await provider.rotate({ path, data: second, ...options });
      expect(await provider.undoRotation(path, options)).toBe('restored');
      expect((await provider.read(path)).data).toEqual(first);
      expect(await provider.undoRotation(path, options)).toBe('absent');
      expect((await provider.read(path)).data).toEqual(first);
      // What was undone is not done again by a late attempt.
      await expect(
        provider.rotate({ path, data: second, ...options }),
      ).rejects.toMatchObject(conflict);
      expect((await provider.read(path)).data).toEqual(first);
    });

    it('undoes rotations last first, and then the creation', async () => {
      const { provider, path } = await create('rotate/twice');
      const third = { password: 'canary-third' };
      await provider.rotate({ path, data: second, runKey: 'run-2' });
      await provider.rotate({ path, data: third, runKey: 'run-3' });
      await expect(
        provider.undoRotation(path, { runKey: 'run-2' }),
      ).rejects.toMatchObject(conflict);
      expect((await provider.read(path)).data).toEqual(third);
      await provider.undoRotation(path, { runKey: 'run-3' });
      expect((await provider.read(path)).data).toEqual(second);
      await expect(
        provider.remove(path, { runKey: 'run-1' }),
      ).rejects.toMatchObject(conflict);
      await provider.undoRotation(path, { runKey: 'run-2' });
      expect((await provider.read(path)).data).toEqual(first);
      expect(await provider.remove(path, { runKey: 'run-1' })).toBe('removed');
      expect(await provider.find(path)).toBeUndefined();
    });

    it('undoes nothing that a person has written since', async () => {
      const { provider, path } = await create('rotate/since');
      await provider.rotate({ path, data: second, runKey: 'run-2' });
      const theirs = { password: 'canary-person' };
      await get().write(path, theirs);
      await expect(
        provider.undoRotation(path, { runKey: 'run-2' }),
      ).rejects.toMatchObject({
        ...conflict,
        message: expect.not.stringContaining('canary'),
      });
      expect((await provider.read(path)).data).toEqual(theirs);
    });

    it('rotates again after a rotation was undone', async () => {
      const { provider, path } = await create('rotate/again');
      await provider.rotate({ path, data: second, runKey: 'run-2' });
      await provider.undoRotation(path, { runKey: 'run-2' });
      await provider.rotate({ path, data: second, runKey: 'run-3' });
      expect((await provider.read(path)).data).toEqual(second);
      await provider.undoRotation(path, { runKey: 'run-3' });
      expect((await provider.read(path)).data).toEqual(first);
    });
  });
}
