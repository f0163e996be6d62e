import { NotFoundError } from '@backstage/errors';
import {
  CommitStatus,
  createProblemError,
  mapLimited,
  PullRequestState,
  Repository,
} from '@self-service/plugin-providers-node';
import { mergeRequestAnswer, toPullRequest } from './answers';
import { labelOf } from './branches';
import { GitlabClient, toPath } from './GitlabClient';

/** A merge request to read, and the address under which it was asked for. */
export interface MergeRequestAddress {
  url: string;
  repository: Repository;
  number: number;
}

/** What GitLab lists at once; with so many numbers the address stays short. */
const BATCH_SIZE = 50;

/**
 * Reads many merge requests: one request for 50 of a project, and one for the
 * statuses of each, which GitLab gives a commit at a time.
 */
export async function readMergeRequests(
  client: GitlabClient,
  addresses: readonly MergeRequestAddress[],
  options: {
    listStatuses(
      repository: Repository,
      commit: string,
    ): Promise<CommitStatus[]>;
    signal?: AbortSignal;
    onError?: (url: string, error: unknown) => void;
  },
): Promise<Map<string, PullRequestState>> {
  const states = new Map<string, PullRequestState>();
  for (const group of toGroups(addresses)) {
    try {
      const found = await readGroup(client, group, options.signal);
      await mapLimited(group, async ({ url, number }) => {
        try {
          const pullRequest = found.get(number);
          if (!pullRequest) {
            throw notFound(url);
          }
          const { repository, head } = pullRequest;
          states.set(url, {
            pullRequest,
            statuses: await options.listStatuses(repository, head.commit),
          });
        } catch (error) {
          options.signal?.throwIfAborted();
          options.onError?.(url, error);
        }
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      group.forEach(({ url }) => options.onError?.(url, error));
    }
  }
  return states;
}

/** Of one project each, and as many as are asked for at once. */
function toGroups(
  addresses: readonly MergeRequestAddress[],
): MergeRequestAddress[][] {
  const projects = new Map<string, MergeRequestAddress[]>();
  for (const address of addresses) {
    const key = labelOf(address.repository).toLowerCase();
    projects.set(key, [...(projects.get(key) ?? []), address]);
  }
  return [...projects.values()].flatMap(group =>
    Array.from({ length: Math.ceil(group.length / BATCH_SIZE) }, (_, index) =>
      group.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
    ),
  );
}

async function readGroup(
  client: GitlabClient,
  group: readonly MergeRequestAddress[],
  signal?: AbortSignal,
) {
  const [{ repository }] = group;
  const answers = await client.list({
    action: `read merge requests of ${labelOf(repository)}`,
    path: toPath(repository, 'merge_requests'),
    query: { 'iids[]': group.map(({ number }) => number), state: 'all' },
    answer: mergeRequestAnswer,
    signal,
  });
  return new Map(
    answers.map(answer => [answer.iid, toPullRequest(repository, answer)]),
  );
}

function notFound(url: string): NotFoundError {
  return createProblemError(NotFoundError, {
    what: `There is no merge request ${url} that the portal's account may see.`,
    remedy: 'Check the address.',
    vendor: 'GitLab',
  });
}
