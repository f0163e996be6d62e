import { PermissionsService } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { scaffolderServiceMock } from '@backstage/plugin-scaffolder-node/testUtils';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import {
  createSecretSealer,
  EffectUndoer,
  SecretSealer,
  WaitChecker,
  WebhookReceiver,
} from '@self-service/plugin-runs-node';
import { Provider } from '@self-service/plugin-providers-node';
import { RetryDecision, Suspend } from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import { createServices } from '../createServices';
import { DatabaseRunStore } from '../database/DatabaseRunStore';
import { DatabaseSuspensionStore } from '../database/DatabaseSuspensionStore';
import { UndoProviders } from '../services/rollback/undoers';
import { FakeScaffolderRuns } from './FakeScaffolderRuns';

/** A clock that only moves when a test or a pause moves it. */
export class TestClock {
  #now = Date.UTC(2026, 0, 5, 12);

  async now(): Promise<Date> {
    return new Date(this.#now);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** A sealer with a key of its own. */
export const testSealer = createSecretSealer(
  mockServices.rootConfig({
    data: { runs: { secretsKey: Buffer.alloc(32, 9).toString('base64') } },
  }),
) as SecretSealer;

/** Approvals that decide nothing, and note what they are told. */
export function mockApprovals() {
  return {
    openGate: jest.fn(),
    admit: jest.fn(),
    closeRun: jest.fn(async () => {}),
    reviewRun: jest.fn(
      async (): Promise<RetryDecision> => ({
        outcome: 'unchanged',
        changes: [],
        explanations: [],
      }),
    ),
    decidedAmong: jest.fn(async () => [] as string[]),
  } satisfies ApprovalsService;
}

/**
 * The services of one replica, over a scaffolder in memory. A pause moves
 * the clock and takes no time.
 */
export function createReplica(options: {
  database: Knex;
  scaffolderRuns?: FakeScaffolderRuns;
  clock?: TestClock;
  sealer?: SecretSealer;
  waitCheckers?: WaitChecker[];
  /** With what effects are undone. */
  providers?: Partial<UndoProviders> & { effectUndoers?: EffectUndoer[] };
  /** Whose health is kept. */
  checkedProviders?: Provider[];
  webhookReceivers?: WebhookReceiver[];
  /** Of the catalog. */
  entities?: Entity[];
  /** Denies everything by default. */
  permissions?: PermissionsService;
  /** Called at each pause. */
  onSleep?: () => void;
}) {
  const {
    database,
    scaffolderRuns = new FakeScaffolderRuns(),
    clock = new TestClock(),
    waitCheckers = [],
    webhookReceivers = [],
    onSleep,
  } = options;
  const approvals = mockApprovals();
  const signals = { publish: jest.fn(async () => {}) };
  const logger = mockServices.logger.mock();
  const notifications = { send: jest.fn(async () => {}) };
  const scaffolder = scaffolderServiceMock.mock(
    scaffolderRuns.api as unknown as Partial<ScaffolderService>,
  );
  const services = createServices({
    database,
    clock,
    scaffolder,
    scaffolderRuns,
    approvals,
    signals,
    logger,
    auth: mockServices.auth({ pluginId: 'runs' }),
    stopping: new AbortController().signal,
    effectUndoers: [],
    git: [],
    infrastructure: [],
    observability: [],
    secrets: [],
    providers: options.checkedProviders ?? [],
    notifications,
    permissions:
      options.permissions ??
      mockServices.permissions({ result: AuthorizeResult.DENY }),
    platformTeam: 'group:default/platform-team',
    currency: 'USD',
    ...options.providers,
    catalog: Object.assign(
      catalogServiceMock({ entities: options.entities }),
      options.providers?.catalog,
    ),
    auditor: mockServices.auditor.mock({
      createEvent: async () => ({
        success: async () => {},
        fail: async () => {},
      }),
    }),
    sealer: 'sealer' in options ? options.sealer : testSealer,
    waitCheckers,
    webhookReceivers,
    signalRetentionMs: 24 * 3_600_000,
    sleep: async milliseconds => {
      clock.advance(milliseconds);
      onSleep?.();
    },
  });
  return {
    ...services,
    runs: DatabaseRunStore.create(database),
    notifications,
    store: DatabaseSuspensionStore.create(database),
    approvals,
    clock,
    logger,
    scaffolder,
    scaffolderRuns,
    signals,
  };
}

/** What a gate asks for; the same for each call. */
export function suspendRequest(overrides: Partial<Suspend> = {}): Suspend {
  return {
    taskId: 'task-1',
    stepId: 'gate',
    inputDigest: 'digest-1',
    wait: { kind: 'approval', ref: 'request-1' },
    title: 'Waits for the lead of team-a',
    ...overrides,
  };
}
