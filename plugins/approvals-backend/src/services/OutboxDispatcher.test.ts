import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { Wait } from '@self-service/plugin-runs-common';
import { DatabaseApprovalsStore, DatabaseOutbox } from '../database';
import { announce, writeToOutbox } from '../database/DatabaseOutbox';
import { TestClock } from '../__testUtils__/world';
import { MessageFanOut } from './messages/MessageFanOut';
import { OutboxDispatcher } from './OutboxDispatcher';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())(
  'OutboxDispatcher on %s',
  databaseId => {
    async function setUp(
      signal: (wait: Wait) => Promise<void>,
      messages: Pick<MessageFanOut, 'deliver'> = { deliver: async () => {} },
      sleep: (milliseconds: number) => Promise<void> = async () => {},
    ) {
      const knex = await databases.init(databaseId);
      await DatabaseApprovalsStore.create(mockServices.database({ knex }));
      const clock = new TestClock();
      const dispatcher = new OutboxDispatcher({
        outbox: new DatabaseOutbox(knex),
        runs: { signal },
        messages,
        clock,
        sleep,
        logger: mockServices.logger.mock(),
      });
      const write = async (requestId: string, kind = 'request-decided') =>
        knex.transaction(async tx =>
          writeToOutbox(tx, {
            kind,
            payload: { requestId },
            at: (await clock.now()).toISOString(),
          }),
        );
      return { knex, clock, dispatcher, write };
    }

    it('tries again with growing pauses until it is delivered, and then no more', async () => {
      let failures = 3;
      const delivered: Wait[] = [];
      const { knex, clock, dispatcher } = await (async () => {
        const world = await setUp(async wait => {
          if (failures-- > 0) {
            throw new Error('runs is down');
          }
          delivered.push(wait);
        });
        await world.knex('outbox').insert({
          id: 'm1',
          kind: 'request-decided',
          payload: JSON.stringify({ requestId: 'r1' }),
          attempts: 0,
          next_attempt_at: '2026-11-22T10:00:00.000Z',
        });
        return world;
      })();
      const pauses: number[] = [];

      for (let second = 0; second < 20; second++) {
        const before = failures;
        await dispatcher.deliverDue();
        if (failures < before) {
          pauses.push(second);
        }
        clock.advance(1_000);
      }

      expect(pauses).toEqual([0, 1, 3, 7]);
      expect(delivered).toEqual([{ kind: 'approval', ref: 'r1' }]);
      const [row] = await knex('outbox').select();
      expect(row).toMatchObject({
        attempts: 4,
        delivered_at: '2026-11-22T10:00:07.000Z',
        last_error: null,
      });
    });

    it('sends a message once, though many replicas deliver at once', async () => {
      const delivered: string[] = [];
      const { dispatcher, write } = await setUp(async ({ ref }) => {
        delivered.push(ref);
      });
      await write('r1');
      await write('r2');

      await Promise.all(
        Array.from({ length: 10 }, () => dispatcher.deliverDue()),
      );

      expect(delivered.sort()).toEqual(['r1', 'r2']);
    });

    it('goes on with runs while people are still being told', async () => {
      const delivered: string[] = [];
      let arrived = () => {};
      const next = () =>
        new Promise<void>(done => {
          arrived = done;
        });
      let letPeopleHear = () => {};
      const hearing = new Promise<void>(done => {
        letPeopleHear = done;
      });
      const pauses: number[] = [];
      const { knex, dispatcher, write } = await setUp(
        async ({ ref }) => {
          delivered.push(ref);
          arrived();
        },
        {
          deliver: async () => {
            delivered.push('people');
            arrived();
            await hearing;
          },
        },
        async milliseconds => {
          pauses.push(milliseconds);
        },
      );
      await knex.transaction(tx =>
        announce(tx, {
          event: 'request-ended',
          requestId: 'r0',
          at: '2026-11-22T10:00:00.000Z',
        }),
      );
      const told = next();
      dispatcher.deliverSoon();
      await told;
      expect(pauses).toEqual([1_000]);

      await write('r1');
      const signalled = next();
      dispatcher.deliverSoon();
      await signalled;
      expect(delivered).toEqual(['people', 'r1']);
      letPeopleHear();
    });

    it('sends again what a killed process had claimed', async () => {
      const delivered: string[] = [];
      const { knex, clock, dispatcher, write } = await setUp(
        async ({ ref }) => {
          delivered.push(ref);
        },
      );
      await write('r1');
      const outbox = new DatabaseOutbox(knex);
      const [message] = await outbox.listDue(
        '2026-11-22T10:00:00.000Z',
        1,
        'plugins',
      );
      await outbox.claim(message, '2026-11-22T10:00:30.000Z');

      await dispatcher.deliverDue();
      expect(delivered).toEqual([]);
      clock.advance(30_000);
      await dispatcher.deliverDue();
      expect(delivered).toEqual(['r1']);
    });

    it('keeps a message of a kind that it does not know', async () => {
      const { knex, dispatcher, write } = await setUp(async () => {});
      await write('r1', 'news');

      await dispatcher.deliverDue();

      const [row] = await knex('outbox').select();
      expect(row.delivered_at).toBeNull();
      expect(row.last_error).toContain("Unknown kind of message 'news'");
    });

    it('lets a message to people go at last, and never one to a run', async () => {
      const failing = async () => {
        throw new Error('is down');
      };
      const { knex, clock, dispatcher, write } = await setUp(failing, {
        deliver: failing,
      });
      await write('r1');
      await knex.transaction(tx =>
        announce(tx, {
          event: 'request-ended',
          requestId: 'r1',
          at: '2026-11-22T10:00:00.000Z',
        }),
      );

      for (let attempt = 0; attempt < 30; attempt++) {
        await dispatcher.deliverDue();
        clock.advance(5 * 60_000);
      }

      const left = await knex('outbox').whereNull('delivered_at');
      expect(left).toMatchObject([{ kind: 'request-decided', attempts: 30 }]);
      const gone = await knex('outbox').whereNotNull('delivered_at');
      expect(gone).toMatchObject([{ kind: 'announcement', attempts: 20 }]);
    });

    it('forgets what was delivered a week ago', async () => {
      const { knex, clock, dispatcher, write } = await setUp(async () => {});
      await write('r1');
      await dispatcher.tick();
      clock.advance(7 * 24 * 3_600_000);
      await dispatcher.tick();
      expect(await knex('outbox').select()).toHaveLength(1);
      clock.advance(1);
      await dispatcher.tick();
      expect(await knex('outbox').select()).toHaveLength(0);
    });
  },
);
