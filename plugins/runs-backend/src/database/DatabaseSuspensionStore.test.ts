import { suspendRequest } from '../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../__testUtils__/databases';
import { DatabaseRunStore } from './DatabaseRunStore';
import { DatabaseSuspensionStore } from './DatabaseSuspensionStore';
import { StoredSuspension } from './SuspensionStore';

const NOW = new Date('2026-01-05T12:00:00.123Z');
const LATER = new Date('2026-01-05T12:00:05.000Z');

type NewSuspension = Omit<StoredSuspension, 'id' | 'version'>;

function suspensionOf(overrides: Partial<NewSuspension> = {}): NewSuspension {
  return {
    ...suspendRequest(),
    status: 'parking',
    cancelsSent: 0,
    attempts: 0,
    checkedAt: NOW,
    suspendedAt: NOW,
    createdAt: NOW,
    updatedAt: NOW,
    ...overrides,
  };
}

describe.each(databases.eachSupportedId())(
  'DatabaseSuspensionStore on %p',
  id => {
    async function setUp() {
      const database = await openTestDatabase(id);
      const store = DatabaseSuspensionStore.create(database);
      const runs = DatabaseRunStore.create(database);
      const insert = async (overrides: Partial<NewSuspension> = {}) =>
        (await store.insert(suspensionOf(overrides)))!;
      return { database, store, runs, insert };
    }

    it('gives back what was stored', async () => {
      const { store } = await setUp();
      const full = suspensionOf({
        url: '/approvals/1',
        parkEventId: 12_345_678_901,
        sealedSecrets: 'v1.sealed',
        attention: 'look',
        signalledAt: LATER,
        retrySentAt: LATER,
        nextAttemptAt: LATER,
        leaseUntil: LATER,
        resumedAt: LATER,
      });
      const inserted = await store.insert(full);
      expect(inserted).toEqual({ ...full, id: inserted?.id, version: 1 });
      expect(await store.get(inserted!.id)).toEqual(inserted);
      expect(await store.find(suspendRequest())).toEqual(inserted);
    });

    it('stores one of 20 that are alike', async () => {
      const { store } = await setUp();
      const results = await Promise.all(
        Array.from({ length: 20 }, () => store.insert(suspensionOf())),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
      expect(await store.listByTask('task-1')).toHaveLength(1);
    });

    it('lets one of 20 transitions win', async () => {
      const { store, insert } = await setUp();
      const row = await insert();
      const results = await Promise.all(
        Array.from({ length: 20 }, () =>
          store.transition(row, { status: 'parked' }, LATER),
        ),
      );
      const won = results.filter(Boolean);
      expect(won).toHaveLength(1);
      expect(won[0]).toMatchObject({ status: 'parked', version: 2 });
    });

    it('lets no transition win that has read an older version', async () => {
      const { store, insert } = await setUp();
      const row = await insert();
      const change = { cancelsSent: 1 };
      expect(await store.transition(row, change, LATER)).toBeDefined();
      expect(await store.transition(row, change, LATER)).toBeUndefined();
    });

    it('refuses transitions that no suspension may take', async () => {
      const { store, insert } = await setUp();
      const row = await insert({ status: 'cancelled' });
      await expect(
        store.transition(row, { status: 'resuming' }, LATER),
      ).rejects.toMatchObject({ name: 'ConflictError' });
      expect(await store.get(row.id)).toEqual(row);
    });

    it.each(['resumed', 'cancelled'] as const)(
      'forgets the secrets of what is %s',
      async status => {
        const { database, store, insert } = await setUp();
        const row = await insert({ sealedSecrets: 'v1.sealed' });
        await store.transition(row, { status }, LATER);
        const stored = await database('suspensions').first();
        expect(stored.sealed_secrets).toBeNull();
      },
    );

    it('cancels run and suspension and tells of it, all or nothing', async () => {
      const { store, runs, insert, database } = await setUp();
      await runs.register('task-1', { authorised: true, secretNames: [] }, NOW);
      const row = await insert();
      expect(await runs.findClosed('task-1')).toBeUndefined();

      await database.schema.renameTable('outbox', 'outbox_away');
      await expect(
        store.transition(row, { status: 'cancelled' }, LATER),
      ).rejects.toThrow();
      await database.schema.renameTable('outbox_away', 'outbox');
      expect(await runs.findClosed('task-1')).toBeUndefined();

      await store.transition(row, { status: 'cancelled' }, LATER);
      expect(await runs.findClosed('task-1')).toBe('cancelled');
      expect(await runs.listOutbox(LATER, 10)).toEqual([
        expect.objectContaining({ kind: 'run.cancelled', taskId: 'task-1' }),
      ]);
    });

    it('postpones without winning or losing a transition', async () => {
      const { store, insert } = await setUp();
      const row = await insert({ leaseUntil: LATER });
      await store.postpone(row, LATER, NOW);
      expect(await store.get(row.id)).toMatchObject({
        version: 1,
        attempts: 1,
        nextAttemptAt: LATER,
        leaseUntil: undefined,
      });
      await store.transition(row, { status: 'parked', attempts: 0 }, NOW);
      await store.postpone(row, LATER, NOW);
      expect((await store.get(row.id))?.attempts).toBe(0);
    });

    it('marks whoever waits for a signal, once', async () => {
      const { store, insert } = await setUp();
      const parking = await insert({ nextAttemptAt: LATER });
      const parked = await insert({ taskId: 'task-2', status: 'parked' });
      await insert({ taskId: 'task-3', status: 'resumed' });
      await insert({ taskId: 'task-4', wait: { kind: 'ticket', ref: 'x' } });
      const { wait } = suspendRequest();
      expect((await store.signal(wait, LATER)).sort()).toEqual(
        [parking.id, parked.id].sort(),
      );
      expect(await store.signal(wait, LATER)).toEqual([]);
      expect(await store.findSignal(wait)).toEqual(LATER);
      expect(await store.findSignal({ ...wait, kind: 'ticket' })).toBe(
        undefined,
      );
      expect((await store.get(parking.id))?.nextAttemptAt).toBe(undefined);
    });

    it('matches stored signals that are newer than the last resume', async () => {
      const { store, insert } = await setUp();
      const { wait } = suspendRequest();
      await store.signal(wait, LATER);
      const fresh = await insert();
      await insert({ taskId: 'task-2', resumedAt: LATER });
      const older = await insert({ taskId: 'task-3', resumedAt: NOW });
      const afterwards = new Date(LATER.getTime() + 1);
      expect(await store.matchSignals(LATER, afterwards)).toEqual([]);
      expect((await store.matchSignals(LATER, LATER)).sort()).toEqual(
        [fresh.id, older.id].sort(),
      );
      expect(await store.matchSignals(LATER)).toEqual([]);
    });

    it('lists what is due', async () => {
      const { store, insert } = await setUp();
      const due = [
        await insert({ taskId: 'a' }),
        await insert({ taskId: 'b', status: 'resuming' }),
        await insert({ taskId: 'c', status: 'parked', signalledAt: NOW }),
        await insert({ taskId: 'd', nextAttemptAt: NOW, leaseUntil: NOW }),
      ];
      await insert({ taskId: 'e', status: 'parked' });
      await insert({ taskId: 'f', status: 'resumed', signalledAt: NOW });
      await insert({ taskId: 'g', status: 'cancelled', signalledAt: NOW });
      await insert({ taskId: 'h', nextAttemptAt: LATER });
      await insert({ taskId: 'i', status: 'resuming', leaseUntil: LATER });
      const ids = await store.listDue(NOW, 100);
      expect(ids.sort()).toEqual(due.map(row => row.id).sort());
      expect(await store.listDue(NOW, 2)).toHaveLength(2);
    });

    it('lists what is awaited and what nobody has looked at', async () => {
      const { store, insert } = await setUp();
      const parked = await insert({ status: 'parked' });
      await insert({ taskId: 'task-2', status: 'parked' });
      await insert({ taskId: 'task-3', status: 'parked', signalledAt: NOW });
      await insert({ taskId: 'task-4' });
      await insert({
        taskId: 'task-5',
        status: 'parked',
        wait: { kind: 'approval', ref: 'request-2' },
      });
      const awaited = (kind: string, limit: number, after?: string) =>
        store.listAwaited(kind, { limit, after });
      expect(await awaited('approval', 9)).toEqual(['request-1', 'request-2']);
      expect(await awaited('approval', 1)).toEqual(['request-1']);
      expect(await awaited('approval', 1, 'request-1')).toEqual(['request-2']);
      expect(await awaited('ticket', 9)).toEqual([]);

      expect(await store.listUnchecked(NOW, 100)).toHaveLength(4);
      await store.markChecked(parked.id, LATER);
      expect(await store.listUnchecked(NOW, 100)).toHaveLength(3);
      expect((await store.listUnchecked(LATER, 100)).at(-1)).toBe(parked.id);
    });

    it('lists the newest suspension of each run', async () => {
      const { store, insert } = await setUp();
      await insert({ suspendedAt: LATER, stepId: 'wait' });
      await insert();
      await insert({ taskId: 'task-2' });
      const newest = await store.listNewest(['task-1', 'task-2', 'task-3']);
      expect(newest.map(row => [row.taskId, row.stepId]).sort()).toEqual([
        ['task-1', 'wait'],
        ['task-2', 'gate'],
      ]);
      expect(await store.listNewest([])).toEqual([]);
    });
  },
);
