import { CreatePullRequest } from '../git';
import { CommitFiles } from '../gitCommits';
import { repeatAfterUnknownOutcomes } from './describeFailures';
import type { GitProviderFixture } from './describeGitProviderContract';

type Fixture = GitProviderFixture & {
  request(branch: string): CreatePullRequest;
};

/** Fewer requests than that can't commit once. */
const LEAST_REQUESTS = 3;
/** A commit is made about as often as it has requests. */
const LIMIT_MILLISECONDS = 10 * 60_000;

/**
 * Commits straight onto a branch: once for a run, on top of what others push;
 * and the pull request that a commit is of.
 */
export function describeCommits(getFixture: () => Fixture): void {
  /** A branch with one commit that is nobody's; its head. */
  async function openBranch(branch: string): Promise<string> {
    const { provider, request } = getFixture();
    const { head } = await provider.createPullRequest(request(branch));
    return head.commit;
  }
  function commitTo(
    branch: string | undefined,
    name: string,
    change: Partial<CommitFiles> = {},
  ): CommitFiles {
    return {
      repository: getFixture().repository,
      branch,
      message: `Change ${name}`,
      files: [
        { path: `${name}/café.txt`, content: Buffer.from(`${name} – ünïcode`) },
      ],
      runKey: `task-1/commit/${name}`,
      ...change,
    };
  }

  it('commits onto a branch, once for a run, whoever pushes meanwhile', async () => {
    const { provider, repository, push, readFile } = getFixture();
    const branch = 'commits';
    const before = await openBranch(branch);
    const request = commitTo(branch, 'commit-once');
    const find = (runKey: string) =>
      provider.findCommit(repository, { branch, runKey });
    expect(await find(request.runKey)).toBeUndefined();
    const made = await provider.commitFiles(request);
    expect(made).toEqual({
      branch,
      commit: expect.stringMatching(/^[0-9a-f]{40}/),
      url: expect.stringMatching(/^https?:/),
    });
    expect(made.url).toContain(made.commit);
    expect(made.commit).not.toBe(before);
    expect(await provider.findBranch(repository, branch)).toBe(made.commit);
    const path = 'commit-once/café.txt';
    expect(await readFile(repository, branch, path)).toBe(
      'commit-once – ünïcode',
    );
    // What was there before stays, and so does what people make of it since.
    expect(
      await readFile(repository, branch, `contract/${branch}/run.sh`),
    ).toBeDefined();
    await push(repository, { branch, path, content: 'theirs' });
    expect(await provider.commitFiles(request)).toEqual(made);
    expect(await readFile(repository, branch, path)).toBe('theirs');
    expect(await find(request.runKey)).toEqual(made);
    expect(await find('task-1/commit/another')).toBeUndefined();
  }, 60_000);

  it('puts files in the place of others, also where only the mode differs', async () => {
    const { provider, repository, push, readFile } = getFixture();
    const branch = 'replaced';
    await openBranch(branch);
    const path = 'replaced/run.sh';
    await push(repository, { branch, path, content: 'old' });
    const commit = (name: string, content: string, executable?: boolean) =>
      provider.commitFiles(
        commitTo(branch, name, {
          files: [{ path, content: Buffer.from(content), executable }],
        }),
      );
    await commit('replaced-content', 'new');
    expect(await readFile(repository, branch, path)).toBe('new');
    const plain = await provider.findBranch(repository, branch);
    const { commit: head } = await commit('replaced-mode', 'new', true);
    expect(head).not.toBe(plain);
    // It has that mode now: once more is nothing.
    await expect(commit('replaced-nothing', 'new', true)).rejects.toMatchObject(
      {
        name: 'InputError',
        message: expect.stringContaining('has these files already'),
      },
    );
    expect(await provider.findBranch(repository, branch)).toBe(head);
  }, 60_000);

  it("commits onto the default branch where none is named, on top of others' commits", async () => {
    const { provider, repository, readFile } = getFixture();
    const one = commitTo(undefined, 'default-one');
    const two = commitTo(undefined, 'default-two');
    const made = await Promise.all([
      provider.commitFiles(one),
      provider.commitFiles(two),
    ]);
    const { branch } = made[0];
    expect(made[1].branch).toBe(branch);
    for (const [index, { runKey, files }] of [one, two].entries()) {
      expect(await provider.findCommit(repository, { runKey })).toEqual(
        made[index],
      );
      expect(await readFile(repository, branch, files[0].path)).toBe(
        files[0].content.toString(),
      );
    }
  }, 60_000);

  it('commits nowhere else', async () => {
    const { provider, repository, listBranches } = getFixture();
    const request = commitTo('no-such-branch', 'nowhere');
    const { runKey } = request;
    const missing = { ...repository, name: 'no-such-repository' };
    for (const change of [
      {},
      { repository: missing },
      { repository: missing, branch: undefined },
    ]) {
      const refused = { ...request, ...change };
      await expect(provider.commitFiles(refused)).rejects.toMatchObject({
        name: 'NotFoundError',
      });
      expect(
        await provider.findCommit(refused.repository, {
          branch: refused.branch,
          runKey,
        }),
      ).toBeUndefined();
    }
    expect(await listBranches(repository)).not.toContain('no-such-branch');
    for (const files of [
      [],
      [{ path: '../escape', content: Buffer.from('') }],
    ]) {
      await expect(
        provider.commitFiles({ ...request, branch: undefined, files }),
      ).rejects.toMatchObject({ name: 'InputError' });
    }
  }, 60_000);

  it(
    'commits once, whichever answer is lost',
    async () => {
      const { provider, repository, failing } = getFixture();
      const branch = 'unknown-commits';
      let head = await openBranch(branch);
      const cut = await repeatAfterUnknownOutcomes(
        failing.faults,
        attempt =>
          failing.provider.commitFiles(
            commitTo(branch, `unknown-commit-${attempt}`),
          ),
        async (made, attempt) => {
          const { runKey } = commitTo(branch, `unknown-commit-${attempt}`);
          expect(
            await provider.findCommit(repository, { branch, runKey }),
          ).toEqual(made);
          // A second one would be the head in its place.
          expect(await provider.findBranch(repository, branch)).toBe(
            made.commit,
          );
          expect(made.commit).not.toBe(head);
          head = made.commit;
        },
      );
      expect(cut).toBeGreaterThanOrEqual(LEAST_REQUESTS);
    },
    LIMIT_MILLISECONDS,
  );

  it('finds the pull request of a commit: its head, or its merge', async () => {
    const { provider, repository, request } = getFixture();
    const find = (commit: string) =>
      provider.findPullRequestOfCommit(repository, commit);
    const opened = await provider.createPullRequest(request('of-commit'));
    const { url, base } = opened;
    expect(await find(opened.head.commit)).toEqual(opened);
    const main = await provider.findBranch(repository, base);
    expect((await find(main!))?.url).not.toBe(url);
    expect(await find('0'.repeat(40))).toBeUndefined();

    // What was its head is so no longer.
    const { commit } = await provider.commitFiles(
      commitTo('of-commit', 'of-commit'),
    );
    expect(await find(opened.head.commit)).toBeUndefined();
    expect(await find(commit)).toMatchObject({ url, state: 'open' });
    await provider.mergePullRequest(url, { head: commit });
    const merged = await provider.getPullRequest(url);
    expect(await find(commit)).toEqual(merged);
    expect(await find(merged.mergeCommit!)).toEqual(merged);
    const missing = { ...repository, name: 'no-such-repository' };
    expect(
      await provider.findPullRequestOfCommit(missing, commit),
    ).toBeUndefined();
  }, 60_000);
}
