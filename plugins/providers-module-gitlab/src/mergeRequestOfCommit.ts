import {
  CallOptions,
  orUndefined,
  pickPullRequestOfCommit,
  PullRequest,
  Repository,
} from '@self-service/plugin-providers-node';
import { mergeRequestAnswer, toPullRequest } from './answers';
import { labelOf } from './branches';
import { GitlabClient, toPath } from './GitlabClient';

/**
 * See `GitProvider.findPullRequestOfCommit`.
 *
 * @remarks
 * https://docs.gitlab.com/api/commits/#list-merge-requests-associated-with-a-commit
 */
export async function findMergeRequestOfCommit(
  client: GitlabClient,
  repository: Repository,
  commit: string,
  options: CallOptions,
): Promise<PullRequest | undefined> {
  const answers = await orUndefined(
    client.list({
      action: `look for the merge request of commit ${commit} in ${labelOf(
        repository,
      )}`,
      path: toPath(
        repository,
        'repository',
        'commits',
        commit,
        'merge_requests',
      ),
      answer: mergeRequestAnswer,
      ...options,
    }),
  );
  return pickPullRequestOfCommit(
    (answers ?? []).map(answer => toPullRequest(repository, answer)),
    commit,
  );
}
