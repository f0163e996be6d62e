import { createReplica, suspendRequest } from '../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../__testUtils__/databases';
import {
  createRunScene,
  DEV,
  FACTS,
  forgetRuns,
  killAfter,
} from '../__testUtils__/runScene';

describe.each(databases.eachSupportedId())('RunSweep on %p', id => {
  const setUp = (options?: Parameters<typeof createRunScene>[1]) =>
    createRunScene(id, options);

  it('lists tasks that no gate has seen, from the list of the scaffolder', async () => {
    const { scaffolderRuns, pass, find, runs, told } = await setUp();
    scaffolderRuns.start('task-1', undefined, FACTS);
    scaffolderRuns.start('old', undefined, {
      createdAt: '2026-01-03T12:00:00Z',
    });
    scaffolderRuns.end('task-1');
    await pass(0);
    expect(await runs.find('old')).toBeUndefined();
    expect(await find()).toMatchObject({
      phase: 'failed',
      imported: true,
      requester: DEV,
      templateRef: 'template:default/database',
      title: 'Database: orders',
      createdAt: new Date('2026-01-05T11:00:00Z'),
    });
    expect(told()).toEqual(['Failed: Database: orders']);
  });

  it('lists a task from its first hint on, as it queues and runs', async () => {
    const { taskEvents, runs, scaffolderRuns } = await setUp();
    scaffolderRuns.start('task-1', undefined, FACTS);
    const statusOf = async () =>
      Promise.all(
        (['queued', 'running'] as const).map(
          async status => (await runs.list({ status, limit: 10 })).total,
        ),
      );
    const { createdBy, spec } = FACTS;
    const hint = { id: 'task-1', createdBy, spec };
    await taskEvents.handle({ ...hint, status: 'open' });
    expect(await statusOf()).toEqual([1, 0]);
    await taskEvents.handle({ ...hint, status: 'processing' });
    expect(await statusOf()).toEqual([0, 1]);
    expect(await runs.find('task-1')).toMatchObject({
      requester: DEV,
      title: 'Database: orders',
    });
  });

  it('waits for the commit that a hint came before', async () => {
    const scene = await setUp({
      onSleep: () => {
        if (scene.scaffolderRuns.statusOf('task-1') === 'processing') {
          scene.scaffolderRuns.end('task-1', 'completed');
        }
      },
    });
    const { start, taskEvents, settle, find } = scene;
    await start();
    await taskEvents.handle({ id: 'task-1', status: 'completed' });
    await settle();
    expect((await find()).phase).toBe('completed');
  });

  it('looks at none of very many parked runs, and puts them off', async () => {
    const { start, database, store, scaffolderRuns, pass, clock, runs } =
      await setUp();
    await start();
    const now = await clock.now();
    const model = await database('runs').first();
    const copies = Array.from({ length: 450 }, (_, index) => `parked-${index}`);
    await database.batchInsert(
      'runs',
      copies.map(taskId => ({ ...model, task_id: taskId })),
      50,
    );
    for (const taskId of copies) {
      await store.insert({
        ...suspendRequest({ taskId }),
        status: 'parked',
        cancelsSent: 1,
        attempts: 0,
        checkedAt: now,
        suspendedAt: now,
        createdAt: now,
        updatedAt: now,
      });
    }
    for (let ticks = 0; ticks < 4; ticks++) {
      await pass(1);
    }
    // The one run that is not parked.
    expect(scaffolderRuns.looks).toBe(1);
    const due = await runs.listByPhase(['active'], {
      now: await clock.now(),
      limit: 1_000,
    });
    expect(due).toEqual([]);
  }, 60_000);

  it('lets no run that can not be looked at keep others waiting', async () => {
    const { start, scaffolderRuns, pass, find, logger } = await setUp();
    for (let count = 0; count < 45; count++) {
      await start(`broken-${count}`);
    }
    await start('task-1');
    scaffolderRuns.end('task-1');
    const { look } = scaffolderRuns;
    jest
      .spyOn(scaffolderRuns, 'look')
      .mockImplementation(async (taskId, since) => {
        if (taskId.startsWith('broken')) {
          throw new Error('refused');
        }
        return look.call(scaffolderRuns, taskId, since);
      });
    await pass(0);
    await pass(1);
    expect((await find()).phase).toBe('failed');
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('was not followed: Error: refused'),
    );
  });

  it.each(['completed', 'failed', 'held', 'cancelled'])(
    'ends as %s once, wherever it is killed',
    async outcome => {
      const database = await openTestDatabase(id);
      let killed = true;
      let statements = 0;
      while (killed) {
        statements++;
        await forgetRuns(database);
        const scene = await setUp({ database });
        const { start, create, scaffolderRuns } = scene;
        await start();
        if (outcome === 'held') {
          await create();
        }
        if (outcome === 'cancelled') {
          scaffolderRuns.personCancels('task-1');
        }
        scaffolderRuns.end(
          'task-1',
          outcome === 'completed' ? 'completed' : 'failed',
        );
        const kill = killAfter(database, statements);
        await scene.runSweep.tick().catch(() => {});
        await scene.outbox.deliver().catch(() => {});
        kill.end();
        scene.clock.advance(600_000);
        const heir = createReplica({
          database,
          clock: scene.clock,
          scaffolderRuns,
        });
        await heir.sweep.tick();
        scene.clock.advance(300_000);
        await heir.sweep.tick();
        await scene.settle();
        await heir.outbox.deliver();
        expect((await scene.find()).phase).toBe(outcome);
        // Told again at worst, which replaces what stands.
        const calls = [scene, heir].flatMap(
          ({ notifications }) =>
            notifications.send.mock.calls as unknown as [
              { payload: { scope: string } },
            ][],
        );
        expect(new Set(calls.map(([{ payload }]) => payload.scope))).toEqual(
          new Set([`task-1:notify.${outcome}`]),
        );
        expect(calls.length).toBeLessThanOrEqual(2);
        killed = kill.happened();
      }
      expect(statements).toBeGreaterThan(5);
    },
    120_000,
  );
});
