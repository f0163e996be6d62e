import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigReader } from '@backstage/config';
import {
  type DecisionRecord,
  DatabaseApprovalsStore,
  DatabaseOutbox,
  type NewRequest,
} from '@self-service/plugin-approvals-backend/src/database';
import { ApproverRefresher } from '@self-service/plugin-approvals-backend/src/services/ApproverRefresher';
import { ApproverResolver } from '@self-service/plugin-approvals-backend/src/services/ApproverResolver';
import { AuditTrail } from '@self-service/plugin-approvals-backend/src/services/AuditTrail';
import {
  DatabaseClock,
  SteadyClock,
} from '@self-service/plugin-approvals-backend/src/services/Clock';
import { createMessages } from '@self-service/plugin-approvals-backend/src/services/messages/createMessages';
import { OutboxDispatcher } from '@self-service/plugin-approvals-backend/src/services/OutboxDispatcher';
import { SlackMessagingProvider } from '@self-service/plugin-providers-module-slack/src/SlackMessagingProvider';
import createKnex, { type Knex } from 'knex';
import { PostgresServer } from 'sandbox/src/postgres/PostgresServer';
import type { Bench, BenchContext } from './lib/bench';
import { startSlackWorkspace } from './lib/slackWorkspace';
import { median, percentile } from './lib/statistics';

/** How many requests a lead has to decide, and a developer asks for. */
const perLead = 10;
const perDeveloper = 4;
/** How many requests are created at a time. */
const atOnce = 8;
const patienceMs = 10 * 60_000;
/** As the scheduler's sweep does. */
const sweepMs = 5_000;

async function openDatabase({
  directory,
  cleanUp,
}: BenchContext): Promise<Knex> {
  const server = await PostgresServer.start({
    directory: `${directory}/postgres`,
    port: 0,
    host: 'localhost',
  });
  cleanUp(() => server.stop());
  const client = await server.connect(); // knows the password
  const { host, port, user, password, database } = client;
  await client.end();
  const knex = createKnex({
    client: 'pg',
    connection: { host, port, user, password, database },
    pool: { min: 0, max: 10 },
  });
  cleanUp(() => knex.destroy());
  return knex;
}

/** Of one length, so that no name begins another one. */
function nameOf(role: string, index: number): string {
  return `${role}-${String(index).padStart(4, '0')}`;
}

