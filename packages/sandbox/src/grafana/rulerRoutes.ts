import express, { RequestHandler, Response } from 'express';
import { parse, stringify } from 'yaml';
import { RulerError } from './errors';
import { GrafanaStore } from './GrafanaStore';

/** Who may write rules, for which tenant. */
export const RULER_CREDENTIALS = {
  username: 'sandbox',
  password: 'sandbox-ruler-password',
  tenant: 'demo',
};

const authenticate: RequestHandler = (request, response, next) => {
  const { username, password } = RULER_CREDENTIALS;
  const expected = Buffer.from(`${username}:${password}`).toString('base64');
  if (request.headers.authorization !== `Basic ${expected}`) {
    throw new RulerError(401, 'unauthorized');
  }
  const tenant = request.headers['x-scope-orgid'];
  if (typeof tenant !== 'string' || !tenant) {
    throw new RulerError(401, 'no org id');
  }
  if (tenant !== RULER_CREDENTIALS.tenant) {
    throw new RulerError(403, 'not a tenant of yours');
  }
  response.locals.tenant = tenant;
  next();
};

const accept = (response: Response) =>
  response
    .status(202)
    .json({ status: 'success', data: null, errorType: '', error: '' });

/**
 * Mimir's ruler configuration API, below `/prometheus/config/v1/rules`: YAML,
 * one group a POST, changes are answered 202.
 */
export function rulerRoutes(store: GrafanaStore): express.Router {
  const router = express.Router();
  router.use(authenticate);
  router.use(express.text({ type: () => true, limit: '1mb' }));

  const tenantOf = (response: Response) => String(response.locals.tenant);
  const yaml = (response: Response, value: unknown) =>
    response.type('application/yaml').send(stringify(value));

  router.get(['/', '/:namespace'], (request, response) => {
    const { namespace } = request.params as { namespace?: string };
    const groups = store
      .groups(tenantOf(response))
      .filter(group => !namespace || group.namespace === namespace);
    if (groups.length === 0) {
      throw new RulerError(404, 'no rule groups found');
    }
    const spaces: Record<string, unknown[]> = {};
    for (const group of groups) {
      (spaces[group.namespace] ??= []).push(parse(group.yaml));
    }
    yaml(response, spaces);
  });

  router.get('/:namespace/:name', (request, response) => {
    const key = { tenant: tenantOf(response), ...request.params };
    yaml(response, parse(store.group(key).yaml));
  });

  router.post('/:namespace', (request, response) => {
    store.setGroup(
      tenantOf(response),
      request.params.namespace,
      String(request.body),
    );
    accept(response);
  });

  router.delete('/:namespace/:name', (request, response) => {
    store.removeGroup({ tenant: tenantOf(response), ...request.params });
    accept(response);
  });

  router.delete('/:namespace', (request, response) => {
    const tenant = tenantOf(response);
    const { namespace } = request.params;
    const groups = store
      .groups(tenant)
      .filter(group => group.namespace === namespace);
    if (groups.length === 0) {
      throw new RulerError(404, 'no rule groups found');
    }
    groups.forEach(group => store.removeGroup(group));
    accept(response);
  });
  return router;
}
