import { InputError } from '@backstage/errors';
import {
  CallOptions,
  orUndefined,
  pickPullRequestOfCommit,
  PullRequest,
  Repository,
} from '@self-service/plugin-providers-node';
import { pullRequestAnswer, toPullRequest } from './answers';
import { GithubClient } from './GithubClient';

const NO_COMMIT = /no commit found/i;

/**
 * See `GitProvider.findPullRequestOfCommit`.
 *
 * @remarks
 * GitHub names the merged pull request that brought a commit into the default
 * branch, and of other commits those that are merged or open:
 * https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
 */
export async function findPullRequestOfCommit(
  client: GithubClient,
  repository: Repository,
  commit: string,
  options: CallOptions,
): Promise<PullRequest | undefined> {
  try {
    const answers = await orUndefined(
      client.list(repository, {
        action: `look for the pull request of commit ${commit} in ${repository.owner}/${repository.name}`,
        route: 'GET /repos/{owner}/{repo}/commits/{commit}/pulls',
        parameters: { commit },
        answer: pullRequestAnswer,
        ...options,
      }),
    );
    return pickPullRequestOfCommit(
      (answers ?? []).map(answer => toPullRequest(repository, answer)),
      commit,
    );
  } catch (error) {
    // 422 in place of 404.
    if (error instanceof InputError && NO_COMMIT.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}
