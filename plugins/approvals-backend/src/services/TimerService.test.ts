import { TestDatabases } from '@backstage/backend-test-utils';
import { group } from '../__testUtils__/organisation';
import { person } from '../__testUtils__/person';
import { createWorld, World } from '../__testUtils__/world';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('TimerService', () => {
  let world: World;
  let id: string;

  /** Opens a production database for Dana, which Leo decides in 4 hours. */
  beforeEach(async () => {
    world = await createWorld(await databases.init('SQLITE_3'));
    world.scaffolder.addTask('t1');
    const { request } = await world.gates.openGate(
      { taskId: 't1', stepId: 'self-service-gate', inputDigest: 'digest' },
      'plugin:scaffolder',
    );
    id = request!.id;
  });

  const after = async (milliseconds: number) => {
    world.clock.advance(milliseconds);
    await world.timers.tick();
  };
  const detail = async (name: string) =>
    world.requests.getDetail(person(name), id);
  const approve = async (name: string) =>
    world.votes.castVote(person(name), id, { verdict: 'approve' });

  it('adds the backups when nobody has decided for half the time', async () => {
    await after(119 * MINUTE);
    expect((await detail('paula')).viewer.votableStages).toEqual([]);
    await after(MINUTE);

    const { request, viewer } = await detail('paula');

    expect(request.stages[0]).toMatchObject({
      escalatedAt: '2026-11-22T12:00:00.000Z',
      escalatedTo: [{ group: 'group:default/platform-team' }],
      // Added, not replaced; and never the requester, who is in that team.
      eligible: ['user:default/leo', 'user:default/paula'],
    });
    expect(viewer.votableStages).toEqual([request.stages[0].id]);
    expect(await world.requests.countInbox(person('paula'))).toBe(1);
    await expect(approve('dana')).rejects.toThrow('asked for this yourself');
    await approve('paula');
    expect((await detail('dana')).request.status).toBe('approved');
  });

  it('looks the backups up when they vote', async () => {
    await after(2 * HOUR);
    world.catalog.replace(group('platform-team', { members: ['carl'] }));

    await expect(approve('paula')).rejects.toThrow('not one of the approvers');
    await approve('carl');
    expect((await detail('dana')).request.status).toBe('approved');
  });

  it('finds the backups later when the catalog is down', async () => {
    world.catalog.failure = new Error('catalog is down');
    await after(2 * HOUR);
    world.catalog.failure = undefined;

    expect(await world.requests.countInbox(person('paula'))).toBe(0);
    await world.refresher.refreshAll();
    expect(await world.requests.countInbox(person('paula'))).toBe(1);
  });

  it('ends a request that nobody decides, and says so to run and pages', async () => {
    world.signals.length = 0;
    await after(4 * HOUR);
    await world.deliverAll();

    const { request } = await detail('dana');
    expect(request).toMatchObject({
      status: 'expired',
      stages: [{ status: 'expired' }],
      outcomeComment: expect.stringContaining('was due at 2026-11-22T14:00:00'),
    });
    expect(request.outcomeBy).toBeUndefined();
    expect(world.signals).toHaveLength(1);
    expect(world.signalled).toEqual([{ kind: 'approval', ref: id }]);
    await expect(approve('leo')).rejects.toThrow(
      'The request has been expired already',
    );
    expect(world.auditor.events).toContain('stage-timer succeeded');
  });

  it('does nothing between the times, and nothing twice', async () => {
    await after(HOUR);
    expect(world.signals).toHaveLength(1);
    for (let tick = 0; tick < 10; tick++) {
      await after(HOUR);
    }

    const { history } = await detail('dana');
    expect(
      history.map(({ at, event }) => `${at.slice(11, 16)} ${event}`),
    ).toEqual([
      '10:00 created',
      '10:00 stage opened',
      '12:00 stage escalated',
      '14:00 stage expired',
      '14:00 expired',
    ]);
  });

  it('catches up in many requests at once', async () => {
    const ids = [id];
    for (let run = 2; run <= 120; run++) {
      world.scaffolder.addTask(`t${run}`);
      const { request } = await world.gates.openGate(
        {
          taskId: `t${run}`,
          stepId: 'self-service-gate',
          inputDigest: 'digest',
        },
        'plugin:scaffolder',
      );
      ids.push(request!.id);
    }

    await after(24 * HOUR);

    expect(await world.store.pendingAmong(ids)).toEqual([]);
  });
});
