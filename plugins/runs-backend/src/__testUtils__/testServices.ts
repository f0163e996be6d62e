import {
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import {
  DefaultEventsService,
  eventsServiceRef,
} from '@backstage/plugin-events-node';
import {
  ApprovalsService,
  approvalsServiceRef,
} from '@self-service/plugin-approvals-node';
import { RunsService, runsServiceRef } from '@self-service/plugin-runs-node';

/** Root config with which the plugin starts. */
export const testConfig = {
  backend: { baseUrl: 'http://localhost' },
  scaffolder: { taskRecovery: { enabled: true }, concurrentTasksLimit: 1 },
  runs: { secretsKey: Buffer.alloc(32, 9).toString('base64') },
};

/** Gives the plugin these approvals in place of the HTTP client. */
export function approvalsFactory(approvals: ApprovalsService) {
  return createServiceFactory({
    service: approvalsServiceRef,
    deps: {},
    factory: () => approvals,
  });
}

/** One event bus for all plugins, as in a real backend. */
export const sharedEventsFactory = createServiceFactory({
  service: eventsServiceRef,
  deps: {},
  createRootContext: () =>
    DefaultEventsService.create({ logger: mockServices.logger.mock() }),
  factory: (_, events) => events,
});

/** A plugin that hands out the client as its own actions would get it. */
export function clientPlugin(pluginId: string) {
  const box: { runs?: RunsService } = {};
  const plugin = createBackendPlugin({
    pluginId,
    register(env) {
      env.registerInit({
        deps: { runs: runsServiceRef },
        async init({ runs }) {
          box.runs = runs;
        },
      });
    },
  });
  const client = (): RunsService => {
    if (!box.runs) {
      throw new Error('The backend has not started');
    }
    return box.runs;
  };
  return { plugin, client };
}
