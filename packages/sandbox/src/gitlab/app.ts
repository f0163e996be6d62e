import express, { ErrorRequestHandler, RequestHandler, Router } from 'express';
import { randomUUID } from 'node:crypto';
import { RateLimiter } from '../common/RateLimiter';
import { FaultSwitch } from '../faults/FaultSwitch';
import { faultMiddleware } from '../faults/middleware';
import { authenticate, tokenOf } from './authentication';
import { GitLabError } from './errors';
import { gitHttp } from './gitHttp';
import { RUNNER_TOKEN } from './model';
import { pageRoutes } from './pages';
import { accountOf, RouteContext } from './routes/context';
import { fileRoutes } from './routes/files';
import { mergeRequestRoutes } from './routes/mergeRequests';
import { projectRoutes } from './routes/projects';
import { repositoryRoutes } from './routes/repository';
import { shareRoutes } from './routes/shares';
import { statusRoutes } from './routes/statuses';

/** Source: "Rate limits on GitLab.com", authenticated API traffic of a user. */
export const GITLAB_LIMITS = {
  throttle_authenticated_api: { most: 2_000, seconds: 60 },
};

type GitLabLimiter = RateLimiter<keyof typeof GITLAB_LIMITS>;

const apiHeaders: RequestHandler = (_request, response, next) => {
  response.set('x-request-id', randomUUID());
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
  const known = error instanceof GitLabError ? error : undefined;
  const badJson = error.type === 'entity.parse.failed';
  const status = known?.status ?? (badJson ? 400 : 500);
  if (!request.originalUrl.startsWith('/api')) {
    response.status(status).type('text').send(error.message);
    return;
  }
  const unknown = badJson
    ? { error: 'The request body is not valid JSON' }
    : { message: '500 Internal Server Error' };
  response.status(status).json(known?.body ?? unknown);
};

/**
 * GitLab over HTTP: REST at `/api/v4`, `git clone` and pages at the root.
 */
export function gitlabApp(
  context: RouteContext,
  faults: FaultSwitch,
  limiter: GitLabLimiter,
): express.Express {
  const app = express();
  app.disable('x-powered-by');
  // Archives and raw files have theirs from git.
  app.disable('etag');
  app.use('/api', apiHeaders, requestFaults(faults));
  app.use(
    '/api',
    express.json({ limit: '100mb' }),
    authenticate,
    limitRequests(limiter),
  );
  app.use('/api/v4', restRoutes(context));
  app.use('/api', () => {
    throw new GitLabError(404, { error: '404 Not Found' });
  });
  app.use(gitHttp(context));
  app.use(pageRoutes(context));
  app.use(errorHandler);
  return app;
}

function restRoutes(context: RouteContext): Router {
  const router = Router();
  router.use(projectRoutes(context));
  router.use(shareRoutes(context));
  router.use(statusRoutes(context));
  router.use(repositoryRoutes(context));
  router.use(fileRoutes(context));
  router.use(mergeRequestRoutes(context));
  return router;
}

function requestFaults(faults: FaultSwitch): RequestHandler {
  const hit = faultMiddleware({ faults, service: 'gitlab' });
  return (request, response, next) => {
    if (tokenOf(request.headers) === RUNNER_TOKEN) {
      next();
    } else {
      hit(request, response, next);
    }
  };
}

/** Source: GitLab "Rate limits: Response headers"; the body is plain text. */
function limitRequests(limiter: GitLabLimiter): RequestHandler {
  return (request, response, next) => {
    if (tokenOf(request.headers) === RUNNER_TOKEN) {
      next();
      return;
    }
    const name = 'throttle_authenticated_api';
    const told = limiter.take(accountOf(response).username, name);
    response.set({
      'ratelimit-limit': String(told.limit),
      'ratelimit-name': name,
      'ratelimit-observed': String(told.used),
      'ratelimit-remaining': String(told.remaining),
      'ratelimit-reset': String(Math.ceil(Date.now() / 1000 + told.reset)),
    });
    if (told.allowed) {
      next();
      return;
    }
    response.set('retry-after', String(Math.ceil(told.reset)));
    response.status(429).type('text').send('Retry later\n');
  };
}
