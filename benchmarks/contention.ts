import { join } from 'node:path';
import {
  addFaults,
  Contention,
  noFaults,
} from '@self-service/plugin-approvals-backend/src/__testUtils__/contention';
import createKnex from 'knex';
import { PostgresServer } from 'sandbox/src/postgres/PostgresServer';
import type { Bench, BenchContext } from './lib/bench';
import {
  FullContention,
  type FullFaults,
  noFullFaults,
} from './lib/fullContention';

/** Small processes that hold the approvals service alone. */
async function playSmall(
  server: PostgresServer,
  rounds: number,
  { log, cleanUp }: BenchContext,
) {
  const client = await server.connect(); // knows the password
  const { host, port, user, password, database } = client;
  await client.end();
  const knex = createKnex({
    client: 'pg',
    connection: { host, port, user, password, database },
  });
  cleanUp(() => knex.destroy());
  const contention = await Contention.start(knex);
  cleanUp(() => contention.stop());
  let faults = noFaults;
  for (let round = 1; round <= rounds; round++) {
    faults = addFaults(faults, await contention.playRound());
    if (round % 20 === 0) {
      const count = Object.values(faults).reduce((left, right) => left + right);
      log(`small: ${round} of ${rounds} rounds, ${count} faults`);
    }
  }
  const end = await contention.finish();
  return { ...addFaults(faults, end.faults), redelivered: end.redelivered };
}

async function playFull(
  server: PostgresServer,
  rounds: number,
  { directory, log, cleanUp }: BenchContext,
): Promise<FullFaults> {
  const contention = await FullContention.start({ directory, server });
  cleanUp(() => contention.stop());
  const sum = { ...noFullFaults };
  for (let round = 1; round <= rounds; round++) {
    const faults = await contention.playRound();
    for (const name of Object.keys(sum) as (keyof FullFaults)[]) {
      sum[name] += faults[name];
    }
    const count = Object.values(sum).reduce((left, right) => left + right);
    log(`full: ${round} of ${rounds} rounds, ${count} faults`);
  }
  return sum;
}

function named(side: string, counts: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [`${side}.${name}`, count]),
  );
}

/** Whether anything happens twice or gets lost where all happens at once. */
export const bench: Bench = {
  unit: 's',
  aims: [
    ...Object.keys(named('small', noFaults)),
    ...Object.keys(named('full', noFullFaults)),
  ].map(figure => ({ figure, below: 1 })),
  async run(context) {
    const rounds = context.quick
      ? { small: 20, full: 1 }
      : { small: 200, full: 5 };
    const server = await PostgresServer.start({
      directory: join(context.directory, 'postgres'),
      port: 0,
      host: 'localhost',
    });
    context.cleanUp(() => server.stop());
    const small = await playSmall(server, rounds.small, context);
    const full = await playFull(server, rounds.full, context);
    return {
      samples: rounds.small + rounds.full,
      figures: {
        'small.rounds': rounds.small,
        ...named('small', small),
        'full.rounds': rounds.full,
        ...named('full', full),
      },
    };
  },
};
