import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { Contest } from './__testUtils__/contender';
import { decisionRecord, newRequest } from './__testUtils__/records';
import { DatabaseApprovalsStore, DatabaseOutbox } from './database';

jest.setTimeout(300_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const ROUNDS = Number(process.env.CONTENTION_ROUNDS ?? 10);
/** When the stage is due: time contends as well. */
const DUE = '2026-11-22T14:00:00.000Z';
const LONGEST_LIFE_MILLISECONDS = 60;

const children = new Set<ChildProcess>();

/** What a contender says next; the loader of its sources sends objects. */
async function nextWord(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const listen = (message: unknown) => {
      if (typeof message === 'string') {
        child.off('message', listen);
        resolve(message);
      }
    };
    child.on('message', listen);
    child.once('exit', () => reject(new Error('The contender has died')));
  });
}

/** A process of its own with the services of approvals. */
async function startContender(connection: object): Promise<ChildProcess> {
  const child = fork(require.resolve('./__testUtils__/contender'), {
    execArgv: [
      '--require',
      require.resolve('@backstage/cli/config/nodeTransform.cjs'),
    ],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      CONTENTION_CONNECTION: JSON.stringify(connection),
    },
  });
  children.add(child);
  expect(await nextWord(child)).toBe('ready');
  return child;
}

describe('two processes on one PostgreSQL', () => {
  afterEach(() => {
    children.forEach(child => child.kill('SIGKILL'));
  });

  it(`end each of ${ROUNDS} requests once, though one is killed each time`, async () => {
    const knex = await databases.init('POSTGRES_18');
    const store = await DatabaseApprovalsStore.create(
      mockServices.database({ knex }),
    );
    await knex.schema.createTable('signals', table => {
      table.string('request_id');
    });
    // Knex hides the password from whoever copies the whole.
    const { host, port, user, password, database } =
      knex.client.config.connection;
    const connection = { host, port, user, password, database };
    let contenders = await Promise.all([
      startContender(connection),
      startContender(connection),
    ]);
    for (let round = 0; round < ROUNDS; round++) {
      const decision = decisionRecord({ taskId: `t${round}` });
      const request = newRequest(decision);
      await store.saveDecision(decision, request);
      const [{ id: stageId }] = (await store.findRequest(request.id))!.stages;
      const contest = (name: string): Contest => ({
        requestId: request.id,
        stageId,
        voters: Array.from({ length: 4 }, (_, i) => `user:default/${name}${i}`),
        at: DUE,
      });
      const [victim, survivor] = contenders;
      const died = once(victim, 'exit');
      const done = nextWord(survivor);
      victim.send(contest('a'));
      survivor.send(contest('b'));
      setTimeout(
        () => victim.kill('SIGKILL'),
        Math.random() * LONGEST_LIFE_MILLISECONDS,
      );
      const replacement = startContender(connection);

      expect(await done).toBe('done');
      await died;

      const ended = (await store.findRequest(request.id))!;
      const history = await store.listHistory(request.id);
      const outcomes = history.filter(({ event }) =>
        ['approved', 'rejected', 'expired', 'cancelled'].includes(event),
      );
      expect(outcomes.map(({ event }) => event)).toEqual([ended.status]);
      expect(ended.stages[0].votes.length).toBe(
        history.filter(({ event }) => event === 'voted').length,
      );
      const messages = await knex('outbox')
        .where('payload', 'like', `%${request.id}%`)
        .orderBy('kind')
        .select('kind', 'payload');
      expect(
        messages.map(({ kind, payload }) => JSON.parse(payload).event ?? kind),
      ).toEqual(expect.arrayContaining(['request-decided', 'request-ended']));
      expect(messages).toHaveLength(3);
      expect(
        await knex('timers')
          .where({ request_id: request.id })
          .whereNull('fired_at'),
      ).toEqual([]);
      contenders = [survivor, await replacement];
    }

    // What a killed one had claimed is due again later; nothing is lost.
    const undelivered = (
      await new DatabaseOutbox(knex).listDue('2026-11-22T15:00:00.000Z', 1_000)
    ).filter(({ kind }) => kind === 'request-decided');
    const signals = await knex('signals').pluck('request_id');
    const delivered = await knex('outbox')
      .where({ kind: 'request-decided' })
      .whereNotNull('delivered_at');
    expect(delivered.length + undelivered.length).toBe(ROUNDS);
    expect(new Set(signals).size).toBeGreaterThanOrEqual(delivered.length);
    expect(signals).toHaveLength(new Set(signals).size);
  });
});
