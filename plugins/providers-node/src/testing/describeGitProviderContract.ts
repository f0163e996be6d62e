import { GIT_FEATURES, GitFeature, GitProvider, Repository } from '../git';
import { describeFailures } from './describeFailures';
import { describeCommits } from './gitContractCommits';
import { describeEnds } from './gitContractEnds';
import { describeRepositories } from './gitContractRepositories';
import { describeTeamPermissions } from './gitContractTeams';
import { describeUnknownOutcomes } from './gitContractUnknown';
import { ProviderFaults } from './providerFaults';

/** What the git suite needs of a git host. @public */
export interface GitProviderFixture {
  provider: GitProvider;
  /** Exists, has at least one commit, and the provider may write to it. */
  repository: Repository;
  /** Adds a commit status, as a checker would. */
  addStatus(status: {
    commit: string;
    context: string;
    state: 'pending' | 'success' | 'failure' | 'error';
    description: string;
  }): Promise<void>;
  /** A template repository with a file `README.md`. */
  template: Repository;
  /** Pushes a file onto a branch, as a person would. */
  push(
    repository: Repository,
    change: { branch: string; path: string; content: string },
  ): Promise<void>;
  /** Reads a file of a branch; `undefined` where there is none. */
  readFile(
    repository: Repository,
    branch: string,
    path: string,
  ): Promise<string | undefined>;
  /** The branches of a repository; `undefined` where it does not exist. */
  listBranches(repository: Repository): Promise<string[] | undefined>;
  /** Lets the vendor refuse the next deletion of a repository. */
  forbidDeletion(): Promise<void>;
  /** How many pull requests there are of a branch, whatever became of them. */
  countPullRequests(repository: Repository, branch: string): Promise<number>;
  /**
   * Names of two teams of the repository's organisation that have no permission
   * on it; needed by a provider with feature `team-permissions`.
   */
  teams?: readonly [string, string];
  /** What goes wrong at will, and who has to live with it. */
  failing: {
    /** The same as `provider`, with waits that take nearly no time. */
    provider: GitProvider;
    /** The same, with a time limit that the fault `slow` exceeds. */
    hasty: GitProvider;
    faults: ProviderFaults;
    /** The provider's token, which no error may hold. */
    token: string;
  };
  /** Ends what the fixture has started. */
  stop(): Promise<void>;
}

/** What a git provider can do beyond the least. @public */
export interface GitContractOptions {
  /** Features that it is to have; none without. */
  features?: readonly GitFeature[];
}

/**
 * The contract that every git provider fulfils, as a jest suite.
 *
 * @param name - of the provider
 * @param setup - starts a git host, real or a stand-in, once for the suite
 * @public
 */
