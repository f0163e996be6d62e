import { Router } from 'express';
import { buildSchema, graphql, GraphQLError } from 'graphql';
import { asyncHandler } from '../../common/express';
import { GRAPHQL_SCHEMA } from '../graphqlSchema';
import { nodeId } from '../links';
import { PullRecord, RepositoryRecord } from '../model';
import { RouteContext } from './context';

const SCHEMA = buildSchema(GRAPHQL_SCHEMA);

/**
 * GraphQL, as far as `GRAPHQL_SCHEMA` goes. What the schema does not have is
 * answered with a GraphQL error.
 */
export function graphqlRoute(context: RouteContext): Router {
  const router = Router();
  router.post(
    '/',
    asyncHandler(async (request, response) => {
      const { data, errors } = await graphql({
        schema: SCHEMA,
        source: String(request.body.query ?? ''),
        variableValues: request.body.variables,
        rootValue: createRoot(context),
      });
      response.json({
        ...(data === undefined ? {} : { data }),
        ...(errors ? { errors: errors.map(toError) } : {}),
      });
    }),
  );
  return router;
}

function toError({ message, path, locations, extensions }: GraphQLError) {
  return { type: extensions.type, path, locations, message };
}

function notFound(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type: 'NOT_FOUND' } });
}

function createRoot(context: RouteContext) {
  return {
    repository({ owner, name }: { owner: string; name: string }) {
      const record = context.host
        .repositories()
        .find(entry => entry.owner === owner && entry.name === name);
      if (!record) {
        throw notFound(
          `Could not resolve to a Repository with the name '${owner}/${name}'.`,
        );
      }
      return createRepository(context, record);
    },
  };
}

function createRepository(
  context: RouteContext,
  record: RepositoryRecord,
): object {
  const { host, pulls } = context;
  const { owner, name } = record;
  const connect = (found: PullRecord[]) => {
    const nodes = () => found.map(pull => createPull(context, record, pull));
    return { nodes, edges: () => nodes().map(node => ({ node })) };
  };
  const findRef = async (branch: string) => {
    const sha = await host.gitOf(record).ref(`refs/heads/${branch}`);
    return (
      sha && {
        name: branch,
        target: () => createCommit(context, record, sha),
        associatedPullRequests: ({
          first = 100,
          states,
        }: {
          first?: number;
          states?: string[];
        }) =>
          connect(
            pulls
              .list(owner, name)
              .filter(pull => pull.head.ref === branch)
              .filter(pull => !states || states.includes(stateOf(pull)))
              .slice(0, first),
          ),
      }
    );
  };
  return {
    nameWithOwner: `${owner}/${name}`,
    defaultBranchRef: () => findRef(record.defaultBranch),
    ref: ({ qualifiedName }: { qualifiedName: string }) =>
      findRef(qualifiedName.replace(/^refs\/heads\//, '')),
    pullRequest({ number }: { number: number }) {
      const pull = pulls
        .list(owner, name)
        .find(entry => entry.number === number);
      if (!pull) {
        throw notFound(
          `Could not resolve to a PullRequest with the number of ${number}.`,
        );
      }
      return createPull(context, record, pull);
    },
    pullRequests: ({
      first = 100,
      headRefName,
    }: {
      first?: number;
      headRefName?: string;
    }) =>
      connect(
        pulls
          .list(owner, name)
          .filter(pull => !headRefName || pull.head.ref === headRefName)
          .sort((one, other) => one.number - other.number)
          .slice(0, first),
      ),
  };
}

async function createCommit(
  context: RouteContext,
  record: RepositoryRecord,
  oid: string,
) {
  const [commit] = await context.host.gitOf(record).log(oid, { limit: 1 });
  return {
    __typename: 'Commit',
    oid,
    message: commit.message,
    tree: { oid: commit.tree },
    status: () => createStatus(context, record, oid),
  };
}

function createPull(
  context: RouteContext,
  record: RepositoryRecord,
  pull: PullRecord,
) {
  return {
    id: nodeId('PR', pull.id),
    number: pull.number,
    url: context.show.pullPage(pull),
    title: pull.title,
    body: pull.body,
    state: stateOf(pull),
    headRefName: pull.head.ref,
    headRefOid: pull.head.sha,
    baseRefName: pull.base.ref,
    headRepository: () => createRepository(context, record),
    mergeCommit: () =>
      pull.mergeCommitSha && createCommit(context, record, pull.mergeCommitSha),
    async commits({ last = 100 }: { last?: number }) {
      const base = await context.pulls.comparisonBase(pull);
      const commits = await context.host
        .gitOf(record)
        .log(`${base}..${pull.head.sha}`, { limit: last });
      return {
        nodes: commits
          .reverse()
          .map(({ sha }) => ({ commit: createCommit(context, record, sha) })),
      };
    },
  };
}

function createStatus(
  { host }: RouteContext,
  record: RepositoryRecord,
  sha: string,
) {
  const { statuses } = host.combinedStatus(record, sha);
  return statuses.length === 0
    ? undefined
    : {
        contexts: statuses.map(status => ({
          ...status,
          state: status.state.toUpperCase(),
        })),
      };
}

function stateOf(pull: PullRecord): 'OPEN' | 'CLOSED' | 'MERGED' {
  if (pull.mergedAt) {
    return 'MERGED';
  }
  return pull.state === 'open' ? 'OPEN' : 'CLOSED';
}
