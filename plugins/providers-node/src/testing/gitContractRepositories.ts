import { CreateRepository } from '../git';
import type { GitProviderFixture } from './describeGitProviderContract';

const CONFLICT = { name: 'ConflictError' };

/** Repositories: created once, found, taken back. */
export function describeRepositories(
  getFixture: () => GitProviderFixture,
): void {
  function request(name: string): CreateRepository {
    const { template } = getFixture();
    return {
      repository: { ...template, name },
      template,
      visibility: 'private',
      description: `The service ${name}`,
      runKey: `task-1/${name}/0a1b`,
    };
  }
  const remove = ({ repository, runKey }: CreateRepository) =>
    getFixture().provider.removeRepository(repository, { runKey });

  it('creates a repository from a template, once', async () => {
    const { provider, push, readFile } = getFixture();
    const options = {
      ...request('created'),
      files: [
        { path: 'docs/about.md', content: Buffer.from('Ours – ünïcode') },
      ],
    };
    const created = await provider.createRepository(options);
    expect(created).toEqual({
      repository: options.repository,
      url: expect.stringMatching(/^https?:.*created$/),
      cloneUrl: expect.stringMatching(/^https?:/),
      defaultBranch: expect.any(String),
      archived: false,
      createdBy: options.runKey,
    });
    expect(await provider.createRepository(options)).toEqual(created);
    expect(await provider.findRepository(options.repository)).toEqual(created);
    const read = (path: string) =>
      readFile(options.repository, created.defaultBranch, path);
    expect(await read('docs/about.md')).toBe('Ours – ünïcode');
    expect(await read('README.md')).toBeDefined();
    // What people have made of it since is theirs.
    const { repository } = options;
    const branch = created.defaultBranch;
    await push(repository, { branch, path: 'docs/about.md', content: 'New' });
    await provider.createRepository(options);
    expect(await read('docs/about.md')).toBe('New');
  }, 60_000);

  it('creates one without a template', async () => {
    const { provider, listBranches } = getFixture();
    const options = { ...request('plain'), template: undefined };
    const { defaultBranch } = await provider.createRepository(options);
    expect(await listBranches(options.repository)).toEqual([defaultBranch]);
    expect(await remove(options)).toBe('deleted');
  }, 60_000);

  it("leaves another run's repository alone", async () => {
    const { provider } = getFixture();
    const options = request('others');
    await provider.createRepository(options);
    const other = { ...options, runKey: 'task-2/others/0a1b' };
    await expect(provider.createRepository(other)).rejects.toMatchObject(
      CONFLICT,
    );
    await expect(remove(other)).rejects.toMatchObject(CONFLICT);
    expect(await provider.findRepository(options.repository)).toBeDefined();
  }, 60_000);

  it('deletes what nobody has worked on, and says so when it is gone', async () => {
    const { provider, listBranches } = getFixture();
    const options = {
      ...request('deleted'),
      files: [{ path: 'own.txt', content: Buffer.from('own') }],
    };
    await provider.createRepository(options);
    expect(await remove(options)).toBe('deleted');
    expect(await listBranches(options.repository)).toBeUndefined();
    expect(await remove(options)).toBe('absent');
    expect(await provider.findRepository(options.repository)).toBeUndefined();
    // The name is free again.
    await provider.createRepository({ ...options, runKey: 'task-3/new/0' });
  }, 60_000);

  it.each(['a push', 'a branch'])(
    'archives after %s, as often as it is asked',
    async what => {
      const { provider, listBranches, push } = getFixture();
      const options = request(`archived-after-${what.replace('a ', '')}`);
      const { repository } = options;
      const { defaultBranch } = await provider.createRepository(options);
      const branch = what === 'a push' ? defaultBranch : 'feature';
      await push(repository, { branch, path: 'work.txt', content: 'mine' });
      expect(await remove(options)).toBe('archived');
      expect(await provider.findRepository(repository)).toMatchObject({
        archived: true,
      });
      expect(await remove(options)).toBe('archived');
      expect(await listBranches(repository)).toContain(branch);
    },
    60_000,
  );

  it('archives where the account may not delete', async () => {
    const { provider, forbidDeletion } = getFixture();
    const options = request('undeletable');
    await provider.createRepository(options);
    await forbidDeletion();
    expect(await remove(options)).toBe('archived');
    expect(await provider.findRepository(options.repository)).toMatchObject({
      archived: true,
    });
  }, 60_000);

  it('names a template that is none', async () => {
    const { provider, template } = getFixture();
    await expect(
      provider.createRepository({
        ...request('templateless'),
        template: { ...template, name: 'no-such-template' },
      }),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  }, 60_000);
}
