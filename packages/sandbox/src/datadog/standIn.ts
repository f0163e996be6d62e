import express, { ErrorRequestHandler } from 'express';
import { faultMiddleware } from '../faults/middleware';
import type { StandInContext, StandInDefinition } from '../standIns';
import { apiRoutes } from './apiRoutes';
import { DatadogStore } from './DatadogStore';
import { DatadogError } from './errors';
import { pageRoutes } from './pages';

const errorHandler: ErrorRequestHandler = (
  error,
  _request,
  response,
  _next, // express tells error handlers by their four parameters
) => {
  if (error instanceof DatadogError) {
    response.status(error.status).json(error.body);
    return;
  }
  const bad = error.type === 'entity.parse.failed';
  response
    .status(bad ? 400 : 500)
    .json({ errors: [bad ? 'Invalid JSON' : 'Internal error'] });
};

/** Datadog's API and pages, on one port. */
export function datadogApp(
  store: DatadogStore,
  { faults }: Pick<StandInContext, 'faults'>,
): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(
    '/api/v1',
    faultMiddleware({ faults, service: 'datadog' }),
    express.json({ limit: '5mb' }),
    apiRoutes(store),
  );
  app.use(pageRoutes(store));
  app.use(errorHandler);
  return app;
}

/** Datadog. */
export const datadogStandIn: StandInDefinition = {
  name: 'datadog',
  title: 'Datadog',
  note: 'dashboards, monitors and SLOs',
  defaultPort: 7110,
  async open(context) {
    const store = new DatadogStore(context.directory, context.now);
    return {
      listener: datadogApp(store, context),
      inventory: () => ({
        dashboards: store.dashboards().map(({ title }) => title),
        monitors: store.monitors().map(({ name }) => name),
        slos: store.slos().map(({ name }) => name),
      }),
      reset: () => store.clear(),
    };
  },
};
