import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { ServiceUnavailableError } from '@backstage/errors';
import { createProblemError } from '@self-service/plugin-providers-node';
import { decisionRecord, newRequest } from '../../__testUtils__/records';
import { TestClock } from '../../__testUtils__/world';
import {
  DatabaseApprovalsStore,
  DatabaseDeliveries,
  DeliveryRecord,
  NewDelivery,
} from '../../database';
import { Channels } from './Channels';
import { Sent } from './DeliverySender';
import { DeliveryWorker } from './DeliveryWorker';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const HOUR = 3_600_000;
const SENT: Sent = { outcome: 'sent' };

type Send = (delivery: DeliveryRecord) => Promise<Sent>;

describe('DeliveryWorker', () => {
  async function setUp(send: Send) {
    const knex = await databases.init('SQLITE_3');
    const store = await DatabaseApprovalsStore.create(
      mockServices.database({ knex }),
    );
    const decision = decisionRecord();
    const request = newRequest(decision);
    await store.saveDecision(decision, request);
    const deliveries = new DatabaseDeliveries(knex);
    const clock = new TestClock();
    const logger = mockServices.logger.mock();
    const createWorker = (how = send) =>
      new DeliveryWorker({
        deliveries,
        sender: { send: how } as never,
        channels: Channels.create({
          config: mockServices.rootConfig(),
          providers: [],
          logger,
        }),
        clock,
        logger,
      });
    const add = (
      id: string,
      recipient: string,
      channel: NewDelivery['channel'] = 'chat',
    ) =>
      deliveries.add([
        {
          id,
          announcementId: `announcement of ${id}`,
          requestId: request.id,
          event: 'stage-opened',
          kind: 'approval-needed',
          recipient: `user:default/${recipient}`,
          channel,
          createdAt: clock.time.toISOString(),
        },
      ]);
    const statusOf = async (id: string) =>
      (await deliveries.find(id))?.status ?? 'gone';
    return { deliveries, clock, createWorker, add, statusOf, request };
  }

  const untilSo = async (isSo: () => Promise<boolean>) => {
    while (!(await isSo())) {
      await new Promise(done => setImmediate(done));
    }
  };

  it('lets nobody wait for somebody who can’t be reached, nor for another channel', async () => {
    const { createWorker, add, statusOf, deliveries } = await setUp(
      async ({ recipient, channel }) =>
        recipient.endsWith('leo') && channel === 'chat'
          ? new Promise<Sent>(() => {})
          : SENT,
    );
    await add('stuck', 'leo');
    await add('behind', 'leo');
    await add('erin', 'erin');
    await add('bell', 'leo', 'notification');
    await add('mail', 'leo', 'mail');
    const worker = createWorker();

    worker.wake();
    for (const id of ['erin', 'bell', 'mail']) {
      await untilSo(async () => (await statusOf(id)) === 'sent');
    }
    expect(await statusOf('behind')).toBe('waiting');
    await add('later', 'dana');
    worker.wake(['chat']);
    await untilSo(async () => (await statusOf('later')) === 'sent');

    await worker.stop();

    // Free for the next process, which looks for it first.
    expect(await deliveries.find('stuck')).toMatchObject({
      status: 'waiting',
      isClaimed: false,
      perhapsSent: true,
      attempts: 0,
    });
  });

  it('writes to a person one message after the other, in their order', async () => {
    let underWay = 0;
    const sent: string[] = [];
    const { createWorker, add } = await setUp(async ({ id }) => {
      underWay += 1;
      await new Promise(done => setImmediate(done));
      sent.push(`${id} of ${underWay}`);
      underWay -= 1;
      return SENT;
    });
    const ids = Array.from({ length: 12 }, (_, index) => `m${index}`);
    for (const id of ids) {
      await add(id, 'leo');
    }

    await createWorker().drain();

    expect(sent).toEqual(ids.map(id => `${id} of 1`));
  });

  it('sends each once, though several replicas work', async () => {
    const sent: string[] = [];
    const { createWorker, add } = await setUp(async ({ id }) => {
      sent.push(id);
      return SENT;
    });
    for (let index = 0; index < 60; index += 1) {
      await add(`m${index}`, `p${index % 20}`);
    }

    await Promise.all([
      createWorker().drain(),
      createWorker().drain(),
      createWorker().drain(),
    ]);

    expect(sent).toHaveLength(60);
    expect(new Set(sent).size).toBe(60);
  });

  it('waits as long as the vendor asks without counting it, but not for ever', async () => {
    const { createWorker, add, clock, deliveries } = await setUp(async () => {
      throw createProblemError(ServiceUnavailableError, {
        what: 'Too many.',
        remedy: 'Wait.',
        canPass: true,
        retryAt: new Date(clock.time.getTime() + 20_000).toISOString(),
      });
    });
    await add('m', 'leo');
    const worker = createWorker();
    for (let round = 0; round < 30; round += 1) {
      await worker.drain();
      clock.advance(20_000);
    }
    expect(await deliveries.find('m')).toMatchObject({
      status: 'waiting',
      attempts: 0,
      perhapsSent: false,
    });

    clock.advance(6 * HOUR);
    await worker.drain();

    expect(await deliveries.find('m')).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: expect.stringContaining('Too many.'),
    });
  });

  it('shows a message anew where an update came after its time', async () => {
    const { createWorker, add, clock, deliveries, request, statusOf } =
      await setUp(async () => SENT);
    await add('m', 'leo');
    await createWorker(async () => ({
      outcome: 'sent',
      message: { provider: 'slack', conversation: 'D1', message: '1.1' },
    })).drain();
    const at = () => clock.time.toISOString();
    await deliveries.updateMessages(request.id, at());
    const [update] = await deliveries.listDue('update', at(), 1);
    let letGo = () => {};
    const held = new Promise<void>(resolve => {
      letGo = resolve;
    });
    const slow = createWorker(async () => {
      await held;
      return SENT;
    });
    slow.wake(['update']);
    await untilSo(async () => (await deliveries.find(update.id))!.isClaimed);

    clock.advance(61_000);
    await createWorker().drain();
    expect(await statusOf(update.id)).toBe('sent');
    letGo();
    await slow.drain();

    // The slow one has noticed, and had it sent once more.
    expect(await deliveries.find(update.id)).toMatchObject({
      status: 'sent',
      claims: 3,
    });
  });
});
