import express, { ErrorRequestHandler } from 'express';
import { faultMiddleware } from '../faults/middleware';
import type { StandInContext, StandInDefinition } from '../standIns';
import { apiRoutes } from './apiRoutes';
import { GrafanaError, RulerError } from './errors';
import { GrafanaStore, titleOf } from './GrafanaStore';
import { pageRoutes } from './pages';
import { readRuleGroup } from './ruleGroups';
import { RULER_CREDENTIALS, rulerRoutes } from './rulerRoutes';

const errorHandler: ErrorRequestHandler = (
  error,
  _request,
  response,
  _next, // express tells error handlers by their four parameters
) => {
  if (error instanceof RulerError) {
    response.status(error.status).type('text').send(`${error.message}\n`);
  } else if (error instanceof GrafanaError) {
    response
      .status(error.status)
      .json({ message: error.message, ...error.more });
  } else {
    const bad = error.type === 'entity.parse.failed';
    response
      .status(bad ? 400 : 500)
      .json({ message: bad ? 'bad request data' : 'Internal server error' });
  }
};

/** Grafana's API and pages, and a Mimir's ruler beside it, on one port. */
export function grafanaApp(
  store: GrafanaStore,
  { faults }: Pick<StandInContext, 'faults'>,
): express.Express {
  const app = express();
  app.disable('x-powered-by');
  const faulty = faultMiddleware({ faults, service: 'grafana' });
  app.use('/api', faulty, express.json({ limit: '5mb' }), apiRoutes(store));
  app.use('/prometheus/config/v1/rules', faulty, rulerRoutes(store));
  app.use(pageRoutes(store));
  app.use(errorHandler);
  return app;
}

/** Grafana with a Prometheus-compatible rule store. */
export const grafanaStandIn: StandInDefinition = {
  name: 'grafana',
  title: 'Grafana',
  note: 'dashboards, and the rules of a Prometheus',
  defaultPort: 7109,
  async open(context) {
    const store = new GrafanaStore(context.directory, context.now);
    return {
      listener: grafanaApp(store, context),
      inventory: () => ({
        dashboards: store.dashboards().map(titleOf),
        ruleGroups: store.groups(RULER_CREDENTIALS.tenant).map(group => ({
          name: `${group.namespace}/${group.name}`,
          rules: readRuleGroup(group.yaml).rules.map(
            ({ alert, record }) => alert ?? record,
          ),
        })),
      }),
      reset: () => store.clear(),
    };
  },
};
