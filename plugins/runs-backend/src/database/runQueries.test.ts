import { RunStatus, runStatusSchema } from '@self-service/plugin-runs-common';
import { databases, openTestDatabase } from '../__testUtils__/databases';
import { suspendRequest } from '../__testUtils__/createReplica';
import { DatabaseRunStore } from './DatabaseRunStore';
import { DatabaseSuspensionStore } from './DatabaseSuspensionStore';
import { RunQuery } from './RunStore';

const NOW = new Date('2026-01-05T12:00:00Z');

describe.each(databases.eachSupportedId())('list of runs on %p', id => {
  async function setUp() {
    const database = await openTestDatabase(id);
    const store = DatabaseRunStore.create(database);
    const suspensions = DatabaseSuspensionStore.create(database);
    const add = (taskId: string, run: object = {}, minute = 0) =>
      store
        .import(
          taskId,
          {
            title: taskId,
            taskStatus: 'processing',
            createdAt: new Date(NOW.getTime() + minute * 60_000),
            ...run,
          },
          NOW,
        )
        .then(async () => (await store.find(taskId))!);
    const suspend = (taskId: string, status: 'parked' | 'resuming') =>
      suspensions.insert({
        ...suspendRequest({ taskId }),
        status,
        cancelsSent: 1,
        attempts: 0,
        checkedAt: NOW,
        suspendedAt: NOW,
        createdAt: NOW,
        updatedAt: NOW,
      });
    const list = async (query: Partial<RunQuery>) =>
      (await store.list({ limit: 10, ...query })).items.map(
        ({ taskId }) => taskId,
      );
    return { database, store, suspensions, add, suspend, list };
  }

  it('pages through runs of the same moment without loss', async () => {
    const { store, add } = await setUp();
    for (const taskId of ['a', 'b', 'c', 'd']) {
      await add(taskId);
    }
    await add('newest', {}, 1);
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list({ limit: 2, cursor });
      expect(page.total).toBe(5);
      pages.push(page.items.map(({ taskId }) => taskId));
      cursor = page.nextCursor;
    } while (cursor);
    expect(pages).toEqual([['newest', 'd'], ['c', 'b'], ['a']]);
    await expect(store.list({ limit: 2, cursor: 'W10' })).rejects.toThrow(
      'The cursor is not one of this list',
    );
  });

  it('lists by requester, team, entity, template and text', async () => {
    const { store, add, list } = await setUp();
    await add('mine', { requester: 'user:default/dev' });
    await store.register(
      'ours',
      {
        authorised: true,
        secretNames: [],
        team: 'group:default/a',
        entityRefs: ['component:default/x'],
      },
      NOW,
    );
    await add('templated', { templateRef: 'template:default/t' });
    await add('named', { title: '100% Orders_database' });
    expect(await list({ requester: 'user:default/dev' })).toEqual(['mine']);
    expect(await list({ teams: ['group:default/a'] })).toEqual(['ours']);
    expect(await list({ teams: [] })).toEqual([]);
    expect(await list({ entityRef: 'component:default/x' })).toEqual(['ours']);
    expect(await list({ templateRef: 'template:default/t' })).toEqual([
      'templated',
    ]);
    expect(await list({ text: '100% orders_' })).toEqual(['named']);
    expect(await list({ text: '_' })).toEqual(['named']);
  });

  it('finds each run by the status that people see, and no other', async () => {
    const { database, add, suspend, list } = await setUp();
    await add('queued', { taskStatus: 'open' });
    await add('running');
    await add('waiting');
    await suspend('waiting', 'parked');
    await add('resuming', { taskStatus: 'failed' });
    await suspend('resuming', 'resuming');
    await add('stuck');
    await suspend('stuck', 'parked');
    await database('suspensions')
      .where({ task_id: 'stuck' })
      .update({ attention: 'Template gone' });
    for (const phase of [
      'completed',
      'failed',
      'cancelled',
      'held',
      'rolling-back',
      'rolled-back',
      'rollback-failed',
    ]) {
      await add(phase);
      await database('runs').where({ task_id: phase }).update({ phase });
    }
    const found: Partial<Record<RunStatus, string[]>> = {};
    for (const status of runStatusSchema.options) {
      found[status] = (await list({ status })).sort();
    }
    expect(found).toEqual({
      queued: ['queued'],
      running: ['resuming', 'running'],
      waiting: ['waiting'],
      'needs-attention': ['held', 'rollback-failed', 'stuck'],
      completed: ['completed'],
      failed: ['failed'],
      'rolling-back': ['rolling-back'],
      'rolled-back': ['rolled-back'],
      cancelled: ['cancelled'],
    });
  });
});
