import express, { ErrorRequestHandler, RequestHandler, Router } from 'express';
import { randomUUID } from 'node:crypto';
import { FaultSwitch } from '../faults/FaultSwitch';
import { faultMiddleware } from '../faults/middleware';
import { authenticate, tokenOf } from './authentication';
import { GitLabError } from './errors';
import { gitHttp } from './gitHttp';
import { RUNNER_TOKEN } from './model';
import { pageRoutes } from './pages';
import { RouteContext } from './routes/context';
import { fileRoutes } from './routes/files';
import { mergeRequestRoutes } from './routes/mergeRequests';
import { projectRoutes } from './routes/projects';
import { repositoryRoutes } from './routes/repository';
import { shareRoutes } from './routes/shares';
import { statusRoutes } from './routes/statuses';

/** Requests a minute that gitlab.com gives an account. */
const LIMIT = 2000;

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
): express.Express {
  const app = express();
  app.disable('x-powered-by');
  // Archives and raw files have theirs from git.
  app.disable('etag');
  app.use('/api', apiHeaders(context), requestFaults(faults));
  app.use('/api', express.json({ limit: '100mb' }), authenticate);
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

/** Source: GitLab "Rate limits: Response headers". */
function apiHeaders({ host }: RouteContext): RequestHandler {
  let used = 0;
  let windowEnd = 0;
  return (_request, response, next) => {
    const now = Math.floor(host.now().getTime() / 1000);
    if (now >= windowEnd) {
      windowEnd = now + 60;
      used = 0;
    }
    used += 1;
    response.set({
      'x-request-id': randomUUID(),
      'ratelimit-limit': String(LIMIT),
      'ratelimit-name': 'throttle_authenticated_api',
      'ratelimit-observed': String(used),
      'ratelimit-remaining': String(Math.max(LIMIT - used, 1)),
      'ratelimit-reset': String(windowEnd),
    });
    next();
  };
}
