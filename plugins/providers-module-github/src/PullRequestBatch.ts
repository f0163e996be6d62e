import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import {
  CommitStatus,
  createProblemError,
  PullRequestState,
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

/** A pull request to read, and the address under which it was asked for. */
export interface PullRequestAddress {
  url: string;
  repository: Repository;
  number: number;
}

/**
 * GitHub counts what a query may give: this stays far below its 500 000 nodes
 * (https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api)
 * and its ten seconds.
 */
const BATCH_SIZE = 50;

const stateNode = pullRequestNode.extend({
  commits: z.object({
    nodes: z
      .array(
        z
          .object({
            commit: z.object({
              oid: z.string(),
              status: z
                .object({
                  contexts: z.array(
                    z.object({
                      context: z.string(),
                      state: z.enum([
                        'ERROR',
                        'EXPECTED',
                        'FAILURE',
                        'PENDING',
                        'SUCCESS',
                      ]),
                      description: z.string().nullish(),
                      targetUrl: z.string().nullish(),
                      createdAt: z.string(),
                    }),
                  ),
                })
                .nullish(),
            }),
          })
          .nullable(),
      )
      .nullish(),
  }),
});
type Node = z.infer<typeof stateNode>;

const batchAnswer = z.object({
  data: z
    .record(
      z.string(),
      z
        .object({ pullRequest: z.record(z.string(), z.unknown()).nullish() })
        .nullish(),
    )
    .nullish(),
  errors: graphqlErrors.optional(),
});

const FIELDS = `fragment Fields on PullRequest {
  ${PULL_REQUEST_FIELDS}
  commits(last: 1) { nodes { commit { oid status { contexts {
    context state description targetUrl createdAt
  } } } } }
}`;

/**
 * The query for so many pull requests. Names go in as variables: they come
 * from addresses that anybody may have typed.
 */
export function toQuery(count: number): string {
  const indices = [...Array(count).keys()];
  const variables = indices.map(
    index => `$o${index}: String!, $r${index}: String!, $n${index}: Int!`,
  );
  const fields = indices.map(
    index =>
      `p${index}: repository(owner: $o${index}, name: $r${index}) { pullRequest(number: $n${index}) { ...Fields } }`,
  );
  return `query(${variables.join(', ')}) {\n${fields.join('\n')}\n}\n${FIELDS}`;
}

function toState(node: Node, repository: Repository): PullRequestState {
  const { commit } =
    node.commits.nodes?.find(entry => entry?.commit.oid === node.headRefOid) ??
    {};
  const statuses = (commit?.status?.contexts ?? []).map(
    (entry): CommitStatus => ({
      context: entry.context,
      state:
        entry.state === 'EXPECTED'
          ? 'pending'
          : (entry.state.toLowerCase() as CommitStatus['state']),
      description: entry.description ?? undefined,
      url: entry.targetUrl ?? undefined,
      updatedAt: entry.createdAt,
    }),
  );
  return {
    pullRequest: fromNode(repository, node),
    statuses: statuses.sort(
      (one, other) => Date.parse(other.updatedAt) - Date.parse(one.updatedAt),
    ),
  };
}

/** Reads many pull requests of one account's repositories, 50 a request. */
export class PullRequestBatch {
  readonly #client: GithubClient;
  readonly #states = new Map<string, PullRequestState>();
  readonly #signal: AbortSignal | undefined;
  readonly #onError: (url: string, error: unknown) => void;

  constructor(
    client: GithubClient,
    options: {
      signal?: AbortSignal;
      onError?: (url: string, error: unknown) => void;
    },
  ) {
    this.#client = client;
    this.#signal = options.signal;
    this.#onError = options.onError ?? (() => {});
  }

  /** @param addresses - on any hosts, of any owners */
  async read(
    addresses: readonly PullRequestAddress[],
  ): Promise<Map<string, PullRequestState>> {
    // Credentials of a GitHub App are for one owner.
    const groups = new Map<string, PullRequestAddress[]>();
    for (const address of addresses) {
      const { host, owner } = address.repository;
      const key = `${host}/${owner.toLowerCase()}`;
      groups.set(key, [...(groups.get(key) ?? []), address]);
    }
    for (const group of groups.values()) {
      await this.#readGroup(group);
    }
    return this.#states;
  }

  async #readGroup(group: PullRequestAddress[]): Promise<void> {
    for (let start = 0; start < group.length; start += BATCH_SIZE) {
      const batch = group.slice(start, start + BATCH_SIZE);
      try {
        await this.#readBatch(batch);
      } catch (error) {
        this.#signal?.throwIfAborted();
        // Throttled, down or refused: the next request would fare no better.
        group.slice(start).forEach(({ url }) => this.#onError(url, error));
        return;
      }
    }
  }

  async #readBatch(batch: PullRequestAddress[]): Promise<void> {
    const variables = Object.fromEntries(
      batch.flatMap(({ repository, number }, index) => [
        [`o${index}`, repository.owner],
        [`r${index}`, repository.name],
        [`n${index}`, number],
      ]),
    );
    const action = `read ${batch.length} pull requests of ${batch[0].repository.owner}`;
    const { data, errors = [] } = await this.#client.graphql(
      batch[0].repository,
      {
        action,
        query: toQuery(batch.length),
        variables,
        answer: batchAnswer,
        signal: this.#signal,
      },
    );
    if (!data) {
      throw this.#failed(action, errors[0]?.message ?? 'no data');
    }
    batch.forEach((address, index) => {
      const key = `p${index}`;
      const node = stateNode.safeParse(data[key]?.pullRequest);
      if (node.success) {
        this.#states.set(address.url, toState(node.data, address.repository));
        return;
      }
      const own = errors.find(({ path }) => path?.[0] === key);
      this.#onError(
        address.url,
        !own || own.type === 'NOT_FOUND'
          ? createProblemError(NotFoundError, {
              what: `GitHub has no pull request ${address.url} that the portal may see.`,
              remedy:
                "Check the address, and that the portal's account may see it.",
              vendor: 'GitHub',
              raw: own?.message,
            })
          : this.#failed(action, own.message),
      );
    });
  }

  #failed(action: string, words: string): Error {
    return createProblemError(ServiceUnavailableError, {
      what: `GitHub could not ${action}.`,
      whose: 'vendor',
      canPass: true,
      remedy: 'Try again in a few minutes.',
      vendor: 'GitHub',
      raw: words,
    });
  }
}
