import { createProblemError } from '@self-service/plugin-providers-node';
import { openTestDatabase } from '../../__testUtils__/databases';
import {
  ABOUT,
  createResourceScene,
  DATABASE,
  finishRemoval,
  OPERATOR,
  ResourceScene,
  TEAM,
} from '../../__testUtils__/resourceScene';
import { REQUESTER } from '../../__testUtils__/rollbackScene';

jest.setTimeout(60_000);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The scene begins on 2026-01-05 at noon, UTC. */
async function setup(until: string | undefined, selfService = DATABASE) {
  const database = await openTestDatabase('SQLITE_3');
  const scene = createResourceScene(database);
  await scene.make(until === undefined ? {} : { until }, selfService);
  const replica = scene.start();
  const told: { to: string[]; title: string; text: string }[] = [];
  replica.notifications.send.mockImplementation((async ({
    recipients,
    payload,
  }: {
    recipients: { entityRef: string[] };
    payload: { title: string; description: string };
  }) => {
    told.push({
      to: recipients.entityRef,
      title: payload.title,
      text: payload.description,
    });
  }) as never);
  /** The sweep, until everything is done that is to be done now. */
  const tick = async () => {
    await replica.resourceEnds.tick();
    await replica.resourceRemover.idle();
    await finishRemoval(replica, scene);
    await replica.outbox.deliver();
  };
  const passTo = async (time: string) => {
    const now = await scene.clock.now();
    scene.clock.advance(Date.parse(time) - now.getTime());
    await tick();
  };
  const take = () => told.splice(0).map(({ title }) => title);
  return { database, scene, replica, told, tick, passTo, take };
}

const extend = async (scene: ResourceScene, until: string, by = REQUESTER) => {
  const taskId = await scene.begin(`extension-${until}`, {
    template: 'extension',
    selfService: { ...ABOUT, operation: 'x:extend' },
    requester: by,
  });
  return scene.start().resourceService.extend(scene.id, { taskId, until });
};

describe('the end of a resource', () => {
  it('is warned of a week and a day before, once each, and kept', async () => {
    const { database, scene, passTo, take, told, tick } = await setup(
      '2026-01-31',
    );
    await passTo('2026-01-24T23:59:00Z');
    expect(take()).toEqual([]);

    await passTo('2026-01-25T00:00:00Z');
    expect(told).toEqual([
      {
        to: [REQUESTER, TEAM],
        title: 'Ends soon: PostgreSQL database db-orders',
        text: expect.stringContaining('on 2026-02-01 00:00 UTC'),
      },
    ]);
    take();
    // Looked at once more, for whatever reason.
    await database('resources').update({ next_look_at: new Date(0) });
    await tick();
    await passTo('2026-01-30T12:00:00Z');
    expect(take()).toEqual([]);

    await passTo('2026-01-31T00:00:00Z');
    await tick();
    expect(take()).toEqual(['Ends soon: PostgreSQL database db-orders']);
    await passTo('2026-01-31T23:59:00Z');
    expect(take()).toEqual([]);
    expect((await scene.find()).status).toBe('present');

    await passTo('2026-02-01T00:00:00Z');
    expect((await scene.find()).status).toBe('removed');
    expect(scene.outside.secrets.has('databases/orders')).toBe(false);
    expect(take()).toEqual(['Ended: PostgreSQL database db-orders']);
    await passTo('2026-03-01T00:00:00Z');
    expect(take()).toEqual([]);
  });

  it('passes over warnings that come too late', async () => {
    const { passTo, take } = await setup('2026-01-07');
    await passTo('2026-01-06T12:00:00Z');
    expect(take()).toEqual([]);
    await passTo('2026-01-07T12:00:00Z');
    expect(take()).toEqual(['Ends soon: PostgreSQL database db-orders']);
  });

  it('comes though nobody was awake for the warnings', async () => {
    const { scene, passTo, take } = await setup('2026-01-31');
    await passTo('2026-06-01T00:00:00Z');
    expect((await scene.find()).status).toBe('removed');
    expect(take()).toEqual(['Ended: PostgreSQL database db-orders']);
  });

  it('is tried every hour while a vendor is down, and the platform team knows', async () => {
    const { scene, passTo, take, told, tick } = await setup('2026-01-31');
    let tries = 0;
    scene.outside.fail = call => {
      if (call === 'remove') {
        tries++;
        throw createProblemError(Error, {
          what: 'The vault is down.',
          canPass: true,
          remedy: '',
        });
      }
    };
    await passTo('2026-02-01T00:00:00Z');
    expect((await scene.find()).status).toBe('remove-failed');
    expect(told).toEqual([
      {
        to: ['group:default/platform-team'],
        title: 'Could not be removed: PostgreSQL database db-orders',
        text: expect.stringContaining('Its time is up, and it still stands'),
      },
    ]);
    take();
    const triedBefore = tries;
    scene.clock.advance(HOUR / 2);
    await tick();
    expect(tries).toBe(triedBefore);
    scene.clock.advance(HOUR / 2);
    await tick();
    expect(tries).toBeGreaterThan(triedBefore);

    scene.outside.fail = () => {};
    scene.clock.advance(HOUR);
    await tick();
    expect((await scene.find()).status).toBe('removed');
    expect(take()).toContain('Ended: PostgreSQL database db-orders');
  });

  it('is moved by an extension, and warned of anew', async () => {
    const { scene, passTo, take } = await setup('2026-01-31');
    await passTo('2026-01-25T00:00:00Z');
    take();
    expect(await extend(scene, '2026-02-28')).toEqual({
      expiresAt: '2026-03-01T00:00:00.000Z',
      endedBefore: '2026-02-01T00:00:00.000Z',
    });
    await passTo('2026-02-02T00:00:00Z');
    expect(take()).toEqual([]);
    expect((await scene.find()).status).toBe('present');
    await passTo('2026-02-22T00:00:00Z');
    expect(take()).toEqual(['Ends soon: PostgreSQL database db-orders']);
  });

  it('is not moved to the past, by a stranger, or once it has come', async () => {
    const { scene, passTo } = await setup('2026-01-31');
    await expect(extend(scene, '2026-01-01')).rejects.toThrow(
      'is no time to come',
    );
    await expect(extend(scene, 'soon')).rejects.toThrow('is no time to come');
    await expect(
      extend(scene, '2026-02-28', 'user:default/sam'),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
    await extend(scene, '2026-02-20', OPERATOR);
    await passTo('2026-02-21T00:00:00Z');
    await expect(extend(scene, '2026-03-28')).rejects.toThrow(
      'was removed, as its time is up',
    );
  });

  it.each([
    ['2025-12-31', 'is past when the run completes'],
    ['whenever', 'can not be read'],
  ])('comes at once where it is %s (%s)', async until => {
    const { scene, tick } = await setup(until);
    await tick();
    expect((await scene.find()).status).toBe('removed');
  });

  it('does not come where there is none', async () => {
    const { scene, tick } = await setup(undefined);
    scene.clock.advance(3_650 * DAY);
    await tick();
    expect(await scene.find()).toMatchObject({
      status: 'present',
      expiresAt: undefined,
      nextLookAt: undefined,
    });
  });

  it('goes on with a removal whose process was killed', async () => {
    const { scene, tick } = await setup(undefined);
    const taskId = await scene.begin('removal');
    const dying = scene.start();
    // Killed before it has done anything.
    jest.spyOn(dying.resourceRemover, 'start').mockImplementation(() => {});
    await dying.resourceService.remove(scene.id, { taskId });
    expect((await scene.find()).status).toBe('removing');
    await tick();
    expect((await scene.find()).status).toBe('removed');
  });
});
