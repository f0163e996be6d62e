import express, { ErrorRequestHandler, RequestHandler, Router } from 'express';
import { randomUUID } from 'node:crypto';
import { FaultSwitch } from '../faults/FaultSwitch';
import { faultMiddleware } from '../faults/middleware';
import { tokenOf } from './authentication';
import { GitHubError } from './errors';
import { GitHost } from './GitHost';
import { gitHttpRoutes } from './gitHttp';
import { TOKENS } from './model';
import { pageRoutes } from './pages';
import { PullRequests } from './PullRequests';
import { GitHubLimiter, limitRequests } from './rateLimits';
import { Representations } from './Representations';
import { contentRoutes } from './routes/contents';
import { RouteContext } from './routes/context';
import { gitDataRoutes } from './routes/gitData';
import { graphqlRoute } from './routes/graphql';
import { issueRoutes } from './routes/issues';
import { pullRoutes } from './routes/pulls';
import { repositoryRoutes } from './routes/repositories';
import { teamRoutes } from './routes/teams';

/** The runner's token, which no fault hits. */
export const RUNNER_TOKEN = 'sandbox-atlantis-token';

const apiHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'x-github-request-id': randomUUID().slice(0, 18).toUpperCase(),
    'x-github-media-type': 'github.v3; format=json',
  });
  next();
};

const authenticate: RequestHandler = (request, response, next) => {
  const token = tokenOf(request.headers.authorization);
  if (!token) {
    throw new GitHubError(401, 'Requires authentication');
  }
  const account = TOKENS[token];
  if (!account) {
    throw new GitHubError(401, 'Bad credentials');
  }
  response.locals.account = account;
  next();
};

const errorHandler: ErrorRequestHandler = (
  error,
  request,
  response,
  _next, // express tells error handlers by their four parameters
) => {
  if (response.headersSent) {
    response.req.socket.destroy();
    return;
  }
  if (!request.originalUrl.startsWith('/api')) {
    const status = error instanceof GitHubError ? error.status : 500;
    response.status(status).type('text').send(error.message);
    return;
  }
  const badJson = error.type === 'entity.parse.failed';
  const known = error instanceof GitHubError ? error : undefined;
  const status = known?.status ?? (badJson ? 400 : 500);
  const message = badJson ? 'Problems parsing JSON' : 'Server Error';
  response.status(status).json({
    message: known?.message ?? message,
    ...(known?.problems ? { errors: known.problems } : {}),
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  });
};

/**
 * The git host over HTTP: REST at `/api/v3`, GraphQL at `/api/graphql` (as
 * GitHub Enterprise Server has them, and as octokit derives the one from the
 * other), `git clone` and pages at the root.
 */
export function githubApp(options: {
  host: GitHost;
  pulls: PullRequests;
  faults: FaultSwitch;
  limiter: GitHubLimiter;
  url: string;
}): express.Express {
  const { host, pulls, faults, limiter, url } = options;
  const show = new Representations(`${url}/api/v3`, url);
  const context: RouteContext = { host, pulls, show };
  const app = express();
  app.disable('x-powered-by');
  app.use('/api', apiHeaders, requestFaults(faults, pulls));
  app.use(
    '/api',
    express.json({ limit: '100mb' }),
    authenticate,
    limitRequests(limiter, [TOKENS[RUNNER_TOKEN].login]),
  );
  app.use('/api/v3', restRoutes(context));
  app.use(['/api/graphql', '/graphql'], graphqlRoute(context));
  app.use('/api', () => {
    throw GitHubError.notFound();
  });
  app.use(gitHttpRoutes(context));
  app.use(pageRoutes(context));
  app.use(errorHandler);
  return app;
}

function requestFaults(
  faults: FaultSwitch,
  pulls: PullRequests,
): RequestHandler {
  return faultMiddleware({
    faults,
    service: 'github',
    exempt: authorization => tokenOf(authorization) === RUNNER_TOKEN,
    describe: path => describePullRequest(path, pulls),
  });
}

/** Branch and title of the pull request that a path names by its number. */
function describePullRequest(path: string, pulls: PullRequests): string {
  const [, owner, repo, number] =
    /\/repos\/([^/]+)\/([^/]+)\/(?:pulls|issues)\/(\d+)/.exec(path) ?? [];
  const pull =
    number &&
    pulls
      .list(owner, repo)
      .find(candidate => candidate.number === Number(number));
  return pull ? `${pull.head.ref} ${pull.title}` : '';
}

function restRoutes(context: RouteContext): Router {
  const router = Router();
  router.use(repositoryRoutes(context));
  router.use(contentRoutes(context));
  router.use(gitDataRoutes(context));
  router.use(pullRoutes(context));
  router.use(issueRoutes(context));
  router.use(teamRoutes(context));
  return router;
}
