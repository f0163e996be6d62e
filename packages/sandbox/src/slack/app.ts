import express, { ErrorRequestHandler, RequestHandler } from 'express';
import { randomBytes } from 'node:crypto';
import { FaultSwitch } from '../faults/FaultSwitch';
import { faultMiddleware } from '../faults/middleware';
import { Interactivity } from './interactivity';
import { METHODS } from './methods';
import { SlackRateLimit, SlackRefusal } from './model';
import { pageRoutes } from './pages';
import { Workspace } from './Workspace';

/** Tokens of the app's bot, with what each may do. */
export const TOKENS: Record<string, string[]> = {
  'sandbox-slack-bot-token': [
    'channels:history',
    'channels:read',
    'chat:write',
    'groups:history',
    'groups:read',
    'im:history',
    'im:write',
    'users:read',
    'users:read.email',
  ],
  'sandbox-slack-narrow-token': ['chat:write'],
};

const requestId: RequestHandler = (_request, response, next) => {
  response.set('X-Slack-Req-Id', randomBytes(16).toString('hex'));
  next();
};

const errorHandler: ErrorRequestHandler = (
  error,
  _request,
  response,
  _next, // express tells error handlers by their four parameters
) => {
  if (error instanceof SlackRateLimit) {
    response
      .status(429)
      .set('Retry-After', String(error.retryAfterSeconds))
      .json({ ok: false, error: 'ratelimited' });
    return;
  }
  if (error instanceof SlackRefusal) {
    response.json({ ok: false, error: error.code, ...error.details });
    return;
  }
  const badJson = error.type === 'entity.parse.failed';
  response
    .status(badJson ? 200 : 500)
    .json({ ok: false, error: badJson ? 'invalid_json' : 'internal_error' });
};

/** Slack over HTTP: the Web API at `/api`, pages at the root. */
export function slackApp(options: {
  workspace: Workspace;
  interactivity: Interactivity;
  faults: FaultSwitch;
  url: string;
}): express.Express {
  const { workspace, faults, url } = options;
  const app = express();
  app.disable('x-powered-by');
  app.use('/api', requestId, faultMiddleware({ faults, service: 'slack' }));
  app.use('/api', express.urlencoded({ extended: false, limit: '1mb' }));
  app.use('/api', express.json({ limit: '1mb' }));
  app.all('/api/:method', (request, response) => {
    const given = { ...request.query, ...request.body };
    const method = METHODS[request.params.method];
    if (!method) {
      throw new SlackRefusal('unknown_method', {
        req_method: request.params.method,
      });
    }
    const bearer = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1];
    const token = bearer ?? given.token;
    if (!token) {
      throw new SlackRefusal('not_authed');
    }
    const scopes = TOKENS[String(token)];
    if (!scopes) {
      throw new SlackRefusal('invalid_auth');
    }
    response.set('X-OAuth-Scopes', scopes.join(','));
    response.set('X-Accepted-OAuth-Scopes', method.scopes.join(','));
    if (
      method.scopes.length > 0 &&
      !method.scopes.some(scope => scopes.includes(scope))
    ) {
      throw new SlackRefusal('missing_scope', {
        needed: method.scopes.join(','),
        provided: scopes.join(','),
      });
    }
    response.json({ ok: true, ...method.call(workspace, given, url) });
  });
  app.use(pageRoutes(options));
  app.use(errorHandler);
  return app;
}
