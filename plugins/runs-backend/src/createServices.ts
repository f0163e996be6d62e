import {
  AuditorService,
  AuthService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { SignalsService } from '@backstage/plugin-signals-node';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import {
  GitProvider,
  InfrastructureProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import {
  EffectUndoer,
  SecretSealer,
  WaitChecker,
  WebhookReceiver,
} from '@self-service/plugin-runs-node';
import { Knex } from 'knex';
import { DatabaseEffectStore } from './database/DatabaseEffectStore';
import { DatabaseRunStore } from './database/DatabaseRunStore';
import { DatabaseSuspensionStore } from './database/DatabaseSuspensionStore';
import { WebhookStore } from './database/WebhookStore';
import { createApprovalWaitChecker } from './services/approvalWaitChecker';
import { Clock } from './services/Clock';
import { EffectService } from './services/EffectService';
import { Outbox } from './services/Outbox';
import { Resumer, Sleep } from './services/Resumer';
import { createRollback } from './services/rollback/createRollback';
import { CatalogLocations } from './services/rollback/undoers/catalogEntity';
import { RunNotifier } from './services/RunNotifier';
import { RunReader } from './services/RunReader';
import { RunRegister } from './services/RunRegister';
import { ScaffolderRuns } from './services/ScaffolderRuns';
import { SuspensionService } from './services/SuspensionService';
import { Sweep } from './services/Sweep';
import { TaskEvents } from './services/TaskEvents';
import { TaskReader } from './services/TaskReader';
import { Transitions } from './services/Transitions';
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
  secrets: readonly SecretsProvider[];
  catalog: CatalogLocations;
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
  const outbox = Outbox.create({ ...deps, runs });
  const transitions = Transitions.create({
    ...deps,
    suspensions,
    notifier,
    outbox,
  });
  const resumer = Resumer.create({ ...deps, suspensions, transitions });
  const suspensionService = SuspensionService.create({
    ...deps,
    suspensions,
    runs,
    transitions,
    resumer,
    notifier,
  });
  const allCheckers = [createApprovalWaitChecker(approvals), ...waitCheckers];
  const webhooks = Webhooks.create({
    ...deps,
    receivers: deps.webhookReceivers,
    waitCheckers: allCheckers,
    store: WebhookStore.create(database),
    suspensions,
    suspensionService,
  });
  const { rollback } = createRollback({
    ...deps,
    runs,
    effects,
    suspensions,
    transitions,
    tasks: TaskReader.create(deps),
    notifier,
    outbox,
  });
  const sweep = Sweep.create({
    ...deps,
    rollback,
    suspensions,
    suspensionService,
    resumer,
    outbox,
    waitCheckers: allCheckers,
    webhooks,
  });
  return {
    suspensions: suspensionService,
    effects: EffectService.create({ effects, runs, clock, notifier }),
    register: RunRegister.create({ runs, clock }),
    reader: RunReader.create({ ...deps, suspensions, effects }),
    taskEvents: TaskEvents.create({ ...deps, suspensions, resumer }),
    webhooks,
    resumer,
    rollback,
    outbox,
    sweep,
  };
}