/** A catalog in memory: leads with a team each, and developers. */
function createCatalog() {
  const entity = (ref: string) => {
    const [kind, name] = ref.split(/:default\//);
    return kind === 'group'
      ? {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Group',
          metadata: {
            name,
            annotations: {
              'self-service/lead': `user:default/${name.replace(
                'team',
                'lead',
              )}`,
            },
          },
        }
      : {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'User',
          metadata: { name },
          spec: { profile: { email: `${name}@example.com` } },
        };
  };
  return { getEntityByRef: async (ref: string) => entity(ref) };
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const logger = { ...silent, child: () => logger };

/** The part of the approvals backend that tells people. */
async function startMessages(knex: Knex, slackApiUrl: string) {
  const store = await DatabaseApprovalsStore.create({
    getClient: async () => knex,
  });
  const clock = new SteadyClock(new DatabaseClock(knex));
  const catalog = createCatalog() as never;
  const auth = { getOwnServiceCredentials: async () => ({}) } as never;
  const newResolver = () => new ApproverResolver({ catalog, auth });
  const refresher = new ApproverRefresher({
    store,
    newResolver,
    clock,
    logger,
  });
  const config = new ConfigReader({
    app: { baseUrl: 'https://portal.example.com' },
    providers: {
      slack: [{ botToken: 'sandbox-slack-bot-token', apiUrl: slackApiUrl }],
    },
  });
  const messages = createMessages({
    knex,
    config,
    providers: SlackMessagingProvider.fromConfig(config),
    catalog,
    auth,
    notifications: { send: async () => {} } as never,
    store,
    refresher,
    newResolver,
    isPlatformTeam: async () => false,
    audit: new AuditTrail({
      createEvent: async () => ({
        success: async () => {},
        fail: async () => {},
      }),
    }),
    clock,
    logger,
    platformTeam: 'group:default/platform-team',
    currency: () => 'USD',
    chatVotes: true,
  });
  const dispatcher = new OutboxDispatcher({
    outbox: new DatabaseOutbox(knex),
    runs: { signal: async () => {} },
    messages: messages.fanOut,
    clock,
    sleep: milliseconds => delay(milliseconds),
    logger,
  });
  return { store, dispatcher, worker: messages.worker };
}

/** A request of one developer that waits for one lead. */
function createRequest(
  index: number,
  people: { leads: number; developers: number },
): { decision: DecisionRecord; request: NewRequest } {
  const createdAt = new Date().toISOString();
  const team = `group:default/${nameOf('team', index % people.leads)}`;
  const requester = `user:default/${nameOf('dev', index % people.developers)}`;
  const stage = {
    id: `team-lead:${team}`,
    kind: 'team-lead',
    approvers: [{ leadOf: team }],
    quorum: 1,
    due: 'PT4H',
    escalateAfter: 'PT2H',
    escalateTo: [],
    reasons: ['environment.production'],
  };
  const decision: DecisionRecord = {
    id: randomUUID(),
    taskId: randomUUID(),
    stepId: 'self-service-gate',
    inputDigest: 'bench',
    input: {
      now: createdAt.replace(/\.\d+/, ''),
      request: {
        template: 'template:default/bench',
        operation: 'database:create',
        environment: 'production',
        monthlyCost: 150,
        team,
        affectedTeams: [],
        requester: { ref: requester, teams: [team] },
        parameters: { name: `orders-${index}` },
      },
    },
    result: {
      outcome: 'require-approval',
      type: 'single',
      risk: 'elevated',
      stages: [stage],
      reasons: [
        {
          code: 'environment.production',
          dimension: 'environment',
          params: { environment: 'production' },
        },
      ],
      warnings: [],
    },
    bundleDigest: 'bench',
    dataDigest: 'bench',
    createdAt,
  };
  const request: NewRequest = {
    id: randomUUID(),
    decisionId: decision.id,
    taskId: decision.taskId,
    title: `Database: orders-${index} (production)`,
    requester,
    links: [],
    createdAt,
    facets: { team, teams: [team] },
    stages: [
      {
        ...stage,
        status: 'open',
        eligible: {
          users: [`user:default/${nameOf('lead', index % people.leads)}`],
        },
      },
    ],
  };
  return { decision, request };
}

/** Waits until nothing is left to send. */
async function untilSent(knex: Knex, nudge: () => void): Promise<void> {
  const deadline = performance.now() + patienceMs;
  let swept = performance.now();
  for (;;) {
    await delay(250);
    const [{ announced }] = await knex('outbox')
      .whereNull('delivered_at')
      .count({ announced: '*' });
    const [{ left }] = await knex('deliveries')
      .whereIn('status', ['waiting', 'failed'])
      .count({ left: '*' });
    if (Number(announced) + Number(left) === 0) {
      return;
    }
    if (performance.now() > deadline) {
      throw new Error(`${left} messages were not sent in time`);
    }
    if (performance.now() - swept > sweepMs) {
      swept = performance.now();
      nudge();
    }
  }
}

/** From many requests at once to the messages in chat that tell of them. */
export const bench: Bench = {
  unit: 's',
  aims: [
    { figure: 'delivered.p95', below: 30 },
    { figure: 'lost', below: 1 },
    { figure: 'twice', below: 1 },
    { figure: 'beyondLimits', below: 1 },
  ],
  async run(context) {
    const { quick, log, directory, cleanUp } = context;
    const count = quick ? 100 : 1_000;
    const people = {
      leads: count / perLead,
      developers: count / perDeveloper,
    };
    const names = (name: string, many: number) =>
      Array.from({ length: many }, (_, index) => nameOf(name, index));
    const leads = names('lead', people.leads);
    const developers = names('dev', people.developers);
    const knex = await openDatabase(context);
    const slack = await startSlackWorkspace({
      directory,
      people: [...leads, ...developers],
    });
    cleanUp(slack.stop);
    const { store, dispatcher, worker } = await startMessages(
      knex,
      slack.apiUrl,
    );
    cleanUp(() => worker.stop());

    log(`${count} requests at once, for ${people.leads} approvers`);
    const started = performance.now();
    const indices = Array.from({ length: count }, (_, index) => index).values();
    const create = async () => {
      for (const index of indices) {
        const { decision, request } = createRequest(index, people);
        await store.saveDecision(decision, request);
        dispatcher.deliverSoon();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, create));
    const created = (performance.now() - started) / 1_000;
    log(`They are there after ${created.toFixed(1)} s`);
    await untilSent(knex, () => {
      dispatcher.deliverSoon();
      worker.wake();
    });

    const requests = await knex('requests').select('id', 'created_at');
    const deliveries = await knex('deliveries')
      .where({ lane: 'chat', status: 'sent' })
      .select('id', 'request_id', 'event');
    const messages = [...leads, ...developers].flatMap(slack.messagesTo);
    const sentAt = new Map(messages.map(({ key, ts }) => [key, Number(ts)]));
    const secondsOf = (event: string) =>
      requests.flatMap(({ id, created_at: at }) => {
        const delivery = deliveries.find(
          one => one.request_id === id && one.event === event,
        );
        const sent = delivery && sentAt.get(delivery.id);
        return sent ? [sent - Date.parse(at) / 1_000] : [];
      });
    const delivered = secondsOf('stage-opened');
    const told = secondsOf('request-created');
    const { requests: calls, throttled } = slack.requests();
    return {
      samples: delivered.length,
      figures: {
        'delivered.p50': median(delivered),
        'delivered.p95': percentile(delivered, 95),
        'delivered.max': Math.max(...delivered),
        'requester.p95': percentile(told, 95),
        // One message a second: the last of so many can't come sooner.
        'delivered.least': perLead - 1,
        created,
        lost: count * 2 - delivered.length - told.length,
        twice: messages.length - sentAt.size,
        beyondLimits: throttled,
        callsPerMessage: calls / messages.length,
      },
    };
  },
};
