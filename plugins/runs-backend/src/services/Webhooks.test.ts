import { AuthenticationError } from '@backstage/errors';
import { WebhookNews } from '@self-service/plugin-runs-node';
import { createReplica, suspendRequest } from '../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../__testUtils__/databases';

const KIND = 'infrastructure';
const delivery = { headers: {}, body: Buffer.from('{}') };

describe.each(databases.eachSupportedId())('Webhooks on %p', id => {
  async function setUp() {
    const over = new Set<string>();
    const asked: string[][] = [];
    let news: WebhookNews | Error = {
      deliveryId: 'd1',
      about: [{ kind: KIND, subject: 'commit-1' }],
    };
    const checker = {
      kind: KIND,
      async findOver(refs: string[]) {
        asked.push(refs);
        return refs.filter(ref => over.has(ref));
      },
    };
    const replica = createReplica({
      database: await openTestDatabase(id),
      waitCheckers: [checker],
      webhookReceivers: [
        {
          id: 'github',
          async receive() {
            if (news instanceof Error) {
              throw news;
            }
            return news;
          },
        },
      ],
    });
    for (const [taskId, ref, subject] of [
      ['task-1', 'plan', 'commit-1'],
      ['task-2', 'apply', 'commit-1'],
      ['task-3', 'other', 'commit-2'],
    ]) {
      replica.scaffolderRuns.start(taskId);
      await replica.suspensions.suspend(
        suspendRequest({ taskId, wait: { kind: KIND, ref, subject } }),
      );
    }
    return {
      ...replica,
      over,
      asked,
      checker,
      tell(next: WebhookNews | Error) {
        news = next;
      },
    };
  }

  it('looks at the waits of the subject, and ends those that are over', async () => {
    const world = await setUp();
    world.over.add('apply');
    expect(await world.webhooks.receive('github', delivery)).toBe(1);
    expect(world.asked.map(refs => refs.sort())).toEqual([['apply', 'plan']]);
    const ended = await world.store.findSignal({ kind: KIND, ref: 'apply' });
    expect(ended).toBeDefined();
    expect(
      await world.store.findSignal({ kind: KIND, ref: 'plan' }),
    ).toBeUndefined();
    await world.resumer.idle();
  });

  it('heeds a delivery once, however often it comes', async () => {
    const world = await setUp();
    await world.webhooks.receive('github', delivery);
    await world.webhooks.receive('github', delivery);
    expect(world.asked).toHaveLength(1);
    world.tell({
      deliveryId: 'd2',
      about: [{ kind: KIND, subject: 'commit-2' }],
    });
    await world.webhooks.receive('github', delivery);
    expect(world.asked[1]).toEqual(['other']);
  });

  it('is forgotten when signals are', async () => {
    const world = await setUp();
    await world.webhooks.receive('github', delivery);
    world.clock.advance(25 * 3_600_000);
    await world.sweep.tick();
    const looks = world.asked.length;
    await world.webhooks.receive('github', delivery);
    expect(world.asked.length).toBe(looks + 1);
  });

  it('heeds it again when the look has failed', async () => {
    const world = await setUp();
    const { findOver } = world.checker;
    world.checker.findOver = async () => {
      throw new Error('The vendor is down');
    };
    await expect(world.webhooks.receive('github', delivery)).rejects.toThrow(
      'down',
    );
    world.checker.findOver = findOver;
    await world.webhooks.receive('github', delivery);
    expect(world.asked).toHaveLength(1);
  });

  it('changes nothing for a delivery that is not the vendor’s', async () => {
    const world = await setUp();
    world.over.add('apply');
    world.tell(new AuthenticationError('The signature does not fit'));
    await expect(world.webhooks.receive('github', delivery)).rejects.toThrow(
      'signature',
    );
    expect(world.asked).toEqual([]);
  });

  it('says which receivers there are', async () => {
    const world = await setUp();
    await expect(world.webhooks.receive('gitlab', delivery)).rejects.toThrow(
      "No webhook receiver 'gitlab' is installed. Installed: github.",
    );
  });
});
