import { findRunOfCommit } from './findRunOfCommit';
import { GitProvider, PullRequest } from './git';
import { pickPullRequestOfCommit } from './gitCommits';
import { InfrastructureRun } from './infrastructure';

const repository = { host: 'git.example', owner: 'myorg', name: 'infra' };

function pullRequestOf(
  number: number,
  overrides: Partial<PullRequest> = {},
): PullRequest {
  return {
    repository,
    number,
    url: `https://git.example/myorg/infra/pull/${number}`,
    title: 'Add orders',
    state: 'open',
    head: { branch: 'orders', commit: 'head' },
    base: 'main',
    ...overrides,
  };
}

describe('findRunOfCommit', () => {
  const find = (
    commit: string,
    found: PullRequest | undefined,
    head = 'head',
    host = repository.host,
  ) =>
    findRunOfCommit(
      {
        vendor: 'Fake',
        servesRepository: asked => asked.host === repository.host,
        getRun: async pullRequestUrl =>
          ({ pullRequestUrl, head } as InfrastructureRun),
      },
      [
        {
          id: 'fake',
          serves: (name: string) => name === repository.host,
          findPullRequestOfCommit: async () => found,
        } as Partial<GitProvider> as GitProvider,
      ],
      { ...repository, host },
      commit,
    );

  it('gives the run of a head, and of a merge commit', async () => {
    const pullRequest = pullRequestOf(1, {
      state: 'merged',
      mergeCommit: 'merge',
    });
    for (const commit of ['head', 'merge']) {
      expect(await find(commit, pullRequest)).toMatchObject({
        pullRequestUrl: pullRequest.url,
      });
    }
  });

  it('gives none without a pull request, or where that has moved on meanwhile', async () => {
    expect(await find('head', undefined)).toBeUndefined();
    expect(await find('head', pullRequestOf(1), 'newer')).toBeUndefined();
  });

  it('says so where the repository is not served', async () => {
    await expect(
      find('head', pullRequestOf(1), 'head', 'elsewhere.example'),
    ).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('elsewhere.example/myorg/infra'),
    });
  });
});

describe('pickPullRequestOfCommit', () => {
  const merged = pullRequestOf(1, { state: 'merged', mergeCommit: 'merge' });
  const closed = pullRequestOf(4, { state: 'closed' });
  const other = pullRequestOf(5, { head: { branch: 'b', commit: 'other' } });

  it.each([
    ['the merged one', 'head', [closed, pullRequestOf(2), merged], merged],
    ['the one whose merge it is', 'merge', [other, merged], merged],
    [
      'else the newest open one',
      'head',
      [closed, pullRequestOf(2), pullRequestOf(3)],
      pullRequestOf(3),
    ],
    ['a closed one rather than none', 'head', [other, closed], closed],
    ['none that only contains it', 'middle', [merged, other], undefined],
  ])('takes %s', (_, commit, candidates, expected) => {
    expect(pickPullRequestOfCommit(candidates, commit)).toEqual(expected);
  });
});
