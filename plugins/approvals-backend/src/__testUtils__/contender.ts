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
  voters: string[];
  /** When everything happens: the stage is due then. */
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
 * A process that holds the services of approvals alone. On a contest it
 * votes, cancels, lets time work and delivers, all at once, and says so.
 */
async function contend(knex: Knex, contest: Contest): Promise<void> {
  const { requestId, stageId, voters, at } = contest;
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
    logger,
  });
  const vote = (voter: string, index: number) => {
    const verdict = index % 2 ? ('approve' as const) : ('reject' as const);
    return store.castVote(
      { requestId, stageId, voter, verdict, at },
      (stages, votes) =>
        decideAfterVote({
          stages,
          stageId,
          verdict,
          approvals: votes.filter(one => one.verdict === 'approve').length,
        }),
    );
  };
  await Promise.all([
    ...voters.map(vote),
    timers.fire({ requestId, stageId }, at),
    store.cancelRequest({ requestId, by: 'user:default/dana', at }),
  ]);
  await dispatcher.deliverDue();
}

const knex = createKnex({
  client: 'pg',
  connection: JSON.parse(process.env.CONTENTION_CONNECTION ?? '{}'),
});

process.on('message', (contest: Contest) => {
  contend(knex, contest).then(
    () => process.send?.('done'),
    error => process.send?.(`failed: ${error.stack}`),
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
