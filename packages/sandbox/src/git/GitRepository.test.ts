import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitRepository, initBare } from './GitRepository';
import { readObject } from './looseObjects';
import { ZERO_SHA } from './model';

const WHO = {
  name: 'Dana <x>\nDeveloper',
  email: 'dana@example.com',
  date: '2026-11-22T12:00:00+02:00',
};

describe('a repository whose objects are written without git', () => {
  let directory: string;
  let repository: GitRepository;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sandbox-git-'));
    repository = await initBare(join(directory, 'one.git'));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  const commit = async (content: string, parents: string[] = []) => {
    const sha = await repository.writeBlob(Buffer.from(content));
    const tree = await repository.writeTree(undefined, [
      { path: 'a/b.txt', mode: '100644', sha },
    ]);
    return repository.writeCommit({
      tree,
      parents,
      message: `Write ${content}\n\nWhy\n`,
      author: WHO,
      committer: WHO,
    });
  };

  it('is one that git finds nothing wrong with', async () => {
    const first = await commit('one');
    const second = await commit('two', [first]);
    await repository.updateRef('refs/heads/main', second, ZERO_SHA);
    await repository.git(['fsck', '--strict', '--full']);
    const [newest] = await repository.log(second, { limit: 1 });
    expect(newest).toMatchObject({
      parents: [first],
      message: 'Write two\n\nWhy',
      author: {
        name: 'Dana xDeveloper',
        email: 'dana@example.com',
        date: '2026-11-22T10:00:00Z',
      },
    });
    expect([...(await repository.commitsIn(second))].sort()).toEqual(
      [first, second].sort(),
    );
    expect(await repository.isAncestor(second, first)).toBe(false);
  });

  it('hands out results that callers may turn round', async () => {
    const main = (await repository.ref('refs/heads/main'))!;
    const third = await commit('three', [await commit('more', [main])]);
    const range = `${main}..${third}`;
    const [oldest] = (await repository.log(range)).reverse();
    expect((await repository.log(range))[0]).not.toEqual(oldest);
  });

  it('lists the same branches and objects when git has packed them', async () => {
    const main = (await repository.ref('refs/heads/main'))!;
    await repository.updateRef('refs/heads/feature/one', main, ZERO_SHA);
    const branches = await repository.branches();
    expect(branches).toEqual([
      { name: 'feature/one', sha: main },
      { name: 'main', sha: main },
    ]);
    await repository.git(['repack', '-a', '-d', '-q']);
    await repository.git(['pack-refs', '--all']);
    expect(await readObject(repository.directory, main)).toBeUndefined();
    const reopened = new GitRepository(repository.directory);
    expect(await reopened.branches()).toEqual(branches);
    expect(await reopened.objectType(main)).toBe('commit');
    const [{ sha }] = (await reopened.listTree(main, true)).filter(
      ({ type }) => type === 'blob',
    );
    expect((await reopened.readBlob(sha)).toString()).toBe('two');
  });
});
