import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  createProblemError,
  PullRequest,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { GithubClient } from './GithubClient';
import {
  fromNode,
  graphqlErrors,
  PULL_REQUEST_FIELDS,
  pullRequestNode,
} from './pullRequestNode';

/** What a branch with a change is made on. */
export interface BaseCommit {
  sha: string;
  tree: { sha: string };
}

/** All that has to be known before a pull request of a branch is opened. */
export interface BranchLook {
  base: { branch: string; head: BaseCommit };
  /** Message of the branch's newest commit; `undefined` without a branch. */
  message: string | undefined;
  /** Its pull requests from within the repository, in any state. */
  pullRequests: PullRequest[];
}

/** More than one branch of one name has had, but for the ends of others. */
const MOST_PULL_REQUESTS = 100;

const baseAnswer = z.object({
  name: z.string(),
  target: z.object({ oid: z.string(), tree: z.object({ oid: z.string() }) }),
});

const lookAnswer = z
  .object({
    data: z
      .object({
        repository: z
          .object({
            nameWithOwner: z.string(),
            base: baseAnswer.nullish(),
            own: z
              .object({ target: z.object({ message: z.string() }) })
              .nullish(),
            pullRequests: z.object({
              nodes: z.array(
                pullRequestNode
                  .extend({
                    // Gone where a fork was deleted.
                    headRepository: z
                      .object({ nameWithOwner: z.string() })
                      .nullish(),
                  })
                  .nullable(),
              ),
            }),
          })
          .nullish(),
      })
      .nullish(),
    errors: graphqlErrors.optional(),
  })
  .refine(({ data, errors }) => data !== undefined || errors !== undefined);

/** @param base - name of the base branch; the default branch without */
function toQuery(base: string | undefined): string {
  const found =
    base === undefined ? 'defaultBranchRef' : 'ref(qualifiedName: $base)';
  return `query($owner: String!, $name: String!, $branch: String!, $own: String!${
    base === undefined ? '' : ', $base: String!'
  }) {
  repository(owner: $owner, name: $name) {
    nameWithOwner
    base: ${found} { name target { oid ... on Commit { tree { oid } } } }
    own: ref(qualifiedName: $own) { target { ... on Commit { message } } }
    pullRequests(headRefName: $branch, first: ${MOST_PULL_REQUESTS}) {
      nodes { ${PULL_REQUEST_FIELDS} headRepository { nameWithOwner } }
    }
  }
}`;
}

/**
 * Reads at once what REST takes five requests for: the base with its newest
 * commit, the branch, and the branch's pull requests.
 *
 * @throws NotFoundError - no such repository, or no such base
 * @throws ConflictError - the repository is empty
 */
export async function lookAtBranch(
  client: GithubClient,
  {
    repository,
    branch,
    base,
    signal,
  }: {
    repository: Repository;
    branch: string;
    base?: string;
    signal?: AbortSignal;
  },
): Promise<BranchLook> {
  const { owner, name } = repository;
  const label = `${owner}/${name}`;
  const action = `look for branch ${branch} and its pull requests in ${label}`;
  const { data, errors = [] } = await client.graphql(repository, {
    action,
    query: toQuery(base),
    variables: {
      owner,
      name,
      branch,
      own: `refs/heads/${branch}`,
      ...(base !== undefined && { base: `refs/heads/${base}` }),
    },
    answer: lookAnswer,
    signal,
  });
  const found = data?.repository;
  if (!found || errors.length > 0) {
    throw toError(action, label, errors[0]);
  }
  if (!found.base) {
    throw base === undefined ? isEmpty(label) : hasNoBranch(label, base);
  }
  return {
    base: {
      branch: found.base.name,
      head: {
        sha: found.base.target.oid,
        tree: { sha: found.base.target.tree.oid },
      },
    },
    message: found.own?.target.message,
    pullRequests: found.pullRequests.nodes.flatMap(node =>
      node?.headRepository?.nameWithOwner === found.nameWithOwner
        ? [fromNode(repository, node)]
        : [],
    ),
  };
}

function toError(
  action: string,
  label: string,
  error: z.infer<typeof graphqlErrors>[number] | undefined,
): Error {
  if (error?.type === 'NOT_FOUND') {
    return createProblemError(NotFoundError, {
      what: `GitHub has no repository ${label} that the portal may see.`,
      remedy: "Check the name, and that the portal's account may see it.",
      vendor: 'GitHub',
      raw: error.message,
    });
  }
  if (error?.type === 'FORBIDDEN') {
    return createProblemError(NotAllowedError, {
      what: `GitHub refused to ${action}.`,
      whose: 'platform',
      remedy: "Ask the platform team to give the portal's account this right.",
      vendor: 'GitHub',
      raw: error.message,
    });
  }
  return createProblemError(ServiceUnavailableError, {
    what: `GitHub could not ${action}.`,
    whose: 'vendor',
    canPass: true,
    remedy: 'Try again in a few minutes.',
    vendor: 'GitHub',
    raw: error?.message,
  });
}

function isEmpty(label: string): Error {
  return createProblemError(ConflictError, {
    what: `Repository ${label} is empty.`,
    remedy: 'Push a first commit to it, then try again.',
    vendor: 'GitHub',
  });
}

function hasNoBranch(label: string, base: string): Error {
  return createProblemError(NotFoundError, {
    what: `Repository ${label} has no branch ${base}.`,
    remedy: 'Check the name of the branch.',
    vendor: 'GitHub',
  });
}
