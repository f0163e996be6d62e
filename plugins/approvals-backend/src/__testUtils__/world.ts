import { resolve } from 'node:path';
import {
  AuditorService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { NotificationPayload } from '@backstage/plugin-notifications-common';
import { SignalPayload } from '@backstage/plugin-signals-node';
import {
  ResourceFacts,
  SelfServiceSpec,
} from '@self-service/plugin-approvals-common';
import { MessagingProvider } from '@self-service/plugin-providers-node';
import { Knex } from 'knex';
import {
  DatabaseApprovalsStore,
  DatabaseFreezeStore,
  DatabaseOutbox,
  DatabasePolicyHistory,
  DatabaseTimers,
} from '../database';
import { approvalRequestRuleset, RequestAccess } from '../permissions';
import { FileBundleSource, PolicyService } from '../policy';
import { AdmissionService } from '../services/AdmissionService';
import { ApproverRefresher } from '../services/ApproverRefresher';
import { ApproverResolver } from '../services/ApproverResolver';
import { AuditTrail } from '../services/AuditTrail';
import { Clock } from '../services/Clock';
import { Decider, Policy } from '../services/Decider';
import { FreezeService } from '../services/FreezeService';
import { GateService } from '../services/GateService';
import { createMessages } from '../services/messages/createMessages';
import { Notifier } from '../services/Notifier';
import { OutboxDispatcher } from '../services/OutboxDispatcher';
import { createPreviews } from '../services/preview/createPreviews';
import { RequestService } from '../services/RequestService';
import { ReviewService } from '../services/ReviewService';
import { RunReader } from '../services/RunReader';
import { TimerService } from '../services/TimerService';
import { VoteService } from '../services/VoteService';
import { FakeScaffolder } from './FakeScaffolder';
import { organisation } from './organisation';

/** A clock that stands still until it is set. */
export class TestClock implements Clock {
  #time = new Date('2026-11-22T10:00:00.000Z');

  get time(): Date {
    return this.#time;
  }

  async now(): Promise<Date> {
    return this.#time;
  }

  advance(milliseconds: number): void {
    this.#time = new Date(this.#time.getTime() + milliseconds);
  }
}

/** The policy bundle that is shipped. */
export async function shippedPolicy(): Promise<PolicyService> {
  return PolicyService.create({
    source: new FileBundleSource(
      resolve(__dirname, '../../../../policies/bundle.tar.gz'),
    ),
    logger: mockServices.logger.mock(),
    now: () => new Date(),
  });
}

/** A catalog whose entities can be replaced, and which can fail. */
export class FakeCatalog {
  #entities: Entity[] = organisation();
  failure: Error | undefined;
  readonly service = catalogServiceMock.mock({
    getEntityByRef: async ref => {
      if (this.failure) {
        throw this.failure;
      }
      return catalogServiceMock({ entities: this.#entities }).getEntityByRef(
        ref,
      );
    },
    getEntities: async query => {
      if (this.failure) {
        throw this.failure;
      }
      return catalogServiceMock({ entities: this.#entities }).getEntities(
        query,
      );
    },
  });

  /** Replaces an entity, by kind and name. */
  replace(entity: Entity): void {
    this.#entities = this.#entities.filter(
      ({ kind, metadata }) =>
        kind !== entity.kind || metadata.name !== entity.metadata.name,
    );
    this.#entities.push(entity);
  }
}

/** Audit events as `<id> <outcome>`. */
export class FakeAuditor implements AuditorService {
  readonly events: string[] = [];
  readonly metas: unknown[] = [];

  async createEvent({
    eventId,
    meta,
  }: Parameters<AuditorService['createEvent']>[0]) {
    this.metas.push(meta);
    return {
      success: async () => {
        this.events.push(`${eventId} succeeded`);
      },
      fail: async () => {
        this.events.push(`${eventId} failed`);
      },
    };
  }
}

/** Delivers when a test says so: nothing goes on when it has ended. */
class PatientDispatcher extends OutboxDispatcher {
  deliverSoon(): void {}
}

/** Every service on one database, with the shipped policy. */
export async function createWorld(
  knex: Knex,
  options: {
    policy?: Policy;
    undeclared?: SelfServiceSpec;
    permissions?: PermissionsService;
    previewMemoryMilliseconds?: number;
    providers?: MessagingProvider[];
    chatVotes?: boolean;
    clock?: TestClock;
  } = {},
) {
  const store = await DatabaseApprovalsStore.create(
    mockServices.database({ knex }),
  );
  const logger = mockServices.logger.mock();
  const auth = mockServices.auth({ pluginId: 'approvals' });
  const scaffolder = new FakeScaffolder();
  const catalog = new FakeCatalog();
  const clock = options.clock ?? new TestClock();
  const auditor = new FakeAuditor();
  const audit = new AuditTrail(auditor);
  const signals: SignalPayload[] = [];
  const notifier = new Notifier({
    signals: { publish: async signal => void signals.push(signal) },
    logger,
  });
  const signalled: unknown[] = [];
  const notifications: ({ to: string[] } & NotificationPayload)[] = [];
  const newResolver = () =>
    new ApproverResolver({ catalog: catalog.service, auth });
  const refresher = new ApproverRefresher({
    store,
    newResolver,
    clock,
    logger,
  });
  const isPlatformTeam = (userRef: string) =>
    newResolver().isMember(userRef, 'group:default/platform-team');
  const policy = options.policy ?? (await shippedPolicy());
  const messages = createMessages({
    knex,
    config: mockServices.rootConfig({
      data: { app: { baseUrl: 'https://portal.example.com' } },
    }),
    providers: options.providers ?? [],
    catalog: catalog.service,
    auth,
    notifications: {
      send: async ({ recipients, payload }) => {
        const to = recipients.type === 'entity' ? recipients.entityRef : [];
        notifications.push({ to: [to].flat(), ...payload });
      },
    },
    store,
    refresher,
    newResolver,
    isPlatformTeam,
    audit,
    clock,
    logger,
    platformTeam: 'group:default/platform-team',
    currency: () => policy.artifacts()?.data.approval.cost.currency,
    chatVotes: options.chatVotes ?? true,
    sendSoon: false,
  });
  const dispatcher = new PatientDispatcher({
    outbox: new DatabaseOutbox(knex),
    runs: { signal: async wait => void signalled.push(wait) },
    messages: messages.fanOut,
    clock,
    sleep: async () => {},
    logger,
  });
  const runs = new RunReader({ scaffolder: scaffolder.service, auth });
  const freezeStore = new DatabaseFreezeStore(knex);
  const freezes = new FreezeService({
    store: freezeStore,
    policy,
    clock,
    audit,
    notifier,
    permissions: options.permissions ?? mockServices.permissions(),
  });
  const resources = new Map<string, ResourceFacts>();
  const decidesWith = {
    policy,
    resources: {
      findResource: async (reference: object) =>
        resources.get(Object.values(reference)[0]),
    },
    undeclared: options.undeclared,
    logger,
  };
  const decider = new Decider({
    ...decidesWith,
    freezes,
    newOwners: newResolver,
  });
  const access = new RequestAccess({
    permissions: options.permissions ?? mockServices.permissions(),
    ruleset: approvalRequestRuleset,
  });
  const shared = { store, clock, audit, notifier };
  const forPeople = { ...shared, refresher, access, dispatcher };
  const votes = new VoteService(forPeople);
  const answering = messages.createAnswering({ votes, access });
  return {
    knex,
    store,
    scaffolder,
    catalog,
    clock,
    auditor,
    freezes,
    freezeStore,
    /** What the runs backend knows, by id or path of a secret. */
    resources,
    previews: createPreviews({
      catalog: catalog.service,
      auth,
      knex,
      clock,
      freezes,
      deciding: decidesWith,
      memoryMilliseconds: options.previewMemoryMilliseconds ?? 0,
    }),
    policyHistory: new DatabasePolicyHistory(knex),
    signals,
    signalled,
    notifications,
    /** Delivers what is due, also what is on its way already. */
    deliverAll: async () => {
      const isUnderWay = async () =>
        (await knex('outbox').whereNull('delivered_at')).length > 0;
      do {
        await dispatcher.deliverDue();
      } while (await isUnderWay());
      await messages.worker.drain();
      // What is sent in place of what was given up.
      await messages.worker.drain();
    },
    messages,
    answering,
    dispatcher,
    refresher,
    gates: new GateService({ ...shared, decider, runs, newResolver }),
    reviews: new ReviewService({ ...shared, decider, runs, newResolver }),
    admissions: new AdmissionService({ store, runs, logger }),
    requests: new RequestService({
      ...forPeople,
      isPlatformTeam,
      deliveryReports: messages.deliveryReports,
    }),
    votes,
    timers: new TimerService({
      ...shared,
      timers: new DatabaseTimers(knex),
      refresher,
      dispatcher,
      logger,
    }),
  };
}

/** Every service and what they act on. */
export type World = Awaited<ReturnType<typeof createWorld>>;
