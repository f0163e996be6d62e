import { LoggerService } from '@backstage/backend-plugin-api';
import { decideAfterVote } from '@self-service/plugin-approvals-common';
import createKnex, { Knex } from 'knex';
import {
  DatabaseApprovalsStore,
  DatabaseOutbox,
  DatabaseTimers,
} from '../database';
import { OutboxDispatcher } from '../services/OutboxDispatcher';

/** What a contender is told to do, as a message of its parent. */
export interface Contest {
  requestId: string;
  stageId: string;
  /** All at once, each a vote. */
  votes: { voter: string; verdict: 'approve' | 'reject' }[];
  /** Whether it cancels the request at the same time. */
  cancel: boolean;
  /** Whether what is due happens before its votes, else at the same time. */
  timeFirst: boolean;
  /** How often time works, and how often is delivered, at once. */
  times: number;
  /** When everything happens. */
  at: string;
}

const logger: LoggerService = {
  error: console.error,
  warn: console.error,
  info: () => {},
  debug: () => {},
  child: () => logger,
};

/**
 * A process that holds the services of approvals alone. On a contest it lets
 * time work, votes, cancels and resumes the run, and says so.
 */
async function contend(knex: Knex, contest: Contest): Promise<void> {
  const { requestId, stageId, votes, cancel, timeFirst, times, at } = contest;
  const store = await DatabaseApprovalsStore.create({
    getClient: async () => knex,
    migrations: { skip: true },
  });
  const timers = new DatabaseTimers(knex);
  const dispatcher = new OutboxDispatcher({
    outbox: new DatabaseOutbox(knex),
    runs: {
      signal: async ({ ref }) => {
        await knex('signals').insert({ request_id: ref });
      },
    },
    messages: { deliver: async () => {} },
    clock: { now: async () => new Date(at) },
    sleep: async () => {},
    logger,
  });
  const atOnce = (work: () => Promise<unknown>) =>
    Promise.all(Array.from({ length: times }, work));
  const letTimeWork = () =>
    atOnce(() => timers.fire({ requestId, stageId }, at));
  if (timeFirst) {
    await letTimeWork();
  }
  await Promise.all([
    ...votes.map(({ voter, verdict }) =>
      store.castVote(
        { requestId, stageId, voter, verdict, at },
        (stages, counted) =>
          decideAfterVote({
            stages,
            stageId,
            verdict,
            approvals: counted.filter(one => one.verdict === 'approve').length,
          }),
      ),
    ),
    timeFirst || letTimeWork(),
    cancel && store.cancelRequest({ requestId, by: 'user:default/dana', at }),
  ]);
  await atOnce(() => dispatcher.deliverDue());
}

const knex = createKnex({
  client: 'pg',
  connection: JSON.parse(process.env.CONTENTION_CONNECTION ?? '{}'),
  pool: { min: 0, max: 20 },
});

process.on('message', (contest: Contest) => {
  contend(knex, contest).then(
    () => process.send?.('done'),
    error => process.send?.(`failed: ${error.stack}`),
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
