import { setTimeout as delay } from 'node:timers/promises';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { scaffolderServiceRef } from '@backstage/plugin-scaffolder-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { approvalsServiceRef } from '@self-service/plugin-approvals-node';
import {
  gitProviderServiceRef,
  infrastructureProviderServiceRef,
  messagingProviderServiceRef,
  observabilityProviderServiceRef,
  readDefaultGitHost,
  secretsProviderServiceRef,
  ticketingProviderServiceRef,
} from '@self-service/plugin-providers-node';
import { runsPermissions } from '@self-service/plugin-runs-common';
import {
  createSecretSealer,
  effectUndoerServiceRef,
  localBackendsServiceRef,
  serveLocally,
  waitCheckerServiceRef,
  webhookReceiverServiceRef,
} from '@self-service/plugin-runs-node';
import { readRunsConfig } from './config';
import { createServices } from './createServices';
import { openDatabase } from './database/migrate';
import { createPluginOperations } from './pluginOperations';
import { createRouter } from './router';
import { createWebhookRouter } from './routes/webhookRoutes';
import { DatabaseClock } from './services/Clock';
import { DefaultScaffolderRuns } from './services/ScaffolderRuns';

/**
 * Parks and resumes runs, and keeps the ledger of what they create.
 *
 * @public
 */
export const runsPlugin = createBackendPlugin({
  pluginId: 'runs',
  register(env) {
    env.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        database: coreServices.database,
        discovery: coreServices.discovery,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        localBackends: localBackendsServiceRef,
        logger: coreServices.logger,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        scheduler: coreServices.scheduler,
        approvals: approvalsServiceRef,
        catalog: catalogServiceRef,
        effectUndoers: effectUndoerServiceRef,
        git: gitProviderServiceRef,
        infrastructure: infrastructureProviderServiceRef,
        observability: observabilityProviderServiceRef,
        secrets: secretsProviderServiceRef,
        messaging: messagingProviderServiceRef,
        ticketing: ticketingProviderServiceRef,
        events: eventsServiceRef,
        scaffolder: scaffolderServiceRef,
        signals: signalsServiceRef,
        waitCheckers: waitCheckerServiceRef,
        webhookReceivers: webhookReceiverServiceRef,
      },
      async init(deps) {
        const { config, httpRouter, httpAuth, lifecycle, scheduler } = deps;
        const { sweepFrequency, signalRetentionMs, platformTeam, currency } =
          readRunsConfig(config);
        const sealer = createSecretSealer(config);
        const database = await openDatabase(deps.database);
        const stopping = new AbortController();
        const services = createServices({
          ...deps,
          git: deps.git.flat(),
          infrastructure: deps.infrastructure.flat(),
          observability: deps.observability.flat(),
          secrets: deps.secrets.flat(),
          providers: [
            ...deps.git,
            ...deps.infrastructure,
            ...deps.secrets,
            ...deps.observability,
            ...deps.messaging,
            ...deps.ticketing,
          ].flat(),
          database,
          sealer,
          signalRetentionMs,
          platformTeam,
          defaultGitHost: readDefaultGitHost(config),
          currency,
          stopping: stopping.signal,
          clock: DatabaseClock.create(database),
          scaffolderRuns: DefaultScaffolderRuns.create(deps),
          sleep: milliseconds =>
            delay(milliseconds, undefined, {
              signal: stopping.signal,
              ref: false,
            }),
        });
        httpRouter.use(createWebhookRouter(services.webhooks));
        httpRouter.addAuthPolicy({
          path: '/webhooks',
          allow: 'unauthenticated',
        });
        deps.permissionsRegistry.addPermissions(runsPermissions);
        const pluginOperations = createPluginOperations(services);
        httpRouter.use(
          createRouter({ httpAuth, pluginOperations, ...services }),
        );
        deps.localBackends.offer('runs', serveLocally(pluginOperations, deps));
        lifecycle.addShutdownHook(async () => {
          stopping.abort();
          await services.resumer.idle();
          await services.runSweep.idle();
          await services.rollback.idle();
          await services.resourceRemover.idle();
        });
        lifecycle.addStartupHook(async () => {
          await services.taskEvents.subscribe(deps.events);
          await scheduler.scheduleTask({
            id: 'runs-sweep',
            frequency: sweepFrequency,
            timeout: { minutes: 1 },
            initialDelay: { seconds: 1 },
            fn: () => services.sweep.tick(),
          });
          await scheduler.scheduleTask({
            id: 'runs-provider-checks',
            frequency: { minutes: 5 },
            timeout: { minutes: 5 },
            initialDelay: { seconds: 10 },
            fn: () => services.providerChecks.checkAll(),
          });
        });
      },
    });
  },
});
