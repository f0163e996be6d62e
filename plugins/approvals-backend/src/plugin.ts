import { setTimeout as delay } from 'node:timers/promises';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { actionsRegistryServiceRef } from '@backstage/backend-plugin-api/alpha';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { scaffolderServiceRef } from '@backstage/plugin-scaffolder-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import {
  approvalsPermissions,
  approvalsPolicyReadPermission,
  freezePermissions,
} from '@self-service/plugin-approvals-common';
import { messagingProviderServiceRef } from '@self-service/plugin-providers-node';
import {
  localBackendsServiceRef,
  runsServiceRef,
  serveLocally,
} from '@self-service/plugin-runs-node';
import { registerReadActions } from './actions/registerReadActions';
import { readApprovalsConfig, readPolicyOverrides } from './config';
import {
  DatabaseApprovalsStore,
  DatabaseFreezeStore,
  DatabaseOutbox,
  DatabasePolicyHistory,
  DatabaseTimers,
} from './database';
import {
  approvalRequestResourceRef,
  approvalRequestRules,
  RequestAccess,
  toResource,
} from './permissions';
import {
  FileBundleSource,
  HttpBundleSource,
  PolicyPoller,
  PolicyService,
} from './policy';
import { createPluginOperations } from './pluginOperations';
import { createRouter } from './router';
import { ANSWERS_PATH, createAnswerRouter } from './routes/answerRoutes';
import { AdmissionService } from './services/AdmissionService';
import { ApproverRefresher } from './services/ApproverRefresher';
import { ApproverResolver } from './services/ApproverResolver';
import { AuditTrail } from './services/AuditTrail';
import { DatabaseClock, SteadyClock } from './services/Clock';
import { Decider } from './services/Decider';
import { FreezeService } from './services/FreezeService';
import { GateService } from './services/GateService';
import { createMessages } from './services/messages/createMessages';
import { Notifier } from './services/Notifier';
import { OutboxDispatcher } from './services/OutboxDispatcher';
import { PolicyOperations } from './services/PolicyOperations';
import { createPreviews } from './services/preview/createPreviews';
import { RequestService } from './services/RequestService';
import { ReviewService } from './services/ReviewService';
import { RunReader } from './services/RunReader';
import { scheduleTasks } from './services/scheduleTasks';
import { TimerService } from './services/TimerService';
import { UngatedTaskGuard } from './services/UngatedTaskGuard';
import { VoteService } from './services/VoteService';

/**
 * Decides by policy whether a run may go on, and asks people where it must.
 *
 * @public
 */
