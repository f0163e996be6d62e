import { CreatePullRequest } from '../git';
import type { GitProviderFixture } from './describeGitProviderContract';

type Fixture = GitProviderFixture & {
  request(branch: string): CreatePullRequest;
};

const CONFLICT = { name: 'ConflictError' };

/** How pull requests end: closed, merged, taken back; each said twice. */
export function describeEnds(getFixture: () => Fixture): void {
  it('closes a pull request and deletes its branch', async () => {
    const { provider, repository, listBranches, request } = getFixture();
    const { url } = await provider.createPullRequest(request('close'));
    await provider.closePullRequest(url, { comment: 'Rolled back.' });
    await provider.closePullRequest(url, { comment: 'Rolled back.' });
    expect((await provider.getPullRequest(url)).state).toBe('closed');
    expect(await listBranches(repository)).not.toContain('close');
    const comments = await provider.listComments(url);
    expect(comments.map(({ body }) => body)).toEqual(['Rolled back.']);
  }, 30_000);

  it('leaves a branch alone that somebody works on after the closing', async () => {
    const { provider, repository, listBranches, push, request } = getFixture();
    const { url } = await provider.createPullRequest(request('worked-on'));
    await provider.closePullRequest(url);
    await push(repository, {
      branch: 'worked-on',
      path: 'work.txt',
      content: 'mine',
    });
    await provider.closePullRequest(url);
    expect(await listBranches(repository)).toContain('worked-on');
  }, 30_000);

  it("deletes a run's own branch, and nobody else's", async () => {
    const { provider, repository, listBranches, push, request } = getFixture();
    const { runKey } = request('branch');
    const remove = (branch: string, key = runKey) =>
      provider.removeBranch(repository, branch, { runKey: key });
    expect(await remove('branch')).toBe('absent');
    const { head } = await provider.createPullRequest(request('branch'));
    expect(await remove('branch', 'another-run')).toBe('absent');
    expect(await listBranches(repository)).toContain('branch');
    expect(await provider.findBranch(repository, 'branch')).toBe(head.commit);
    expect(await remove('branch')).toBe('removed');
    expect(await provider.findBranch(repository, 'branch')).toBeUndefined();
    expect(await listBranches(repository)).not.toContain('branch');
    expect(await remove('branch')).toBe('absent');

    const own = request('pushed-to');
    await provider.createPullRequest(own);
    await push(repository, {
      branch: 'pushed-to',
      path: 'work.txt',
      content: 'mine',
    });
    expect(await remove('pushed-to', own.runKey)).toBe('absent');
    expect(await listBranches(repository)).toContain('pushed-to');
  }, 30_000);

  it('lists the files of a directory as a commit has them', async () => {
    const { provider, repository, push, request } = getFixture();
    const { head } = await provider.createPullRequest(request('list'));
    const path = 'contract/deep/list/two.txt';
    await push(repository, { branch: 'list', path, content: '2' });
    const commit = await provider.findBranch(repository, 'list');
    const list = (directory: string, at: string) =>
      provider.listFiles(repository, directory, { commit: at });
    expect(await list('contract/deep/list', commit!)).toEqual([path]);
    expect(await list('contract/deep', commit!)).toEqual([]);
    expect(await list(path, commit!)).toEqual([]);
    expect(await list('contract/deep/list', head.commit)).toEqual([]);
  }, 30_000);

  it('finds the newest pull request of a branch', async () => {
    const { provider, repository, request } = getFixture();
    expect(await provider.findPullRequest(repository, 'find')).toBeUndefined();
    const first = await provider.createPullRequest(request('find'));
    expect(await provider.findPullRequest(repository, 'find')).toEqual(first);
    await provider.closePullRequest(first.url);
    expect(await provider.findPullRequest(repository, 'find')).toMatchObject({
      url: first.url,
      state: 'closed',
    });
    const second = await provider.createPullRequest({
      ...request('find'),
      runKey: 'run-find-2',
    });
    expect(await provider.findPullRequest(repository, 'find')).toEqual(second);
  }, 30_000);

  it('merges exactly the head that was asked for, once', async () => {
    const { provider, repository, readFile, request } = getFixture();
    const { url, head, base } = await provider.createPullRequest(
      request('merge'),
    );
    await expect(
      provider.mergePullRequest(url, { head: '0'.repeat(40) }),
    ).rejects.toMatchObject(CONFLICT);
    expect((await provider.getPullRequest(url)).state).toBe('open');
    await provider.mergePullRequest(url, { head: head.commit });
    await provider.mergePullRequest(url, { head: head.commit });
    expect(await provider.getPullRequest(url)).toMatchObject({
      state: 'merged',
      mergeCommit: expect.stringMatching(/^[0-9a-f]+$/),
    });
    expect(await readFile(repository, base, 'contract/merge/run.sh')).toBe(
      '#!/bin/sh\n',
    );
    await expect(provider.closePullRequest(url)).rejects.toMatchObject(
      CONFLICT,
    );
  }, 30_000);

  it('does not merge what was closed', async () => {
    const { provider, request } = getFixture();
    const { url, head } = await provider.createPullRequest(request('shut'));
    await provider.closePullRequest(url);
    await expect(
      provider.mergePullRequest(url, { head: head.commit }),
    ).rejects.toMatchObject(CONFLICT);
  }, 30_000);

  it('takes a merged one back by a pull request, the same one for the same run', async () => {
    const { provider, repository, readFile, push, request } = getFixture();
    const path = 'contract/revert/café.txt';
    const base = (await provider.createPullRequest(request('probe'))).base;
    await push(repository, { branch: base, path, content: 'before' });
    const { url, head } = await provider.createPullRequest(request('revert'));
    const options = { runKey: 'run-revert-undo' };
    await expect(
      provider.revertPullRequest(url, options),
    ).rejects.toMatchObject(CONFLICT);
    await provider.mergePullRequest(url, { head: head.commit });
    expect(await readFile(repository, base, path)).not.toBe('before');

    const revert = await provider.revertPullRequest(url, options);
    expect(revert).toMatchObject({
      state: 'open',
      base,
      openedBy: 'run-revert-undo',
    });
    expect(await provider.revertPullRequest(url, options)).toEqual(revert);
    await provider.mergePullRequest(revert.url, { head: revert.head.commit });
    expect(await readFile(repository, base, path)).toBe('before');
    expect(
      await readFile(repository, base, 'contract/revert/run.sh'),
    ).toBeUndefined();
    expect(await provider.revertPullRequest(url, options)).toMatchObject({
      url: revert.url,
      state: 'merged',
    });
  }, 60_000);

  it('takes nothing back that has changed since, or is taken back already', async () => {
    const { provider, repository, push, request } = getFixture();
    const { url, head, base } = await provider.createPullRequest(
      request('changed'),
    );
    await provider.mergePullRequest(url, { head: head.commit });
    await push(repository, {
      branch: base,
      path: 'contract/changed/run.sh',
      content: 'later work',
    });
    const options = { runKey: 'run-changed-undo' };
    await expect(
      provider.revertPullRequest(url, options),
    ).rejects.toMatchObject({
      ...CONFLICT,
      message: expect.stringContaining('contract/changed/run.sh'),
    });
  }, 60_000);
}
