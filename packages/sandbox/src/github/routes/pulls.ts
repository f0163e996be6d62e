import { Request, Response, Router } from 'express';
import { asyncHandler } from '../../common/express';
import { GitHubError } from '../errors';
import { PullRecord } from '../model';
import {
  accountOf,
  paginate,
  repositoryOf,
  requiredText,
  requireLive,
  requireWrite,
  RouteContext,
} from './context';

const PULLS = '/repos/:owner/:repo/pulls';

/** Pull requests: open, read, list, change, merge, their files and commits. */
export function pullRoutes(context: RouteContext): Router {
  const router = Router();
  const { pulls } = context;

  router.post(
    PULLS,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const repository = repositoryOf(context, request);
      requireLive(repository);
      const pull = await pulls.create(repository, {
        title: requiredText(request.body, 'title', 'PullRequest'),
        body: request.body.body ?? '',
        head: requiredText(request.body, 'head', 'PullRequest'),
        base: requiredText(request.body, 'base', 'PullRequest'),
        draft: request.body.draft ?? false,
        user: accountOf(response).login,
      });
      const json = await pullJson(context, pull, response);
      response.status(201).location(json.url).json(json);
    }),
  );

  router.get(PULLS, (request, response) => {
    const { record } = repositoryOf(context, request);
    const found = filterPulls(pulls.list(record.owner, record.name), request);
    response.json(
      paginate(request, response, found).map(pull =>
        context.show.pullSimple(pull, record, accountOf(response)),
      ),
    );
  });

  router.get(
    `${PULLS}/:number`,
    asyncHandler(async (request, response) => {
      const pull = pullOf(context, request);
      response.json(await pullJson(context, pull, response));
    }),
  );

  router.patch(
    `${PULLS}/:number`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const { title, body, state } = request.body;
      const pull = await pulls.update(
        pullOf(context, request),
        { title, body: body ?? undefined, state },
        accountOf(response).login,
      );
      response.json(await pullJson(context, pull, response));
    }),
  );

  router.put(
    `${PULLS}/:number/merge`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const merged = await pulls.merge(pullOf(context, request), {
        sha: request.body.sha,
        title: request.body.commit_title,
        message: request.body.commit_message,
        method: request.body.merge_method,
        user: accountOf(response),
      });
      response.json({
        sha: merged.mergeCommitSha,
        merged: true,
        message: 'Pull Request successfully merged',
      });
    }),
  );

  router.get(`${PULLS}/:number/merge`, (request, response) => {
    if (!pullOf(context, request).mergedAt) {
      throw GitHubError.notFound();
    }
    response.status(204).end();
  });

  addPartRoutes(router, context);
  addCommitRoute(router, context);
  return router;
}

/**
 * The merged pull request that brought a commit into the default branch; of
 * other commits those that are merged or open. Source: GitHub "List pull
 * requests associated with a commit".
 */
function addCommitRoute(router: Router, context: RouteContext): void {
  const { pulls, show } = context;

  router.get(
    '/repos/:owner/:repo/commits/:sha/pulls',
    asyncHandler(async (request, response) => {
      const { record, git } = repositoryOf(context, request);
      const { sha } = request.params;
      if ((await git.objectType(sha)) !== 'commit') {
        throw new GitHubError(422, `No commit found for SHA: ${sha}`);
      }
      const main = await git.ref(`refs/heads/${record.defaultBranch}`);
      const isIn = main !== undefined && (await git.isAncestor(sha, main));
      const found: PullRecord[] = [];
      for (const pull of pulls.list(record.owner, record.name)) {
        const counts = isIn
          ? pull.mergedAt !== undefined
          : pull.mergedAt !== undefined || pull.state === 'open';
        const has =
          pull.mergeCommitSha === sha ||
          ((await git.isAncestor(sha, pull.head.sha)) &&
            !(await git.isAncestor(sha, await pulls.comparisonBase(pull))));
        found.push(...(counts && has ? [pull] : []));
      }
      response.json(
        paginate(request, response, found).map(pull =>
          show.pullSimple(pull, record, accountOf(response)),
        ),
      );
    }),
  );
}

function addPartRoutes(router: Router, context: RouteContext): void {
  const { pulls, show } = context;

  router.get(
    `${PULLS}/:number/files`,
    asyncHandler(async (request, response) => {
      const { record } = repositoryOf(context, request);
      const pull = pullOf(context, request);
      const files = await pulls.files(pull);
      response.json(
        paginate(request, response, files).map(file =>
          show.file(record, pull.head.sha, file),
        ),
      );
    }),
  );

  router.get(
    `${PULLS}/:number/commits`,
    asyncHandler(async (request, response) => {
      const { record, git } = repositoryOf(context, request);
      const pull = pullOf(context, request);
      const base = await pulls.comparisonBase(pull);
      const commits = (await git.log(`${base}..${pull.head.sha}`)).reverse();
      response.json(
        paginate(request, response, commits).map(commit =>
          show.commit(record, commit),
        ),
      );
    }),
  );

  router.post(
    `${PULLS}/:number/requested_reviewers`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const { record } = repositoryOf(context, request);
      const pull = pullOf(context, request);
      const updated: PullRecord = {
        ...pull,
        requestedReviewers: union(
          pull.requestedReviewers,
          request.body.reviewers,
        ),
        requestedTeams: union(pull.requestedTeams, request.body.team_reviewers),
      };
      pulls.save(updated);
      response
        .status(201)
        .json(show.pullSimple(updated, record, accountOf(response)));
    }),
  );
}

/** The pull request that `:owner/:repo/…/:number` names; throws 404. */
export function pullOf({ pulls }: RouteContext, request: Request): PullRecord {
  const { owner, repo, number } = request.params;
  return pulls.get(owner, repo, Number(number));
}

/** Both lists without repetitions, in order. */
export function union(present: string[], added: string[] = []): string[] {
  return [...new Set([...present, ...added])];
}

async function pullJson(
  { host, pulls, show }: RouteContext,
  pull: PullRecord,
  response: Response,
) {
  const { record, git } = host.repository(pull.owner, pull.repo);
  const base = await pulls.comparisonBase(pull);
  return show.pull(pull, record, accountOf(response), {
    files: await pulls.files(pull),
    commits: await git.count(base, pull.head.sha),
    mergeability: await pulls.mergeability(pull),
  });
}

function filterPulls(all: PullRecord[], request: Request): PullRecord[] {
  const { state = 'open', head, base, direction, sort } = request.query;
  const found = all.filter(
    pull =>
      (state === 'all' || pull.state === state) &&
      (!base || pull.base.ref === base) &&
      (!head || `${pull.owner}:${pull.head.ref}` === head),
  );
  // GitHub's default is descending by creation, ascending when sorted otherwise
  const ascending = direction
    ? direction === 'asc'
    : sort && sort !== 'created';
  return ascending ? found.reverse() : found;
}
