import express, { RequestHandler } from 'express';
import { RateLimiter } from '../common/RateLimiter';
import { FaultSwitch } from '../faults/FaultSwitch';
import { faultMiddleware } from '../faults/middleware';
import {
  ApiError,
  errorHandler,
  JSON_API,
  notFound,
  requireJsonApi,
} from './errors';
import { HcpTerraform } from './HcpTerraform';
import { ORGANIZATION } from './model';
import { pageRoutes } from './pages';
import { runRoutes } from './routes/runs';
import { workspaceRoutes } from './routes/workspaces';

/** API tokens with what they may: all of it, or to look. */
const TOKENS: Record<string, { username: string; mayWrite: boolean }> = {
  'sandbox-hcp-token': { username: 'self-service', mayWrite: true },
  'sandbox-hcp-readonly': { username: 'viewer', mayWrite: false },
};

/** Source: HCP Terraform, "API docs overview" (rate limiting) and "List runs". */
export const HCP_LIMITS = {
  any: { most: 30, seconds: 1 },
  'run list': { most: 30, seconds: 60 },
};

type HcpLimiter = RateLimiter<keyof typeof HCP_LIMITS>;

const RUN_LIST = /^\/(organizations|workspaces)\/[^/]+\/runs$/;

const authenticate: RequestHandler = (request, response, next) => {
  const token = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1];
  const account = token && Object.hasOwn(TOKENS, token) && TOKENS[token];
  if (!account) {
    throw new ApiError(401, 'unauthorized');
  }
  response.locals.account = account;
  next();
};

/** What one may not do is not there. */
const readOnly: RequestHandler = (request, response, next) => {
  if (request.method !== 'GET' && !response.locals.account.mayWrite) {
    throw notFound();
  }
  next();
};

/**
 * HCP Terraform's API v2 and pages.
 *
 * @remarks
 * Source: HCP Terraform, "API docs overview": bearer tokens, JSON:API, 404 for
 * what one may not see, 30 requests a second, `X-RateLimit-*` with seconds until
 * the reset.
 */
export function hcpApp(options: {
  hcp: HcpTerraform;
  faults: FaultSwitch;
  limiter: HcpLimiter;
}): express.Express {
  const { hcp, faults, limiter } = options;
  const app = express();
  app.disable('x-powered-by');
  const api = express.Router();
  api.use((_request, response, next) => {
    response.set('TFP-API-Version', '2.6');
    response.type(JSON_API);
    next();
  });
  api.get('/ping', (_request, response) => {
    response.status(204).end();
  });
  api.use(
    faultMiddleware({ faults, service: 'hcp' }),
    authenticate,
    limit(limiter),
    requireJsonApi,
    express.json({ type: JSON_API }),
    readOnly,
  );
  api.get('/account/details', (_request, response) => {
    const { username } = response.locals.account;
    response.send({
      data: {
        id: `user-sandbox${username.replace('-', '')}`,
        type: 'users',
        attributes: { username, 'is-service-account': true },
      },
    });
  });
  api.get('/organizations/:organization', (request, response) => {
    hcp.requireOrganization(request.params.organization);
    response.send({ data: organization(response.locals.account.mayWrite) });
  });
  api.use(runRoutes(hcp), workspaceRoutes(hcp));
  api.use(() => {
    throw notFound();
  });
  api.use(errorHandler);
  app.use('/api/v2', api);
  app.use(pageRoutes(hcp));
  return app;
}

function limit(limiter: HcpLimiter): RequestHandler {
  return (request, response, next) => {
    const { username } = response.locals.account;
    const isRunList = request.method === 'GET' && RUN_LIST.test(request.path);
    const any = limiter.take(username, 'any');
    const list = isRunList ? limiter.take(username, 'run list') : any;
    const told = any.allowed ? list : any;
    response.set({
      'x-ratelimit-limit': String(told.limit),
      'x-ratelimit-remaining': String(told.remaining),
      'x-ratelimit-reset': told.reset.toFixed(3),
    });
    if (!any.allowed || !list.allowed) {
      throw new ApiError(
        429,
        'Too many requests',
        "You have exceeded the API's rate limit.",
      );
    }
    next();
  };
}

function organization(mayWrite: boolean): object {
  return {
    id: ORGANIZATION,
    type: 'organizations',
    attributes: {
      name: ORGANIZATION,
      email: 'platform@myorg.example',
      'cost-estimation-enabled': true,
      permissions: {
        'can-create-workspace': mayWrite,
        'can-access-via-teams': true,
      },
    },
    links: { self: `/api/v2/organizations/${ORGANIZATION}` },
  };
}
