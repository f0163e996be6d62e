import { databases, openTestDatabase } from '../__testUtils__/databases';
import { DatabaseRunStore, markRunCancelled } from './DatabaseRunStore';

const NOW = new Date('2026-01-05T12:00:00Z');
const LATER = new Date('2026-01-05T13:00:00Z');

describe.each(databases.eachSupportedId())('DatabaseRunStore on %p', id => {
  async function setUp() {
    const database = await openTestDatabase(id);
    return { database, store: DatabaseRunStore.create(database) };
  }

  it('keeps the first record, but adds what a later one may add', async () => {
    const { store } = await setUp();
    const first = {
      templateRef: 'template:default/database',
      requester: 'user:default/dev',
      authorised: false,
      secretNames: ['b', 'a'],
    };
    const expected = {
      ...first,
      taskId: 'task-1',
      phase: 'active',
      secretNames: ['a', 'b'],
      onFailure: 'hold',
      holdHours: 24,
      createdAt: NOW,
    };
    expect(await store.register('task-1', first, NOW)).toMatchObject(expected);
    await store.register(
      'task-1',
      {
        templateRef: 'template:default/other',
        requester: 'user:default/other',
        authorised: true,
        secretNames: ['c', 'a'],
        team: 'group:default/team-a',
        onFailure: 'rollback',
        entityRefs: ['component:default/b', 'component:default/a'],
      },
      LATER,
    );
    await store.register(
      'task-1',
      { authorised: false, secretNames: [] },
      LATER,
    );
    expect(await store.find('task-1')).toMatchObject({
      ...expected,
      authorised: true,
      secretNames: ['a', 'b', 'c'],
      team: 'group:default/team-a',
    });
    expect(await store.listEntities('task-1')).toEqual([
      'component:default/a',
      'component:default/b',
    ]);
    expect(await store.find('task-2')).toBeUndefined();
  });

  it('lets the gate say what an import could not', async () => {
    const { store } = await setUp();
    const seen = { requester: 'user:default/x', title: 'Old', createdAt: NOW };
    await store.import('task-1', seen, LATER);
    expect(await store.find('task-1')).toMatchObject({
      ...seen,
      imported: true,
      authorised: false,
    });
    await store.register(
      'task-1',
      {
        requester: 'user:default/dev',
        authorised: true,
        secretNames: ['a'],
        onFailure: 'rollback',
        holdHours: 2,
      },
      LATER,
    );
    await store.import('task-1', { ...seen, title: 'New' }, LATER);
    expect(await store.find('task-1')).toMatchObject({
      title: 'Old',
      requester: 'user:default/dev',
      imported: false,
      authorised: true,
      onFailure: 'rollback',
      holdHours: 2,
      createdAt: NOW,
    });
  });

  it('moves a run once, however many want to', async () => {
    const { store } = await setUp();
    const run = await store.register(
      'task-1',
      { authorised: true, secretNames: [] },
      NOW,
    );
    const failure = {
      stepId: 'a',
      problem: {
        what: 'No',
        whose: 'unknown' as const,
        canPass: false,
        remedy: '',
      },
    };
    const change = {
      phase: 'held' as const,
      failure,
      heldUntil: LATER,
      endedAt: NOW,
    };
    const moves = await Promise.all(
      [1, 2, 3].map(() => store.movePhase(run, change, NOW, ['notify.held'])),
    );
    const [held, ...others] = moves.filter(Boolean);
    expect(others).toEqual([]);
    expect(held).toMatchObject({ ...change, version: 1 });
    expect(await store.find('task-1')).toEqual(held);
    expect(await store.listOutbox(NOW, 10)).toMatchObject([
      { kind: 'notify.held', taskId: 'task-1' },
    ]);
    const active = await store.movePhase(
      held!,
      { phase: 'active', failure: undefined, heldUntil: undefined },
      LATER,
    );
    expect(active).toMatchObject({ failure: undefined, heldUntil: undefined });
    await expect(
      store.movePhase(active!, { phase: 'rolled-back' }, LATER),
    ).rejects.toThrow("Run task-1 is active and can't become rolled-back");
  });

  it.each([
    ['cancelled', ['notify.cancelled', 'run.cancelled'], NOW],
    ['rolling-back', ['run.rolled-back'], undefined],
    ['completed', ['notify.completed', 'run.completed'], undefined],
  ] as const)(
    'tells who must know of a run that becomes %s',
    async (phase, kinds, cancelledAt) => {
      const { store } = await setUp();
      const run = await store.register(
        'task-1',
        { authorised: true, secretNames: [] },
        NOW,
      );
      expect(await store.findClosed('task-1')).toBeUndefined();
      const moved = await store.movePhase(run, { phase }, NOW);
      expect(moved?.cancelledAt).toEqual(cancelledAt);
      const messages = await store.listOutbox(NOW, 10);
      expect(messages.map(({ kind }) => kind).sort()).toEqual(kinds);
      expect(await store.findClosed('task-1')).toBe(phase);
    },
  );

  it('hands out what is due and free, longest due first', async () => {
    const { store } = await setUp();
    for (const taskId of ['a', 'b', 'c', 'd', 'e']) {
      await store.register(taskId, { authorised: true, secretNames: [] }, NOW);
    }
    await store.note(['a'], { nextLookAt: LATER });
    await store.note(['b', 'c', 'd', 'e'], { nextLookAt: NOW });
    await store.note(['c'], { nextLookAt: new Date(NOW.getTime() - 1) });
    const [d, e] = await store.findAll(['d', 'e']);
    await store.movePhase(d, { leaseUntil: LATER }, NOW);
    await store.movePhase(e, { phase: 'completed' }, NOW);
    const due = async (now: Date, limit = 10) =>
      (await store.listByPhase(['active', 'held'], { now, limit })).map(
        ({ taskId }) => taskId,
      );
    expect(await due(NOW)).toEqual(['c', 'b']);
    expect(await due(NOW, 1)).toEqual(['c']);
    expect(await due(LATER)).toEqual(['c', 'b', 'd', 'a']);
  });

  it('loses no secret name to concurrent writers', async () => {
    const { store } = await setUp();
    const names = Array.from({ length: 20 }, (_, count) => `name-${count}`);
    await Promise.all(
      names.map(name =>
        store.register(
          'task-1',
          { authorised: false, secretNames: [name] },
          NOW,
        ),
      ),
    );
    expect((await store.find('task-1'))?.secretNames).toEqual(names.sort());
  });

  it('keeps a message until it is removed, once', async () => {
    const { database, store } = await setUp();
    for (const time of [NOW, LATER]) {
      await database.transaction(transaction =>
        markRunCancelled(transaction, 'task-1', time),
      );
    }
    const [message, ...others] = await store.listOutbox(NOW, 10);
    expect(message).toMatchObject({ kind: 'run.cancelled', attempts: 0 });
    expect(others).toEqual([]);
    await store.postponeMessage(message, LATER);
    expect(await store.listOutbox(NOW, 10)).toEqual([]);
    expect(await store.listOutbox(LATER, 10)).toEqual([
      { ...message, attempts: 1 },
    ]);
    await store.removeMessage(message.id);
    expect(await store.listOutbox(LATER, 10)).toEqual([]);
  });
});
