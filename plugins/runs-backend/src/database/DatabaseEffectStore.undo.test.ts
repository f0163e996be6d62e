import { RunPhase } from '@self-service/plugin-runs-common';
import { databases, openTestDatabase } from '../__testUtils__/databases';
import { DatabaseEffectStore } from './DatabaseEffectStore';
import { UndoChange } from './EffectStore';

const NOW = new Date('2026-01-05T12:00:00Z');
const LEASE_END = new Date('2026-01-05T12:01:00Z');
const LATER = new Date('2026-01-05T12:02:00Z');

const CLAIM = {
  taskId: 'task-1',
  stepId: 'create',
  inputDigest: 'digest-1',
  attempt: 'attempt-1',
  capability: 'git',
  provider: 'github',
  kind: 'pull request',
  name: 'myorg/infrastructure#db-orders',
};
const UNDOING: UndoChange = { status: 'undoing', undoAttempts: 0 };

describe.each(databases.eachSupportedId())('undoing effects on %p', id => {
  async function setUp() {
    const database = await openTestDatabase(id);
    const store = DatabaseEffectStore.create(database);
    const claim = (overrides: Partial<typeof CLAIM> = {}, now = NOW) =>
      store.claim({ ...CLAIM, ...overrides }, now, LEASE_END);
    const setPhase = async (taskId: string, phase: RunPhase) => {
      await database('runs')
        .insert({
          task_id: taskId,
          authorised: true,
          secret_names: '[]',
          phase,
          created_at: NOW,
        })
        .onConflict('task_id')
        .merge(['phase']);
    };
    /** An effect that was created. */
    const create = async (overrides: Partial<typeof CLAIM> = {}) => {
      const { effect } = await claim(overrides);
      await store.complete(effect.id, { attempt: 'attempt-1' }, NOW);
      const live = await store.listLive(overrides.taskId ?? 'task-1');
      return live.find(one => one.id === effect.id)!;
    };
    return { database, store, claim, create, setPhase };
  }

  it.each<RunPhase>([
    'completed',
    'failed',
    'cancelled',
    'held',
    'rolling-back',
    'rolled-back',
    'rollback-failed',
  ])('claims nothing for a run that is %s', async phase => {
    const { claim, store, setPhase } = await setUp();
    await setPhase('task-1', phase);
    await expect(claim()).rejects.toThrow(`is ${phase} and creates nothing`);
    expect(await store.list('task-1')).toEqual([]);
    await setPhase('task-1', 'active');
    expect((await claim()).outcome).toBe('acquired');
  });

  it('lists what stands newest first, and not what has ended', async () => {
    const { create, database, store } = await setUp();
    const statuses = [
      'intended',
      'created',
      'absent',
      'undoing',
      'undone',
      'undo-failed',
      'retained',
    ];
    for (const [minute, status] of statuses.entries()) {
      const { id: effectId } = await create({ stepId: status, name: status });
      const at = new Date(NOW.getTime() + minute * 60_000);
      await database('effects')
        .where({ id: effectId })
        .update({ status, created_at: at });
    }
    const live = await store.listLive('task-1');
    expect(live.map(({ status }) => status)).toEqual([
      'undo-failed',
      'undoing',
      'created',
      'intended',
    ]);
    expect(live[0].inputDigest).toBe('digest-1');
  });

  it('gives each change to one of 20 who ask', async () => {
    const { create, store } = await setUp();
    const effect = await create();
    const changes = await Promise.all(
      Array.from({ length: 20 }, () => store.changeUndo(effect, UNDOING, NOW)),
    );
    expect(changes.filter(Boolean)).toHaveLength(1);
    const undoing = changes.find(Boolean)!;
    const failed = await store.changeUndo(
      undoing,
      {
        status: 'undoing',
        undoNote: 'GitHub is down',
        undoUrl: 'https://git.example/2',
        undoAttempts: 1,
        undoStartedAt: NOW,
        nextUndoAt: LATER,
      },
      NOW,
    );
    expect(failed).toMatchObject({
      status: 'undoing',
      undoNote: 'GitHub is down',
      undoUrl: 'https://git.example/2',
      undoAttempts: 1,
      undoStartedAt: NOW,
      nextUndoAt: LATER,
    });
    expect((await store.list('task-1'))[0]).toMatchObject({
      undoNote: 'GitHub is down',
      undoAttempts: 1,
    });
    // Read before that try.
    expect(
      await store.changeUndo(undoing, { ...UNDOING, status: 'undone' }, NOW),
    ).toBeUndefined();
  });

  it('leaves alone what an attempt may be creating just now', async () => {
    const { claim, store } = await setUp();
    const { effect } = await claim();
    const [intended] = await store.listLive('task-1');
    expect(intended.leaseUntil).toEqual(LEASE_END);
    expect(await store.changeUndo(intended, UNDOING, NOW)).toBeUndefined();
    expect(await store.changeUndo(intended, UNDOING, LEASE_END)).toMatchObject({
      status: 'undoing',
    });
    // The attempt was only slow, and is told.
    await expect(
      store.complete(effect.id, { attempt: 'attempt-1' }, LEASE_END),
    ).rejects.toMatchObject({ name: 'ConflictError' });
  });

  it('refuses what no effect may become', async () => {
    const { create, store } = await setUp();
    const created = await create();
    await expect(
      store.changeUndo(created, { status: 'undone', undoAttempts: 0 }, NOW),
    ).rejects.toThrow("can't go from created to undone");
  });

  it.each(['undone', 'retained'] as const)(
    'frees the name of what is %s',
    async status => {
      const { claim, create, store, setPhase } = await setUp();
      const created = await create();
      await setPhase('task-1', 'rolling-back');
      const undoing = (await store.changeUndo(created, UNDOING, NOW))!;
      // Soon it is free: whoever wants it waits.
      expect((await claim({ taskId: 'task-2' })).outcome).toBe('busy');
      await setPhase('task-1', 'rollback-failed');
      expect((await claim({ taskId: 'task-2' })).outcome).toBe('taken');
      await store.changeUndo(undoing, { status, undoAttempts: 0 }, NOW);
      expect((await claim({ taskId: 'task-2' })).outcome).toBe('acquired');
    },
  );

  it('keeps the name of what could not be undone', async () => {
    const { claim, create, store } = await setUp();
    const undoing = await store.changeUndo(await create(), UNDOING, NOW);
    await store.changeUndo(
      undoing!,
      { status: 'undo-failed', undoAttempts: 3 },
      NOW,
    );
    expect((await claim({ taskId: 'task-2' })).outcome).toBe('taken');
  });

  it('records once what a stock step may have left behind', async () => {
    const { claim, store } = await setUp();
    const leftover = {
      taskId: 'task-1',
      stepId: 'publish',
      inputDigest: 'rollback',
      capability: 'git',
      provider: 'github',
      kind: 'pull request',
      name: CLAIM.name,
      reference: { stock: true },
      createdAt: NOW,
    };
    await Promise.all(
      Array.from({ length: 5 }, () => store.recordLeftover(leftover, LATER)),
    );
    expect(await store.listLive('task-1')).toEqual([
      expect.objectContaining({
        stepId: 'publish',
        status: 'intended',
        reference: { stock: true },
        createdAt: NOW.toISOString(),
      }),
    ]);
    expect((await claim({ taskId: 'task-2' })).outcome).toBe('acquired');

    const completed = { ...leftover, reference: { completed: true } };
    await store.recordLeftover(completed, LATER);
    const [effect] = await store.listLive('task-1');
    expect(effect.reference).toEqual({ completed: true });
    await store.changeUndo(effect, UNDOING, LATER);
    await store.recordLeftover(leftover, LATER);
    expect((await store.list('task-1'))[0]).toMatchObject({
      status: 'undoing',
      reference: { completed: true },
    });
  });
});
