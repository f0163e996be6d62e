import { mockCredentials } from '@backstage/backend-test-utils';
import { Problem, RetryDecision } from '@self-service/plugin-runs-common';
import { createReplica, suspendRequest } from '../__testUtils__/createReplica';
import { databases } from '../__testUtils__/databases';
import { createRunScene, DEV } from '../__testUtils__/runScene';

const HOUR = 3_600_000;

describe.each(databases.eachSupportedId())('RunFollower on %p', id => {
  const setUp = (options?: Parameters<typeof createRunScene>[1]) =>
    createRunScene(id, options);

  it('completes a run, and learns how long its steps took', async () => {
    const { start, follow, find, scaffolderRuns, notifications, database } =
      await setUp();
    await start();
    scaffolderRuns.log('task-1', 'a', 'processing', '2026-01-05T12:00:00Z');
    scaffolderRuns.log('task-1', 'a', 'completed', '2026-01-05T12:00:04Z');
    await follow();
    expect((await find()).phase).toBe('active');
    scaffolderRuns.end('task-1', 'completed');
    await follow();
    await follow();
    expect(await find()).toMatchObject({
      phase: 'completed',
      endedAt: expect.any(Date),
      nextLookAt: undefined,
    });
    expect(notifications.send).toHaveBeenCalledTimes(1);
    expect(notifications.send).toHaveBeenCalledWith({
      recipients: { type: 'entity', entityRef: [DEV] },
      payload: expect.objectContaining({
        title: 'Finished: Database: orders',
        link: '/create/tasks/task-1',
        scope: 'task-1:notify.completed',
      }),
    });
    expect(await database('step_durations')).toMatchObject([
      { step_id: 'a', template_ref: 'template:default/database', seconds: 4 },
    ]);
  });

  it('fails a run of which nothing exists, and says why', async () => {
    const { start, follow, find, scaffolderRuns, told } = await setUp();
    await start();
    scaffolderRuns.log('task-1', 'create', 'failed');
    scaffolderRuns.end('task-1', 'failed', 'No such branch');
    await follow();
    expect(await find()).toMatchObject({
      phase: 'failed',
      taskStatus: 'failed',
      failure: {
        stepId: 'create',
        problem: { whose: 'unknown', raw: 'No such branch' },
      },
    });
    expect(told()).toEqual(['Failed: Database: orders']);
  });

  it('holds a run of which something exists, with a deadline', async () => {
    const { start, create, follow, find, scaffolderRuns, clock, told } =
      await setUp();
    await start('task-1', { holdHours: 8 });
    await create();
    scaffolderRuns.end('task-1');
    const now = await clock.now();
    await follow();
    expect(await find()).toMatchObject({
      phase: 'held',
      heldUntil: new Date(now.getTime() + 8 * HOUR),
    });
    expect(told()).toEqual(['Needs you: Database: orders']);
  });

  it('holds a run whose stock step may have left something', async () => {
    const { register, follow, find, scaffolderRuns } = await setUp();
    const rollback = {
      operation: 'git:close-pull-request',
      input: { repoUrl: 'github.com?owner=o&repo=r', branch: 'db' },
    };
    const steps = [{ id: 'pr', name: 'PR', action: 'stock', rollback }];
    for (const taskId of ['begun', 'not-begun']) {
      scaffolderRuns.start(taskId, undefined, { spec: { steps } });
      await register.register(taskId, { authorised: true, secretNames: [] });
      if (taskId === 'begun') {
        scaffolderRuns.log(taskId, 'pr', 'processing');
      }
      scaffolderRuns.end(taskId);
      await follow(taskId);
    }
    expect((await find('begun')).phase).toBe('held');
    expect((await find('not-begun')).phase).toBe('failed');
  });

  it('rolls back by itself where the template says so', async () => {
    const { start, create, follow, find, scaffolderRuns, approvals, told } =
      await setUp();
    await start('task-1', { onFailure: 'rollback' });
    await create();
    scaffolderRuns.end('task-1');
    await follow();
    expect(await find()).toMatchObject({ phase: 'rolled-back' });
    expect(approvals.closeRun.mock.calls).toEqual([
      ['task-1', { comment: 'The run is rolled back.' }],
    ]);
    expect(told()).toEqual(['Rolled back: Database: orders']);
  });

  it('reminds once when a quarter of the time is left, then rolls back', async () => {
    const { start, create, follow, find, scaffolderRuns, pass, told } =
      await setUp();
    await start();
    await create();
    scaffolderRuns.end('task-1');
    await follow();
    const { length } = told();
    await pass(18 * HOUR - 1);
    expect(told()).toHaveLength(length);
    await pass(1);
    await pass(HOUR);
    expect(told().slice(length)).toEqual([
      'Rolled back soon: Database: orders',
    ]);
    await pass(5 * HOUR - 1);
    expect((await find()).phase).toBe('held');
    await pass(1);
    expect((await find()).phase).toBe('rolled-back');
  });

  it('takes no parked run for a failed one', async () => {
    const { start, suspensions, follow, find, scaffolderRuns, pass, told } =
      await setUp();
    await start();
    await suspensions.suspend(suspendRequest());
    scaffolderRuns.end('task-1');
    const { looks } = scaffolderRuns;
    await follow();
    await pass(60_000);
    expect(scaffolderRuns.looks).toBe(looks);
    expect((await find()).phase).toBe('active');
    expect(told()).toEqual([]);
  });

  it('takes no run for a failed one that parks while it looks', async () => {
    const { start, suspensions, follow, find, scaffolderRuns, told } =
      await setUp();
    await start();
    scaffolderRuns.before = async call => {
      if (call === 'look') {
        scaffolderRuns.before = () => {};
        await suspensions.suspend(suspendRequest());
        scaffolderRuns.end('task-1');
      }
    };
    await follow();
    expect((await find()).phase).toBe('active');
    expect(told()).toEqual([]);
  });

  it('sees at once how a run ends that has waited', async () => {
    const { start, suspensions, settle, find, scaffolderRuns, sweep, clock } =
      await setUp();
    await start();
    await suspensions.suspend(suspendRequest());
    scaffolderRuns.end('task-1');
    await sweep.tick();
    await sweep.tick();
    await suspensions.signal({ kind: 'approval', ref: 'request-1' });
    await settle();
    expect(scaffolderRuns.retries).toHaveLength(1);
    await suspensions.settle(suspendRequest());
    scaffolderRuns.end('task-1');
    clock.advance(1);
    await sweep.tick();
    await settle();
    expect((await find()).phase).toBe('failed');
  });

  it('leaves a task alone that somebody is opening again', async () => {
    const { start, runs, follow, find, scaffolderRuns, clock, pass } =
      await setUp();
    await start();
    scaffolderRuns.end('task-1');
    const now = await clock.now();
    await runs.movePhase(
      await find(),
      { leaseUntil: new Date(now.getTime() + 60_000) },
      now,
    );
    await follow();
    expect((await find()).phase).toBe('active');
    await pass(60_000);
    expect((await find()).phase).toBe('failed');
  });

  it('tells a cancel of a person from a failure', async () => {
    const { start, create, follow, find, scaffolderRuns, approvals, told } =
      await setUp();
    await start();
    await start('task-2');
    await create('task-2');
    for (const taskId of ['task-1', 'task-2']) {
      scaffolderRuns.personCancels(taskId);
      scaffolderRuns.end(taskId);
      await follow(taskId);
    }
    expect(await find()).toMatchObject({
      phase: 'cancelled',
      cancelledAt: expect.any(Date),
      failure: undefined,
    });
    expect(await find('task-2')).toMatchObject({
      phase: 'held',
      cancelledAt: expect.any(Date),
    });
    expect(approvals.closeRun.mock.calls).toEqual([
      ['task-1', { comment: 'The run was cancelled.' }],
      ['task-2', { comment: 'The run was cancelled.' }],
    ]);
    expect(told()).toEqual([
      'Cancelled: Database: orders',
      'Needs you: Database: orders',
    ]);
  });

  it('ends a run that a person cancelled while it waited', async () => {
    const { start, suspensions, settle, find, scaffolderRuns, sweep, clock } =
      await setUp();
    await start();
    await suspensions.suspend(suspendRequest());
    scaffolderRuns.end('task-1');
    await sweep.tick();
    scaffolderRuns.personCancels('task-1');
    clock.advance(30_000);
    await sweep.tick();
    await settle();
    expect((await find()).phase).toBe('cancelled');
  });

  it('makes a held run active again when anybody opens its task', async () => {
    const { start, create, follow, find, scaffolderRuns, clock, taskEvents } =
      await setUp();
    await start();
    await create();
    scaffolderRuns.end('task-1');
    await follow();
    const { heldUntil } = await find();
    clock.advance(HOUR);
    scaffolderRuns.personRetries('task-1');
    await taskEvents.handle({ id: 1, taskId: 'task-1', status: 'recovered' });
    await follow();
    expect(await find()).toMatchObject({
      phase: 'active',
      heldUntil: undefined,
      failure: undefined,
      endedAt: undefined,
    });
    scaffolderRuns.end('task-1');
    await follow();
    const later = (await find()).heldUntil!;
    expect(later.getTime() - heldUntil!.getTime()).toBeGreaterThan(HOUR);
  });

  it('lets a step act in an opened run that nothing has told of', async () => {
    const { start, create, follow, find, scaffolderRuns } = await setUp();
    await start();
    scaffolderRuns.end('task-1');
    await follow();
    await expect(create()).rejects.toThrow(
      'has failed: it creates nothing more. Press Retry',
    );
    scaffolderRuns.personRetries('task-1');
    await create();
    expect((await find()).phase).toBe('active');
  });

  describe('a held run of which', () => {
    async function hold(options: { isCancelled: boolean; effect: string }) {
      const scene = await setUp();
      await scene.start();
      await scene.create();
      if (options.isCancelled) {
        scene.scaffolderRuns.personCancels('task-1');
      }
      scene.scaffolderRuns.end('task-1');
      await scene.follow();
      expect((await scene.find()).phase).toBe('held');
      await scene.database('effects').update({ status: options.effect });
      await scene.pass(60_000);
      return scene;
    }

    it.each(['absent', 'undone'])(
      'everything is %s has failed, and can be retried',
      async effect => {
        const { find, told, retries, pass } = await hold({
          effect,
          isCancelled: false,
        });
        expect(await find()).toMatchObject({
          phase: 'failed',
          failure: expect.any(Object),
          heldUntil: undefined,
        });
        expect(told().map(title => title.split(':')[0])).toEqual([
          'Needs you',
          'Failed',
        ]);
        await pass(25 * 3_600_000);
        expect((await find()).phase).toBe('failed');
        await retries.retry('task-1', mockCredentials.user(DEV));
        expect((await find()).phase).toBe('active');
      },
    );

    it('nothing was made is cancelled where a person cancelled it', async () => {
      const { find } = await hold({ effect: 'absent', isCancelled: true });
      expect(await find()).toMatchObject({
        phase: 'cancelled',
        cancelledAt: expect.any(Date),
      });
    });

    it.each(['intended', 'created', 'undo-failed', 'retained'])(
      'something is %s stays held',
      async effect => {
        const { find } = await hold({ effect, isCancelled: false });
        expect((await find()).phase).toBe('held');
      },
    );
  });

  describe('a held run that is opened in the scaffolder', () => {
    async function open(
      outcome: RetryDecision['outcome'],
      problem?: Partial<Problem>,
    ) {
      const scene = await setUp();
      const { start, create, follow, scaffolderRuns, approvals } = scene;
      await start();
      await create();
      scaffolderRuns.log('task-1', 'create', 'failed');
      scaffolderRuns.end('task-1');
      await follow();
      if (problem) {
        const { failure } = await scene.find();
        await scene.database('runs').update({
          failure: JSON.stringify({
            ...failure,
            problem: { ...failure?.problem, ...problem },
          }),
        });
      }
      const { cancels } = scaffolderRuns;
      approvals.reviewRun.mockResolvedValue({
        outcome,
        changes: [],
        explanations: ['A freeze has begun.'],
      });
      scaffolderRuns.personRetries('task-1');
      return { ...scene, cancelled: () => scaffolderRuns.cancels - cancels };
    }

    it.each(['denied', 'pending'] as const)(
      'is stopped where policy says %s, before it acts, and says why',
      async outcome => {
        const { create, follow, find, settle, told, approvals, cancelled } =
          await open(outcome);
        const { length } = told();
        await expect(create()).rejects.toThrow('is held: it creates nothing');
        await follow();
        await settle();
        expect(cancelled()).toBe(1);
        expect(await find()).toMatchObject({
          phase: 'held',
          cancelledAt: undefined,
          heldUntil: expect.any(Date),
          failure: {
            stepId: 'create',
            problem: { what: expect.stringContaining('A freeze has begun.') },
          },
        });
        // Nobody is asked, and nothing is stored.
        expect(approvals.reviewRun.mock.calls).toEqual([
          ['task-1', { dryRun: true }],
        ]);
        expect(told()).toHaveLength(length);
      },
    );

    it.each(['unchanged', 'approved'] as const)(
      'goes on where policy says %s',
      async outcome => {
        const { create, find, approvals, cancelled } = await open(outcome);
        await create();
        expect((await find()).phase).toBe('active');
        expect(cancelled()).toBe(0);
        expect(approvals.reviewRun.mock.lastCall).toEqual([
          'task-1',
          { dryRun: outcome === 'unchanged' },
        ]);
      },
    );

    it('does not act while policy does not answer', async () => {
      const { create, find, approvals } = await open('unchanged');
      approvals.reviewRun.mockRejectedValueOnce(new Error('down'));
      await expect(create()).rejects.toThrow('down');
      expect((await find()).phase).toBe('held');
      await create();
      expect((await find()).phase).toBe('active');
    });

    it('stays without Retry where its request was rejected', async () => {
      const { follow, find, settle, scaffolderRuns, retries } = await open(
        'denied',
        { refused: 'rejected' },
      );
      await follow();
      scaffolderRuns.end('task-1');
      await follow();
      await settle();
      expect((await find()).failure?.problem).toMatchObject({
        what: expect.stringContaining('started again'),
        refused: 'rejected',
      });
      await expect(
        retries.retry('task-1', mockCredentials.user(DEV)),
      ).rejects.toThrow('Its request was rejected');
    });

    it('is retried by our own Retry when policy lets it again', async () => {
      const { follow, find, settle, scaffolderRuns, retries, approvals } =
        await open('denied');
      await follow();
      scaffolderRuns.end('task-1');
      await follow();
      await settle();
      expect((await find()).phase).toBe('held');
      approvals.reviewRun.mockResolvedValue({
        outcome: 'unchanged',
        changes: [],
        explanations: [],
      });
      await retries.retry('task-1', mockCredentials.user(DEV));
      expect((await find()).phase).toBe('active');
      expect(scaffolderRuns.statusOf('task-1')).toBe('open');
    });
  });

  it.each(['cancelled', 'rolled-back', 'held after a cancel'])(
    'cancels what opens a run again that is %s',
    async state => {
      const { start, create, follow, find, scaffolderRuns, settle } =
        await setUp();
      await start('task-1', {
        onFailure: state === 'rolled-back' ? 'rollback' : 'hold',
      });
      if (state !== 'cancelled') {
        await create();
      }
      scaffolderRuns.personCancels('task-1');
      scaffolderRuns.end('task-1');
      await follow();
      const { phase } = await find();
      expect(state).toContain(phase);
      const { cancels } = scaffolderRuns;
      scaffolderRuns.personRetries('task-1');
      await follow();
      await follow();
      await settle();
      expect(scaffolderRuns.cancels).toBe(cancels + 1);
      expect((await find()).phase).toBe(phase);
    },
  );

  it('holds a run that had claimed something while it failed', async () => {
    const { start, create, follow, find, database, scaffolderRuns, pass } =
      await setUp();
    await start();
    await create();
    await database('effects').update({ status: 'absent' });
    scaffolderRuns.end('task-1');
    await follow();
    expect((await find()).phase).toBe('failed');
    await database('effects').update({ status: 'intended' });
    await pass(120_000);
    expect((await find()).phase).toBe('held');
  });

  it('looks once more at a run that failed, then never again', async () => {
    const { start, follow, find, scaffolderRuns, pass } = await setUp();
    await start();
    scaffolderRuns.end('task-1');
    await follow();
    await pass(120_000);
    expect((await find()).nextLookAt).toBeUndefined();
    const { looks } = scaffolderRuns;
    await pass(HOUR);
    expect(scaffolderRuns.looks).toBe(looks);
  });

  it('ends a run whose task is gone', async () => {
    const { start, create, follow, find, scaffolderRuns } = await setUp();
    await start();
    await start('task-2');
    await create('task-2');
    for (const taskId of ['task-1', 'task-2']) {
      scaffolderRuns.remove(taskId);
      await follow(taskId);
    }
    expect((await find()).phase).toBe('failed');
    expect((await find('task-2')).phase).toBe('held');
  });

  it('moves and tells once though two replicas look at once', async () => {
    const { start, create, find, scaffolderRuns, database, clock, ...one } =
      await setUp();
    await start();
    await create();
    scaffolderRuns.end('task-1');
    const other = createReplica({ database, clock, scaffolderRuns });
    await Promise.all([
      one.runSweep.tick(),
      other.runSweep.tick(),
      one.runSweep.follow('task-1'),
      other.runSweep.follow('task-1'),
    ]);
    expect(await find()).toMatchObject({ phase: 'held', version: 1 });
    const messages = await one.runs.listOutbox(await clock.now(), 10);
    await one.settle();
    expect(messages.length + one.told().length).toBeLessThanOrEqual(2);
    expect((await find()).heldUntil).toBeDefined();
  });
});