export const approvalsPlugin = createBackendPlugin({
  pluginId: 'approvals',
  register(env) {
    env.registerInit({
      deps: {
        actionsRegistry: actionsRegistryServiceRef,
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        events: eventsServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        localBackends: localBackendsServiceRef,
        logger: coreServices.logger,
        messaging: messagingProviderServiceRef,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        runs: runsServiceRef,
        scaffolder: scaffolderServiceRef,
        scheduler: coreServices.scheduler,
        signals: signalsServiceRef,
      },
      async init(deps) {
        const { auth, catalog, logger, scaffolder } = deps;
        const config = readApprovalsConfig(deps.config);
        const store = await DatabaseApprovalsStore.create(deps.database);
        const knex = await deps.database.getClient();
        const clock = new DatabaseClock(knex);
        const steadyClock = new SteadyClock(clock);
        const { bundle, dataPath } = config;
        const history = new DatabasePolicyHistory(knex);
        const policy = await PolicyService.create({
          source:
            'url' in bundle
              ? new HttpBundleSource(bundle)
              : new FileBundleSource(bundle.path),
          readOverrides: dataPath
            ? () => readPolicyOverrides(dataPath)
            : undefined,
          lastGood: history,
          logger,
          now: () => new Date(),
        });
        const poller = new PolicyPoller({
          policy,
          milliseconds: config.policyPollMilliseconds,
        });
        deps.lifecycle.addStartupHook(() => void poller.run());
        deps.lifecycle.addShutdownHook(() => poller.stop());
        const audit = new AuditTrail(deps.auditor);
        const notifier = new Notifier({ signals: deps.signals, logger });
        const newResolver = () => new ApproverResolver({ catalog, auth });
        const refresher = new ApproverRefresher({
          store,
          newResolver,
          clock,
          logger,
        });
        const isPlatformTeam = (userRef: string) =>
          newResolver().isMember(userRef, config.platformTeam);
        const messages = createMessages({
          ...deps,
          knex,
          providers: deps.messaging.flat(),
          store,
          refresher,
          newResolver,
          isPlatformTeam,
          audit,
          clock: steadyClock,
          platformTeam: config.platformTeam,
          currency: () => policy.artifacts()?.data.approval.cost.currency,
          chatVotes: config.chatVotes,
        });
        deps.lifecycle.addShutdownHook(() => messages.worker.stop());
        const dispatcher = new OutboxDispatcher({
          outbox: new DatabaseOutbox(knex),
          runs: deps.runs,
          messages: messages.fanOut,
          clock: steadyClock,
          sleep: milliseconds => delay(milliseconds, undefined, { ref: false }),
          logger,
        });
        const runs = new RunReader({ scaffolder, auth });
        const shared = { store, clock, audit, notifier };
        deps.permissionsRegistry.addResourceType({
          resourceRef: approvalRequestResourceRef,
          permissions: approvalsPermissions,
          rules: Object.values(approvalRequestRules),
          getResources: ids =>
            Promise.all(
              ids.map(async id => {
                const request = await store.findRequest(id);
                return request && toResource(request.decision, request);
              }),
            ),
        });
        const access = new RequestAccess({
          permissions: deps.permissions,
          ruleset: deps.permissionsRegistry.getPermissionRuleset(
            approvalRequestResourceRef,
          ),
        });
        const forPeople = { ...shared, refresher, access, dispatcher };
        const { deliveryReports } = messages;
        const requests = new RequestService({
          ...forPeople,
          isPlatformTeam,
          deliveryReports,
        });
        const votes = new VoteService(forPeople);
        const answering = messages.createAnswering({ votes, access });
        registerReadActions({
          actionsRegistry: deps.actionsRegistry,
          auth,
          requests,
        });
        const freezeStore = new DatabaseFreezeStore(knex);
        const freezes = new FreezeService({
          ...shared,
          store: freezeStore,
          policy,
          permissions: deps.permissions,
        });
        deps.permissionsRegistry.addPermissions([
          ...freezePermissions,
          approvalsPolicyReadPermission,
        ]);
        const guard = new UngatedTaskGuard({
          runs,
          scaffolder,
          auth,
          audit,
          logger,
        });

        const decidesWith = {
          policy,
          resources: deps.runs,
          undeclared: config.undeclared,
          logger,
        };
        const deciding = {
          ...shared,
          decider: new Decider({
            ...decidesWith,
            freezes,
            newOwners: newResolver,
          }),
          runs,
          newResolver,
        };
        const pluginOperations = createPluginOperations({
          gates: new GateService(deciding),
          admissions: new AdmissionService({ store, runs, logger }),
          requests,
          reviews: new ReviewService(deciding),
          dispatcher,
        });
        // First: its bodies are read as they come.
        deps.httpRouter.use(createAnswerRouter(answering.answers));
        deps.httpRouter.addAuthPolicy({
          path: ANSWERS_PATH,
          allow: 'unauthenticated',
        });
        deps.httpRouter.use(
          createRouter({
            httpAuth: deps.httpAuth,
            pluginOperations,
            requests,
            votes,
            preferences: messages.preferences,
            links: answering.links,
            deliveryReports,
            freezes,
            previews: createPreviews({
              catalog,
              auth,
              knex,
              clock,
              freezes,
              deciding: decidesWith,
              memoryMilliseconds: config.previewMemoryMilliseconds,
            }),
            policyOperations: new PolicyOperations({
              policy,
              history,
              freezes: freezeStore,
              clock,
              permissions: deps.permissions,
            }),
          }),
        );
        await guard.subscribe(deps.events);
        const timers = new TimerService({
          ...shared,
          timers: new DatabaseTimers(knex),
          refresher,
          dispatcher,
          logger,
        });
        await scheduleTasks(
          deps.scheduler,
          {
            dispatcher,
            worker: messages.worker,
            inbox: answering.inbox,
            guard,
            refresher,
            notifier,
            timers,
          },
          config,
        );
        deps.localBackends.offer(
          'approvals',
          serveLocally(pluginOperations, deps),
        );
      },
    });
  },
});