export function describeGitProviderContract(
  name: string,
  setup: () => Promise<GitProviderFixture>,
  { features = [] }: GitContractOptions = {},
): void {
  describe(`git provider contract: ${name}`, () => {
    let fixture: GitProviderFixture;

    beforeAll(async () => {
      fixture = await setup();
    }, 60_000);
    afterAll(async () => {
      await fixture?.stop();
    });

    function request(branch: string, runKey = `run-${branch}`) {
      return {
        repository: fixture.repository,
        branch,
        title: `Add ${branch}`,
        body: `This adds ${branch}.`,
        commitMessage: `Add ${branch}`,
        files: [
          {
            path: `contract/${branch}/café.txt`,
            content: Buffer.from(`${branch} – ünïcode\n`),
          },
          {
            path: `contract/${branch}/run.sh`,
            content: Buffer.from('#!/bin/sh\n'),
            executable: true,
          },
        ],
        runKey,
      };
    }

    it('says what it is, and how it is', async () => {
      const { provider } = fixture;
      expect(provider).toMatchObject({
        id: expect.stringMatching(/^[a-z]+(:.+)?$/),
        capability: 'git',
        vendor: expect.any(String),
        endpoint: expect.stringMatching(/^https?:\/\/[^/]+$/),
      });
      expect(GIT_FEATURES).toEqual(expect.arrayContaining(provider.features));
      expect([...provider.features].sort()).toEqual([...features].sort());
      const ofTeams = [
        provider.grantTeamPermission,
        provider.listTeamPermissions,
        provider.revokeTeamPermission,
      ];
      const hasTeams = features.includes('team-permissions');
      expect(ofTeams.map(Boolean)).toEqual(ofTeams.map(() => hasTeams));
      expect(await provider.checkHealth()).toMatchObject({
        status: 'ok',
        description: expect.stringMatching(/\w/),
        rateLimit: {
          limit: expect.any(Number),
          remaining: expect.any(Number),
        },
      });
    });

    it('says of its health what is wrong, and throws for nobody but who gives up', async () => {
      const { provider, faults, token } = fixture.failing;
      const expected = { 401: 'failing', 503: 'degraded', cut: 'degraded' };
      for (const [fault, status] of Object.entries(expected)) {
        faults.set(fault === 'cut' ? fault : (Number(fault) as 401 | 503));
        const health = await provider.checkHealth();
        faults.clear();
        expect(health).toMatchObject({
          status,
          problem: { remedy: expect.stringMatching(/\w/) },
        });
        expect(JSON.stringify(health)).not.toContain(token);
      }
      const signal = AbortSignal.abort(new Error('given up'));
      await expect(provider.checkHealth({ signal })).rejects.toThrow(
        'given up',
      );
    }, 30_000);

    it('serves its own hosts and pull requests only', async () => {
      const { provider, repository } = fixture;
      expect(provider.serves(repository.host)).toBe(true);
      expect(provider.serves('elsewhere.example.com')).toBe(false);
      for (const url of [
        'not an address',
        'https://elsewhere.example.com/a/b/pull/1',
        'mailto:dana@example.com',
      ]) {
        expect(provider.parsePullRequestUrl(url)).toBeUndefined();
      }
    });

    it('opens a pull request and reads it again', async () => {
      const { provider, repository } = fixture;
      const opened = await provider.createPullRequest(request('open'));
      expect(opened).toMatchObject({
        repository,
        title: 'Add open',
        state: 'open',
        head: { branch: 'open', commit: expect.stringMatching(/^[0-9a-f]+$/) },
        openedBy: 'run-open',
      });
      expect(opened.mergeCommit).toBeUndefined();
      expect(provider.parsePullRequestUrl(opened.url)).toEqual({
        repository,
        number: opened.number,
      });
      expect(await provider.getPullRequest(opened.url)).toEqual(opened);
    });

    it('finds what the same run has opened', async () => {
      const { provider } = fixture;
      const first = await provider.createPullRequest(request('again'));
      expect(await provider.createPullRequest(request('again'))).toEqual(first);
    });

    it("leaves another run's branch and pull request alone", async () => {
      const { provider } = fixture;
      const other = await provider.createPullRequest(request('taken', 'run-a'));
      await expect(
        provider.createPullRequest(request('taken', 'run-b')),
      ).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringContaining(other.url),
      });
    });

    it('refuses what it cannot do, with the error that the port promises', async () => {
      const { provider, repository } = fixture;
      await expect(
        provider.createPullRequest({ ...request('empty'), files: [] }),
      ).rejects.toMatchObject({ name: 'InputError' });
      await expect(
        provider.createPullRequest({
          ...request('escape'),
          files: [{ path: '../escape', content: Buffer.from('') }],
        }),
      ).rejects.toMatchObject({ name: 'InputError' });
      await expect(
        provider.createPullRequest({
          ...request('nowhere'),
          repository: { ...repository, name: 'no-such-repository' },
        }),
      ).rejects.toMatchObject({ name: 'NotFoundError' });
      await expect(
        provider.createPullRequest({ ...request('base'), base: 'no-such' }),
      ).rejects.toMatchObject({ name: 'NotFoundError' });
      await expect(
        provider.getPullRequest('https://elsewhere.example.com/a/b/pull/1'),
      ).rejects.toMatchObject({ name: 'InputError' });
    });

    it('lists the newest status of each context, however many there are', async () => {
      const { provider, repository, addStatus } = fixture;
      const { head } = await provider.createPullRequest(request('statuses'));
      expect(
        await provider.listCommitStatuses(repository, head.commit),
      ).not.toContainEqual(expect.objectContaining({ context: 'check-0' }));
      const { commit } = head;
      const status = { commit, state: 'pending', description: 'Wait' } as const;
      for (let index = 0; index < 101; index += 1) {
        await addStatus({ ...status, context: `check-${index}` });
      }
      await addStatus({
        commit,
        context: 'check-0',
        state: 'success',
        description: 'Done',
      });
      const statuses = (
        await provider.listCommitStatuses(repository, commit)
      ).filter(({ context }) => context.startsWith('check-'));
      expect(statuses).toHaveLength(101);
      expect(statuses).toContainEqual(
        expect.objectContaining({
          context: 'check-0',
          state: 'success',
          description: 'Done',
        }),
      );
    }, 30_000);

    it('comments, and lists comments since a time', async () => {
      const { provider } = fixture;
      const { url } = await provider.createPullRequest(request('comments'));
      const comment = await provider.addComment(url, 'Looks *good*');
      expect(comment).toMatchObject({ body: 'Looks *good*' });
      expect(await provider.listComments(url)).toContainEqual(comment);
      expect(
        await provider.listComments(url, { since: comment.createdAt }),
      ).toContainEqual(comment);
      expect(
        await provider.listComments(url, { since: '2999-01-01T00:00:00Z' }),
      ).toEqual([]);
    });

    it('gives every status that the vendor keeps, newest first', async () => {
      const { provider, repository, addStatus } = fixture;
      const { head } = await provider.createPullRequest(request('history'));
      const status = { commit: head.commit, context: 'history' };
      for (const state of ['failure', 'pending', 'success'] as const) {
        await addStatus({ ...status, state, description: state });
      }
      const list = async (history: boolean) =>
        (
          await provider.listCommitStatuses(repository, head.commit, {
            history,
          })
        )
          .filter(({ context }) => context === 'history')
          .map(({ state }) => state);
      // Some vendors put an outcome in the place of what was pending.
      expect([
        ['success', 'pending', 'failure'],
        ['success', 'failure'],
      ]).toContainEqual(await list(true));
      expect(await list(false)).toEqual(['success']);
    });

    it('reads many pull requests at once, and tells what it could not read', async () => {
      const { provider, addStatus } = fixture;
      const one = await provider.createPullRequest(request('batch-one'));
      const two = await provider.createPullRequest(request('batch-two'));
      await addStatus({
        commit: two.head.commit,
        context: 'check',
        state: 'success',
        description: 'Done',
      });
      const missing = one.url.replace(/\d+$/, '99999999');
      const elsewhere = 'https://elsewhere.example.com/a/b/pull/1';
      const errors = new Map<string, unknown>();
      const states = await provider.listPullRequestStates(
        [one.url, missing, two.url, two.url, elsewhere],
        { onError: (url, error) => errors.set(url, error) },
      );
      expect([...states.keys()].sort()).toEqual([one.url, two.url].sort());
      expect(states.get(one.url)?.pullRequest).toEqual(one);
      expect(states.get(two.url)).toEqual({
        pullRequest: two,
        statuses: expect.arrayContaining([
          expect.objectContaining({
            context: 'check',
            state: 'success',
            description: 'Done',
          }),
        ]),
      });
      expect(errors.get(missing)).toMatchObject({ name: 'NotFoundError' });
      expect(errors.get(elsewhere)).toMatchObject({ name: 'InputError' });
      expect(errors.size).toBe(2);
    }, 30_000);

    describeEnds(() => ({ ...fixture, request }));
    describeCommits(() => ({ ...fixture, request }));
    describeRepositories(() => fixture);
    describeUnknownOutcomes(() => ({ ...fixture, request }));
    if (features.includes('team-permissions')) {
      describeTeamPermissions(() => fixture);
    }
    describeFailures(async () => {
      const { provider, hasty, faults, token } = fixture.failing;
      const { url } = await provider.createPullRequest(request('failures'));
      return {
        faults,
        canary: token,
        read: () => hasty.getPullRequest(url),
      };
    });

    it('stops when the caller gives up', async () => {
      const signal = AbortSignal.abort(new Error('given up'));
      await expect(
        fixture.provider.createPullRequest({ ...request('aborted'), signal }),
      ).rejects.toThrow('given up');
    });
  });
}
