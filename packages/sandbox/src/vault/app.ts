import express, { ErrorRequestHandler, RequestHandler } from 'express';
import { FaultSwitch } from '../faults/FaultSwitch';
import { faultMiddleware } from '../faults/middleware';
import { accessRoutes } from './accessRoutes';
import { VaultError } from './errors';
import { answer, spaceOf } from './http';
import { kvRoutes } from './kvRoutes';
import { leaseRoutes } from './leaseRoutes';
import { TokenRecord } from './model';
import { pageRoutes } from './pages';
import { systemRoutes } from './systemRoutes';
import { authJson } from './Tokens';
import { Vault } from './Vault';

const errorHandler: ErrorRequestHandler = (
  error,
  _request,
  response,
  _next, // express tells error handlers by their four parameters
) => {
  if (error instanceof VaultError) {
    const { errors, body } = error;
    response
      .status(error.status)
      .json(Object.keys(body).length > 0 ? body : { errors });
    return;
  }
  const badJson = error.type === 'entity.parse.failed';
  response.status(badJson ? 400 : 500).json({
    errors: [badJson ? 'failed to parse JSON input' : 'internal error'],
  });
};

const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

/** The vault over HTTP: the API at `/v1`, pages at `/ui`. */
export function vaultApp(options: {
  vault: Vault;
  faults: FaultSwitch;
}): express.Express {
  const { vault, faults } = options;
  const app = express();
  app.disable('x-powered-by');
  app.use('/v1', faultMiddleware({ faults, service: 'vault' }));
  // Vault takes JSON whatever content type the client names
  app.use('/v1', express.json({ type: () => true, strict: true }));
  app.use('/v1', noStore);
  app.use('/v1/sys', systemRoutes(vault));
  app.use('/v1', openOnly(vault), chooseSpace(vault));
  app.use('/v1', authRoutes(vault), authenticate(vault));
  app.use('/v1/auth/token', ownTokenRoutes(vault));
  app.use('/v1/secret', kvRoutes());
  app.use('/v1', accessRoutes(), leaseRoutes(vault.database));
  app.use('/v1', request => {
    const path = request.path.slice(1);
    throw new VaultError(404, [
      `no handler for route "${path}". route entry not found.`,
    ]);
  });
  app.use(pageRoutes(vault));
  app.use(errorHandler);
  return app;
}

function openOnly(vault: Vault): RequestHandler {
  return (_request, _response, next) => {
    if (vault.sealed) {
      throw new VaultError(503, ['Vault is sealed']);
    }
    next();
  };
}

function chooseSpace(vault: Vault): RequestHandler {
  return (request, response, next) => {
    response.locals.space = vault.space(
      String(request.headers['x-vault-namespace'] ?? ''),
    );
    next();
  };
}

function authRoutes(vault: Vault): express.Router {
  const router = express.Router();
  const login: RequestHandler = (request, response) => {
    const record = vault.loginAppRole(
      request.body.role_id,
      request.body.secret_id,
      spaceOf(response).namespace,
    );
    answer(response, { auth: authJson(record) });
  };
  router.post('/auth/approle/login', login);
  router.put('/auth/approle/login', login);
  const personLogin: RequestHandler = (request, response) => {
    const record = vault.loginPerson(
      request.params.username,
      request.body.password,
      spaceOf(response).namespace,
    );
    answer(response, { auth: authJson(record) });
  };
  router.post('/auth/userpass/login/:username', personLogin);
  router.put('/auth/userpass/login/:username', personLogin);
  return router;
}

function authenticate(vault: Vault): RequestHandler {
  return (request, response, next) => {
    const bearer = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1];
    const header = request.headers['x-vault-token'];
    response.locals.token = vault.tokens.require(
      typeof header === 'string' ? header : bearer,
      spaceOf(response).namespace,
    );
    next();
  };
}

function ownTokenRoutes(vault: Vault): express.Router {
  const router = express.Router();

  router.get('/lookup-self', (_request, response) => {
    const record = response.locals.token as TokenRecord;
    answer(response, {
      data: {
        accessor: record.accessor,
        creation_time: Math.floor(record.issuedAt / 1000),
        creation_ttl: record.leaseSeconds,
        display_name: record.displayName,
        entity_id: '',
        expire_time: record.expiresAt
          ? new Date(record.expiresAt).toISOString()
          : null,
        explicit_max_ttl: 0,
        id: record.token,
        issue_time: new Date(record.issuedAt).toISOString(),
        meta: record.meta,
        num_uses: 0,
        orphan: true,
        path: record.path,
        policies: record.policies,
        renewable: record.leaseSeconds > 0,
        ttl: vault.tokens.remaining(record),
        type: 'service',
      },
    });
  });

  const renew: RequestHandler = (_request, response) => {
    const record = vault.tokens.renew(response.locals.token as TokenRecord);
    answer(response, { auth: authJson(record) });
  };
  router.post('/renew-self', renew);
  router.put('/renew-self', renew);

  const revoke: RequestHandler = (_request, response) => {
    vault.tokens.revoke(response.locals.token as TokenRecord);
    response.status(204).end();
  };
  router.post('/revoke-self', revoke);
  router.put('/revoke-self', revoke);
  return router;
}
