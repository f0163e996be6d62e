import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { AT, decisionRecord, newRequest } from '../__testUtils__/records';
import { DatabaseApprovalsStore } from './DatabaseApprovalsStore';
import { DatabaseDeliveries } from './DatabaseDeliveries';
import { DeliveryRecord, NewDelivery } from './DeliveryStore';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const UNTIL = '2026-11-22T10:01:00.000Z';
const reference = { provider: 'slack', conversation: 'D1', message: '1.1' };

describe.each(databases.eachSupportedId())(
  'DatabaseDeliveries on %s',
  databaseId => {
    async function setUp() {
      const knex = await databases.init(databaseId);
      const store = await DatabaseApprovalsStore.create(
        mockServices.database({ knex }),
      );
      const decision = decisionRecord();
      const request = newRequest(decision);
      await store.saveDecision(decision, request);
      const deliveries = new DatabaseDeliveries(knex);
      const delivery = (
        id: string,
        more: Partial<NewDelivery> = {},
      ): NewDelivery => ({
        id,
        announcementId: `announcement of ${id}`,
        requestId: request.id,
        event: 'stage-opened',
        kind: 'approval-needed',
        recipient: 'user:default/leo',
        channel: 'chat',
        createdAt: AT,
        ...more,
      });
      const claimNext = async (
        lane: DeliveryRecord['lane'] = 'chat',
        now = AT,
      ) => {
        const [due] = await deliveries.listDue(lane, now, 1);
        return (await deliveries.claim(due, UNTIL))!;
      };
      const due = async (lane: DeliveryRecord['lane'], now = AT) =>
        (await deliveries.listDue(lane, now, 10)).map(({ id }) => id);
      return { knex, deliveries, delivery, claimNext, due, request };
    }

    it('adds nothing twice, and takes many at a time', async () => {
      const { deliveries, delivery, request } = await setUp();
      const one = { announcementId: 'a' };

      await deliveries.add([delivery('d1', one), delivery('d2', one)]);
      await deliveries.add([delivery('d3', one)]);
      await deliveries.add([delivery('d4', { ...one, channel: 'mail' })]);
      await deliveries.add(
        Array.from({ length: 300 }, (_, index) =>
          delivery(`many-${index}`, { recipient: `user:default/p${index}` }),
        ),
      );

      const all = await deliveries.listOfRequest(request.id);
      expect(all).toHaveLength(302);
      expect(all.slice(0, 2).map(({ id }) => id)).toEqual(['d1', 'd4']);
    });

    it('gives one message a person at a time, and no lane another’s', async () => {
      const { deliveries, delivery, claimNext, due } = await setUp();
      const erin = { recipient: 'user:default/erin' };
      await deliveries.add([
        delivery('leo-1'),
        delivery('leo-2'),
        delivery('erin-1', erin),
        delivery('mail-1', { channel: 'mail' }),
      ]);

      expect(await due('chat')).toEqual(['leo-1', 'erin-1']);
      expect(await due('mail')).toEqual(['mail-1']);
      const toErin = await deliveries.listDue('chat', AT, 5, erin.recipient);
      expect(toErin.map(({ id }) => id)).toEqual(['erin-1']);
      const claimed = await claimNext();
      expect(claimed.id).toBe('leo-1');
      expect(await due('chat')).toEqual(['erin-1']);

      await deliveries.markFailed(claimed, {
        error: 'down',
        nextAttemptAt: UNTIL,
        at: AT,
      });
      // It waits, and nobody waits for it.
      expect(await due('chat')).toEqual(['leo-2', 'erin-1']);
      expect(await due('chat', '2026-11-22T09:59:59.999Z')).toEqual([]);
    });

    it('lets one of many claim, and another when the first was killed', async () => {
      const { deliveries, delivery, due } = await setUp();
      await deliveries.add([delivery('d1')]);
      const [first] = await deliveries.listDue('chat', AT, 1);

      const claims = await Promise.all(
        Array.from({ length: 8 }, () => deliveries.claim(first, UNTIL)),
      );

      const won = claims.filter(claim => claim !== undefined);
      expect(won).toHaveLength(1);
      expect(won[0].perhapsSent).toBe(false);
      expect(await due('chat')).toEqual([]);
      const [again] = await deliveries.listDue('chat', UNTIL, 1);
      expect(again).toMatchObject({ id: 'd1', perhapsSent: true });
      const second = await deliveries.claim(again, '2026-11-22T10:02:00.000Z');
      // The first one is back, and too late.
      const late = await deliveries.markSent(won[0], { at: UNTIL });
      expect(late).toBe(false);
      const message = { ...reference, message: '2.2' };
      expect(await deliveries.markSent(second!, { message, at: UNTIL })).toBe(
        true,
      );
      expect(await deliveries.find('d1')).toMatchObject({
        status: 'sent',
        provider: 'slack',
        reference: message,
      });
    });

    it('updates what was sent or is being sent, and not what waits or went elsewhere', async () => {
      const { deliveries, delivery, claimNext, request } = await setUp();
      const to = (name: string) => ({ recipient: `user:default/${name}` });
      await deliveries.add([
        delivery('sent', to('a')),
        delivery('reply', to('b')),
        delivery('under-way', to('c')),
        delivery('waiting', to('d')),
        delivery('mail', { ...to('a'), channel: 'mail' }),
      ]);
      await deliveries.markSent(await claimNext(), {
        message: reference,
        at: AT,
      });
      await deliveries.markSent(await claimNext(), {
        message: { ...reference, thread: '1.0' },
        at: AT,
      });
      await claimNext();
      await deliveries.markSent(await claimNext('mail'), {
        message: { provider: 'mail' },
        at: AT,
      });

      await deliveries.updateMessages(request.id, AT);

      const updates = await deliveries.listDue('update', AT, 10);
      expect(updates.map(update => update.updates).sort()).toEqual([
        'sent',
        'under-way',
      ]);
    });

    it('keeps an update due that has to be sent anew while it is being sent', async () => {
      const { deliveries, delivery, claimNext, due, request } = await setUp();
      await deliveries.add([delivery('d1')]);
      await deliveries.markSent(await claimNext(), {
        message: reference,
        at: AT,
      });
      await deliveries.updateMessages(request.id, AT);
      const update = await claimNext('update');
      expect(await due('update')).toEqual([]);

      await deliveries.updateMessages(request.id, AT);
      expect(await deliveries.markSent(update, { at: AT })).toBe(true);

      expect(await due('update')).toEqual([update.id]);
      expect(
        await deliveries.markSent(await claimNext('update'), { at: AT }),
      ).toBe(true);
      expect(await due('update')).toEqual([]);
      await deliveries.updateMessages(request.id, AT);
      expect(await due('update')).toEqual([update.id]);
    });

    it('gives up for another channel, once, and tries again when asked', async () => {
      const { deliveries, delivery, claimNext, due } = await setUp();
      await deliveries.add([delivery('d1')]);
      const instead = delivery('d2', {
        announcementId: 'announcement of d1',
        channel: 'mail',
      });

      await deliveries.giveUp(await claimNext(), {
        error: 'no such person',
        at: AT,
        instead,
      });

      expect(await deliveries.find('d1')).toMatchObject({
        status: 'given-up',
        attempts: 1,
        error: 'no such person',
      });
      expect(await due('chat')).toEqual([]);
      expect(await due('mail')).toEqual(['d2']);
      expect(await deliveries.retry('d2', AT)).toBe(false);
      expect(await deliveries.retry('d1', AT)).toBe(true);
      expect(await due('chat')).toEqual(['d1']);
      await deliveries.giveUp(await claimNext(), {
        error: 'again',
        at: AT,
        instead: { ...instead, id: 'd3' },
      });
      expect(await deliveries.find('d3')).toBeUndefined();
    });

    it('puts off what was not sent without counting it, and removes what has no point', async () => {
      const { deliveries, delivery, claimNext, due } = await setUp();
      await deliveries.add([delivery('d1')]);
      await deliveries.postpone(await claimNext(), {
        until: UNTIL,
        perhapsSent: false,
      });

      expect(await due('chat')).toEqual([]);
      expect(await due('chat', UNTIL)).toEqual(['d1']);
      expect(await deliveries.find('d1')).toMatchObject({
        status: 'waiting',
        attempts: 0,
        perhapsSent: false,
      });
      await deliveries.remove(await claimNext('chat', UNTIL));
      expect(await deliveries.find('d1')).toBeUndefined();
    });
  },
);
