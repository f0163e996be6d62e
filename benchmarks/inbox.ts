import { join } from 'node:path';
import { DatabaseApprovalsStore } from '@self-service/plugin-approvals-backend/src/database';
import createKnex, { type Knex } from 'knex';
import { PostgresServer } from 'sandbox/src/postgres/PostgresServer';
import type { Bench, BenchContext } from './lib/bench';
import { sample } from './lib/sampling';
import { busiest, person, seedRequests } from './lib/seedRequests';
import { median, percentile } from './lib/statistics';

const stores = ['sqlite', 'postgres'] as const;
const page = 20;

/** Each view of the approvals page in turn, each of ten times as the busiest. */
function listOnce(store: DatabaseApprovalsStore, turn: number, size: number) {
  const who = turn % 10 === 9 ? busiest : person(turn * 17, size);
  switch (turn % 4) {
    case 0:
    case 1:
      return store.listRequests({ waitingFor: who, limit: page });
    case 2:
      return store.listRequests({ requester: who, limit: page });
    default:
      return store.listRequests({ limit: page });
  }
}

/** The number in the navigation. */
function countOnce(store: DatabaseApprovalsStore, turn: number, size: number) {
  const who = turn % 10 === 9 ? busiest : person(turn * 17, size);
  return store.countRequests({ waitingFor: who });
}

async function openSqlite({ directory, cleanUp }: BenchContext): Promise<Knex> {
  const knex = createKnex({
    client: 'better-sqlite3',
    connection: { filename: join(directory, 'approvals.sqlite') },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  cleanUp(() => knex.destroy());
  return knex;
}

async function openPostgres({
  directory,
  cleanUp,
}: BenchContext): Promise<Knex> {
  const server = await PostgresServer.start({
    directory: join(directory, 'postgres'),
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
  });
  cleanUp(() => knex.destroy());
  return knex;
}

/** Lists and counts of approval requests, as their number grows. */
export const bench: Bench = {
  unit: 'ms',
  aims: stores.flatMap(store =>
    ['list', 'count'].flatMap(what => [
      { figure: `${store}.${what}.p95@100000`, below: 50 },
      { figure: `${store}.${what}.growth`, below: 3 },
    ]),
  ),
  async run(context) {
    const { quick, log } = context;
    const sizes = quick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
    const samples = quick ? 100 : 400;
    const figures: Record<string, number> = {};
    for (const name of stores) {
      const knex = await (name === 'sqlite' ? openSqlite : openPostgres)(
        context,
      );
      const store = await DatabaseApprovalsStore.create({
        getClient: async () => knex,
      });
      const medians: Record<string, number[]> = { list: [], count: [] };
      let seeded = 0;
      for (const size of sizes) {
        await seedRequests(knex, { from: seeded, to: size });
        seeded = size;
        if (name === 'postgres') {
          // What autovacuum would do within a minute.
          await knex.raw('analyze');
        }
        const waiting = await store.countRequests({ waitingFor: busiest });
        log(`${name}: ${size} requests, ${waiting} wait for the busiest`);
        for (const [what, once] of [
          ['list', listOnce],
          ['count', countOnce],
        ] as const) {
          const times = await sample({
            warmUp: 20,
            samples,
            once: turn => once(store, turn, size),
          });
          figures[`${name}.${what}.p50@${size}`] = median(times);
          figures[`${name}.${what}.p95@${size}`] = percentile(times, 95);
          medians[what].push(median(times));
        }
      }
      if (!quick) {
        for (const [what, [first, ...rest]] of Object.entries(medians)) {
          figures[`${name}.${what}.growth`] = rest[rest.length - 1] / first;
        }
      }
    }
    return { samples: samples * 2 * sizes.length * stores.length, figures };
  },
};
