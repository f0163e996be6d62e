import {
  AuditorService,
  AuthService,
  LoggerService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { SignalsService } from '@backstage/plugin-signals-node';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import {
  GitProvider,
  InfrastructureProvider,
  Provider,
  ObservabilityProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import {
  EntityNames,
  EffectUndoer,
  SecretSealer,
  WaitChecker,
  WebhookReceiver,
} from '@self-service/plugin-runs-node';
import { Knex } from 'knex';
import { DatabaseEffectStore } from './database/DatabaseEffectStore';
import { DatabaseResourceStore } from './database/DatabaseResourceStore';
import { DatabaseRunStore } from './database/DatabaseRunStore';
import { DatabaseStepStore } from './database/DatabaseStepStore';
import { DatabaseSuspensionStore } from './database/DatabaseSuspensionStore';
import { ProviderCheckStore } from './database/ProviderCheckStore';
import { WebhookStore } from './database/WebhookStore';
import { Clock } from './services/Clock';
import { createLifecycle } from './services/createLifecycle';
import { EffectService } from './services/EffectService';
import { Outbox } from './services/Outbox';
import { createForms } from './services/forms/createForms';
import { ProviderChecks } from './services/providers/ProviderChecks';
import { createResources } from './services/resources/createResources';
import { ResourceMessages } from './services/resources/ResourceMessages';
import { ResourceRecorder } from './services/resources/ResourceRecorder';
import { createRemovalWaitChecker } from './services/resources/ResourceRemover';
import { Resumer, Sleep } from './services/Resumer';
import { createRollback } from './services/rollback/createRollback';
import { RetryParker } from './services/retry/RetryParker';
import { RetryService } from './services/retry/RetryService';
import { RunSecrets } from './services/retry/RunSecrets';
import { RollbackRequests } from './services/rollback/RollbackRequests';
import { CatalogLocations } from './services/rollback/undoers/catalogEntity';
import { RunAccess } from './services/RunAccess';
import { RunHints } from './services/RunHints';
import { RunMessages } from './services/RunMessages';
import { RunNotifier } from './services/RunNotifier';
import { RunRegister } from './services/RunRegister';
import { ScaffolderRuns } from './services/ScaffolderRuns';
import { SuspensionService } from './services/SuspensionService';
import { Sweep } from './services/Sweep';
import { TaskEvents } from './services/TaskEvents';
import { TaskReader } from './services/TaskReader';
import { Transitions } from './services/Transitions';
import {
  createApprovalWaitChecker,
  createInterventionWaitChecker,
  createTimerWaitChecker,
} from './services/waitCheckers';
import { Webhooks } from './services/Webhooks';

/** Everything that the services are made of. */
export interface ServiceDeps {
  database: Knex;
  clock: Clock;
  sleep: Sleep;
  scaffolder: ScaffolderService;
  scaffolderRuns: ScaffolderRuns;
  approvals: ApprovalsService;
  signals: SignalsService;
  sealer: SecretSealer | undefined;
  waitCheckers: readonly WaitChecker[];
  webhookReceivers: readonly WebhookReceiver[];
  effectUndoers: readonly EffectUndoer[];
  git: readonly GitProvider[];
  infrastructure: readonly InfrastructureProvider[];
  observability: readonly ObservabilityProvider[];
  secrets: readonly SecretsProvider[];
  /** Those of every capability. */
  providers: readonly Provider[];
  /** Of repositories that templates write without one. */
  defaultGitHost?: string;
  catalog: CatalogLocations &
    Pick<CatalogService, 'getEntityByRef' | 'getEntitiesByRefs'>;
  notifications: NotificationService;
  permissions: PermissionsService;
  /** Group that is told of what could not be undone. */
  platformTeam: string;
  /** Of every cost, as the policy data has it. */
  currency: string;
  auth: AuthService;
  /** Aborts when the backend stops. */
  stopping: AbortSignal;
  signalRetentionMs: number;
  auditor: AuditorService;
  logger: LoggerService;
}

/** Puts the services together; one call is one replica. */
export function createServices(deps: ServiceDeps) {
  const { database, approvals, waitCheckers, clock } = deps;
  const suspensions = DatabaseSuspensionStore.create(database);
  const runs = DatabaseRunStore.create(database);
  const effects = DatabaseEffectStore.create(database);
  const notifier = RunNotifier.create(deps);
  const hints = RunHints.create();
  const steps = DatabaseStepStore.create(database);
  const messages = RunMessages.create({
    ...deps,
    runs,
    steps,
    suspensions,
    names: EntityNames.create(deps),
  });
  const tasks = TaskReader.create(deps);
  const resources = DatabaseResourceStore.create(database);
  const outbox = Outbox.create({
    ...deps,
    runs,
    messages,
    resourceMessages: ResourceMessages.create({ ...deps, resources }),
    recorder: ResourceRecorder.create({
      ...deps,
      runs,
      effects,
      resources,
      tasks,
      notifier,
    }),
  });
  const transitions = Transitions.create({
    ...deps,
    suspensions,
    notifier,
    outbox,
    hints,
  });
  const resumer = Resumer.create({ ...deps, suspensions, runs, transitions });
  const suspensionService = SuspensionService.create({
    ...deps,
    suspensions,
    runs,
    transitions,
    resumer,
    notifier,
    hints,
  });
  const allCheckers = [
    createApprovalWaitChecker(approvals),
    createInterventionWaitChecker(steps),
    createTimerWaitChecker(clock),
    createRemovalWaitChecker(resources),
    ...waitCheckers,
  ];
  const webhooks = Webhooks.create({
    ...deps,
    receivers: deps.webhookReceivers,
    waitCheckers: allCheckers,
    store: WebhookStore.create(database),
    suspensions,
    suspensionService,
  });
  const { rollback, leftovers, settler, reverser } = createRollback({
    ...deps,
    runs,
    effects,
    suspensions,
    transitions,
    tasks,
    notifier,
    hints,
    outbox,
  });
  const lifecycle = createLifecycle({
    ...deps,
    runs,
    effects,
    steps,
    suspensions,
    suspensionService,
    transitions,
    tasks,
    leftovers,
    notifier,
    outbox,
    hints,
    onRollingBack: taskId => rollback.start(taskId),
  });
  const { runSweep, importer } = lifecycle;
  hints.connect(runSweep);
  const resourceServices = createResources({
    ...deps,
    ...lifecycle,
    resources,
    runs,
    suspensions,
    suspensionService,
    reverser,
    leftovers,
    tasks,
    hints,
    notifier,
    outbox,
  });
  const sweep = Sweep.create({
    ...deps,
    rollback,
    settler,
    ...resourceServices,
    runSweep,
    suspensions,
    suspensionService,
    resumer,
    outbox,
    waitCheckers: allCheckers,
    webhooks,
  });
  return {
    suspensions: suspensionService,
    effects: EffectService.create({
      effects,
      runs,
      clock,
      notifier,
      hints,
    }),
    register: RunRegister.create({ runs, clock }),
    taskEvents: TaskEvents.create({
      ...deps,
      suspensions,
      runs,
      resumer,
      importer,
      runSweep,
    }),
    ...lifecycle,
    ...resourceServices,
    retries: RetryService.create({
      ...deps,
      ...lifecycle,
      runs,
      effects,
      hints,
      tasks,
      secrets: RunSecrets.create({ ...deps, suspensions }),
      parker: RetryParker.create({ ...deps, suspensions, resumer, notifier }),
    }),
    rollbackRequests: RollbackRequests.create({
      ...deps,
      ...lifecycle,
      runs,
      effects,
      leftovers,
      rollback,
    }),
    webhooks,
    ...createForms({ ...deps, effects }),
    providerChecks: ProviderChecks.create({
      ...deps,
      store: ProviderCheckStore.create(database),
      access: RunAccess.create(deps),
    }),
    resumer,
    rollback,
    outbox,
    sweep,
  };
}
