import express, { Request, RequestHandler, Response } from 'express';
import { DatadogStore } from './DatadogStore';
import { DatadogError } from './errors';
import { DashboardRecord, MonitorRecord, SloRecord } from './model';

/** Keys of the sandbox's organisation. */
export const DATADOG_KEYS = {
  apiKey: 'sandbox-datadog-api-key',
  applicationKey: 'sandbox-datadog-application-key',
  readOnlyApplicationKey: 'sandbox-datadog-readonly-key',
};

const CREATOR = {
  email: 'portal@example.com',
  handle: 'portal@example.com',
  name: 'Portal',
};
const LIMIT = { limit: 100, periodSeconds: 60 };

/** Counts a minute's requests, as the headers of every answer say. */
function rateLimitHeaders(now: () => Date): RequestHandler {
  let period = 0;
  let count = 0;
  return (_request, response, next) => {
    const seconds = Math.floor(now().getTime() / 1000);
    const current = Math.floor(seconds / LIMIT.periodSeconds);
    count = current === period ? count + 1 : 1;
    period = current;
    response.set({
      'X-RateLimit-Limit': String(LIMIT.limit),
      'X-RateLimit-Period': String(LIMIT.periodSeconds),
      // It tells, and does not refuse: faults do that.
      'X-RateLimit-Remaining': String(Math.max(1, LIMIT.limit - count)),
      'X-RateLimit-Reset': String(
        LIMIT.periodSeconds - (seconds % LIMIT.periodSeconds),
      ),
      'X-RateLimit-Name': 'sandbox',
    });
    next();
  };
}

const requireApiKey: RequestHandler = (request, _response, next) => {
  if (request.headers['dd-api-key'] !== DATADOG_KEYS.apiKey) {
    throw new DatadogError(403, 'Forbidden');
  }
  next();
};

const requireApplicationKey: RequestHandler = (request, _response, next) => {
  const { applicationKey, readOnlyApplicationKey } = DATADOG_KEYS;
  const key = request.headers['dd-application-key'];
  if (key !== applicationKey && key !== readOnlyApplicationKey) {
    throw new DatadogError(403, 'Forbidden');
  }
  if (request.method !== 'GET' && key !== applicationKey) {
    throw new DatadogError(403, 'Failed permission authorization checks');
  }
  next();
};

/** Datadog's API, version 1, the parts used; below `/api/v1`. */
export function apiRoutes(store: DatadogStore): express.Router {
  const router = express.Router();
  router.use(rateLimitHeaders(store.now), requireApiKey);
  router.get('/validate', (_request, response) => {
    response.json({ valid: true });
  });
  router.use(requireApplicationKey);
  dashboardRoutes(router, store);
  monitorRoutes(router, store);
  sloRoutes(router, store);
  router.use(() => {
    throw new DatadogError(404, 'Resource does not exist');
  });
  return router;
}

function dashboardRoutes(router: express.Router, store: DatadogStore): void {
  router.get('/dashboard', (request, response) => {
    const start = readNumber(request, 'start', 0);
    const count = readNumber(request, 'count', 100);
    const dashboards = store.dashboards().slice(start, start + count);
    response.json({
      dashboards: dashboards.map(
        ({ widgets: _widgets, reflow_type: _reflow, tags: _tags, ...record }) =>
          toDashboard(record as DashboardRecord),
      ),
    });
  });
  router.post('/dashboard', (request, response) => {
    response.json(toDashboard(store.createDashboard(request.body)));
  });
  router.get('/dashboard/:id', (request, response) => {
    response.json(toDashboard(store.dashboard(request.params.id)));
  });
  router.delete('/dashboard/:id', (request, response) => {
    store.deleteDashboard(request.params.id);
    response.json({ deleted_dashboard_id: request.params.id });
  });
}

function monitorRoutes(router: express.Router, store: DatadogStore): void {
  router.get('/monitor', (request, response) => {
    const { name, monitor_tags: tags, page } = request.query;
    const wanted = tags ? String(tags).toLowerCase().split(',') : [];
    const size =
      page === undefined
        ? Number.MAX_SAFE_INTEGER
        : readNumber(request, 'page_size', 100);
    const from = readNumber(request, 'page', 0) * size;
    const monitors = store
      .monitors()
      .filter(
        monitor =>
          wanted.every(tag => monitor.tags.includes(tag)) &&
          (!name || monitor.name.includes(String(name))),
      );
    response.json(monitors.slice(from, from + size).map(toMonitor));
  });
  router.post('/monitor', (request, response) => {
    response.json(toMonitor(store.createMonitor(request.body)));
  });
  router.get('/monitor/:id', (request, response) => {
    response.json(toMonitor(store.monitor(request.params.id)));
  });
  router.delete('/monitor/:id', (request, response) => {
    store.deleteMonitor(request.params.id, request.query.force === 'true');
    response.json({ deleted_monitor_id: Number(request.params.id) });
  });
}

function sloRoutes(router: express.Router, store: DatadogStore): void {
  router.get('/slo', (request, response) => {
    const limit = readNumber(request, 'limit', 1000);
    const offset = readNumber(request, 'offset', 0);
    const tag = String(request.query.tags_query ?? '').toLowerCase();
    const slos = store.slos().filter(({ tags }) => !tag || tags.includes(tag));
    response.json({
      data: slos.slice(offset, offset + limit).map(toSlo),
      errors: [],
      metadata: {
        page: {
          total_count: store.slos().length,
          total_filtered_count: slos.length,
        },
      },
    });
  });
  router.post('/slo', (request, response) => {
    answerSlo(response, [toSlo(store.createSlo(request.body))]);
  });
  router.get('/slo/:id', (request, response) => {
    answerSlo(response, toSlo(store.slo(request.params.id)));
  });
  router.delete('/slo/:id', (request, response) => {
    store.deleteSlo(request.params.id, request.query.force === 'true');
    response.json({ data: [request.params.id], errors: {} });
  });
}

function answerSlo(response: Response, data: object): void {
  response.json({
    data,
    errors: [],
    ...(Array.isArray(data) && { metadata: {} }),
  });
}

function readNumber(request: Request, name: string, fallback: number): number {
  const value = Number(request.query[name] ?? fallback);
  if (!Number.isInteger(value) || value < 0) {
    throw new DatadogError(400, `Invalid parameter: ${name}`);
  }
  return value;
}

function toDashboard(record: DashboardRecord) {
  return {
    ...record,
    author_handle: CREATOR.handle,
    is_read_only: false,
    url: `/dashboard/${record.id}/${slugOf(record.title)}`,
  };
}

function toMonitor(record: MonitorRecord) {
  return {
    ...record,
    creator: CREATOR,
    multi: false,
    overall_state: 'No Data',
    priority: null,
    restricted_roles: null,
    deleted: null,
  };
}

function toSlo(record: SloRecord) {
  return { ...record, creator: CREATOR, monitor_tags: [] };
}

/** The end of a dashboard's address. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
