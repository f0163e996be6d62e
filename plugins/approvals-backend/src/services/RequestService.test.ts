import { TestDatabases } from '@backstage/backend-test-utils';
import { group } from '../__testUtils__/organisation';
import { person } from '../__testUtils__/person';
import { createWorld, World } from '../__testUtils__/world';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

describe('RequestService', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld(await databases.init('SQLITE_3'));
  });

  async function open(taskId: string, requester?: string) {
    world.scaffolder.addTask(taskId, { user: requester });
    const { request } = await world.gates.openGate(
      { taskId, stepId: 'self-service-gate', inputDigest: 'digest' },
      'plugin:scaffolder',
    );
    world.clock.advance(1_000);
    return request!.id;
  }

  const list = (name: string, query: object) =>
    world.requests.list(person(name), {
      view: 'inbox',
      limit: 25,
      ...query,
    });

  it('pages through a list with cursors, newest first', async () => {
    const ids = [await open('t1'), await open('t2'), await open('t3')];

    const first = await list('dana', { view: 'mine', limit: 2 });
    const second = await list('dana', {
      view: 'mine',
      limit: 2,
      cursor: first.nextCursor,
    });

    expect(first.items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect(first.total).toBe(3);
    expect(second.items.map(({ id }) => id)).toEqual([ids[0]]);
    expect(second.nextCursor).toBeUndefined();
  });

  it.each(['rubbish', 'WzFd', 'e30'])('refuses the cursor %s', async cursor => {
    await expect(list('dana', { cursor })).rejects.toMatchObject({
      name: 'InputError',
    });
  });

  it('shows each person their own inbox', async () => {
    const id = await open('t1');
    await open('t2', 'user:default/leo');

    expect((await list('leo', {})).items.map(one => one.id)).toEqual([id]);
    expect((await list('erin', {})).total).toBe(1);
    expect((await list('dana', {})).total).toBe(0);
    expect(await world.requests.countInbox(person('leo'))).toBe(1);
    expect((await list('carl', { view: 'all' })).total).toBe(2);
    expect((await list('leo', { view: 'mine' })).total).toBe(1);
  });

  it('keeps the inbox as the catalog has it', async () => {
    await open('t1');
    world.catalog.replace(
      group('payments', { lead: 'user:default/lena', parent: 'engineering' }),
    );
    expect((await list('lena', {})).total).toBe(0);

    expect(await world.refresher.refreshAll()).toBe(true);
    expect((await list('lena', {})).total).toBe(1);
    expect((await list('leo', {})).total).toBe(0);
    expect(await world.refresher.refreshAll()).toBe(false);
  });

  it('refreshes the approvers of a request that is looked at', async () => {
    const id = await open('t1');
    world.catalog.replace(group('payments', {}));

    const { request, viewer } = await world.requests.getDetail(
      person('leo'),
      id,
    );

    expect(request.stages[0]).toMatchObject({
      eligible: [],
      problem: expect.stringContaining('Group payments has no lead'),
    });
    expect(viewer.cannotVoteBecause).toContain('not one of the approvers');
    expect((await list('leo', {})).total).toBe(0);
  });

  it('finds requests by what they are about', async () => {
    const production = await open('t1');
    world.scaffolder.addTask('t2', {
      parameters: { size: 'large', name: 'Ledger_1', environment: 'staging' },
      user: 'user:default/sam',
    });
    const { request } = await world.gates.openGate(
      { taskId: 't2', stepId: 'self-service-gate', inputDigest: 'digest' },
      'plugin:scaffolder',
    );
    const staging = request!.id;
    const find = async (query: object) => {
      const { items, total } = await list('carl', { view: 'all', ...query });
      expect(total).toBe(items.length);
      return items.map(({ id }) => id);
    };

    expect(await find({ environment: 'production' })).toEqual([production]);
    expect(await find({ environment: 'dev' })).toEqual([]);
    expect(await find({ requester: 'user:default/sam' })).toEqual([staging]);
    expect(await find({ team: 'group:default/payments' })).toHaveLength(2);
    expect(await find({ team: 'group:default/search' })).toEqual([]);
    expect(await find({ risk: 'elevated', text: 'LEDGER_' })).toEqual([
      staging,
    ]);
    expect(await find({ text: '%' })).toEqual([]);
    expect(await find({ risk: 'high' })).toEqual([]);
    // The view says whose requests they are, whatever else is asked for.
    expect(
      (
        await list('dana', { view: 'mine', requester: 'user:default/sam' })
      ).items.map(({ id }) => id),
    ).toEqual([production]);
  });

  it('lets the platform team cancel for others', async () => {
    const id = await open('t1');
    const canCancel = async (name: string) =>
      (await world.requests.getDetail(person(name), id)).viewer.canCancel;

    expect([await canCancel('paula'), await canCancel('leo')]).toEqual([
      true,
      false,
    ]);
    await expect(
      world.requests.cancel(person('leo'), id, undefined),
    ).rejects.toThrow('Only the requester and the platform team');
    await world.requests.cancel(person('paula'), id, 'stuck');

    expect(await world.store.findRequest(id)).toMatchObject({
      status: 'cancelled',
      outcomeBy: 'user:default/paula',
      outcomeComment: 'stuck',
    });
  });

  it('lets no plugin cancel in the requester’s name', async () => {
    const id = await open('t1');

    await expect(
      world.requests.cancel(person('dana', 'plugin:x'), id, undefined),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
    await world.requests.cancel(person('dana'), id, '');

    expect((await world.store.findRequest(id))?.status).toBe('cancelled');
    expect(world.auditor.events.slice(-2)).toEqual([
      'request-cancel failed',
      'request-cancel succeeded',
    ]);
  });

  it('closes a run that has nothing pending', async () => {
    await world.requests.closeRun('t9', { comment: 'over' }, 'plugin:runs');

    expect(world.auditor.events).toEqual(['run-close succeeded']);
    expect(world.signalled).toEqual([]);
  });
});
