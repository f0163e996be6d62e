import {
  createReplica,
  suspendRequest,
  TestClock,
  testSealer,
} from '../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../__testUtils__/databases';
import { FakeScaffolderRuns } from '../__testUtils__/FakeScaffolderRuns';

describe.each(databases.eachSupportedId())('Sweep on %p', id => {
  async function setUp(
    options: Partial<Parameters<typeof createReplica>[0]> = {},
  ) {
    const database = await openTestDatabase(id);
    const replica = createReplica({ database, ...options });
    const { scaffolderRuns, suspensions, sweep } = replica;
    const park = async (taskId: string, ref: string, kind = 'approval') => {
      scaffolderRuns.start(taskId);
      await suspensions.suspend(
        suspendRequest({
          taskId,
          wait: { kind, ref },
          sealedSecrets: testSealer.seal({ token: 'x' }, taskId),
        }),
      );
      scaffolderRuns.end(taskId);
      await sweep.tick();
    };
    const statusOf = async (taskId: string) =>
      (await replica.store.find(suspendRequest({ taskId })))?.status;
    return { ...replica, database, park, statusOf };
  }

  it('resumes runs whose signal was lost, and no others', async () => {
    const { park, approvals, sweep, resumer, statusOf } = await setUp();
    await park('task-1', 'request-1');
    await park('task-2', 'request-2');
    approvals.decidedAmong.mockResolvedValue(['request-2']);
    await sweep.tick();
    await resumer.idle();
    expect(approvals.decidedAmong).toHaveBeenLastCalledWith([
      'request-1',
      'request-2',
    ]);
    expect(await statusOf('task-1')).toBe('parked');
    expect(await statusOf('task-2')).toBe('resumed');
  });

  it('keeps to the rate of a kind, and gives every wait its turn', async () => {
    const asked: string[] = [];
    const { store, sweep, clock } = await setUp({
      waitCheckers: [
        {
          kind: 'vendor',
          maximumPerMinute: 60,
          async findOver(refs) {
            asked.push(...refs);
            return [];
          },
        },
      ],
    });
    const now = await clock.now();
    for (let count = 10; count < 30; count++) {
      await store.insert({
        ...suspendRequest({
          taskId: `task-${count}`,
          wait: { kind: 'vendor', ref: `ref-${count}` },
        }),
        status: 'parked',
        cancelsSent: 1,
        attempts: 0,
        checkedAt: now,
        suspendedAt: now,
        createdAt: now,
        updatedAt: now,
      });
    }
    const perTick: number[] = [];
    for (let tick = 0; tick < 5; tick++) {
      const before = asked.length;
      await sweep.tick();
      perTick.push(asked.length - before);
      clock.advance(5_000);
    }
    expect(perTick).toEqual([5, 5, 5, 5, 0]);
    expect(new Set(asked).size).toBe(20);
    // Two ticks at once ask no more than one.
    await sweep.tick();
    const before = asked.length;
    await sweep.tick();
    expect(asked.length).toBe(before);
  });

  it('asks in batches of at most 500', async () => {
    const { store, approvals, sweep, clock } = await setUp();
    const now = await clock.now();
    for (let count = 0; count < 501; count++) {
      await store.insert({
        ...suspendRequest({
          taskId: `task-${count}`,
          wait: { kind: 'approval', ref: `request-${count}` },
        }),
        status: 'parked',
        cancelsSent: 1,
        attempts: 0,
        checkedAt: now,
        suspendedAt: now,
        createdAt: now,
        updatedAt: now,
      });
    }
    await sweep.tick();
    const batches = approvals.decidedAmong.mock.calls as unknown as [
      string[],
    ][];
    expect(batches.map(([refs]) => refs.length)).toEqual([500, 1]);
  });

  it('asks about 2,000 at a time, and goes on with the next tick', async () => {
    const { database, store, approvals, sweep, clock } = await setUp();
    const now = await clock.now();
    const model = await store.insert({
      ...suspendRequest({
        taskId: 'task-0',
        wait: { kind: 'approval', ref: 'request-0000' },
      }),
      status: 'parked',
      cancelsSent: 1,
      attempts: 0,
      checkedAt: now,
      suspendedAt: now,
      createdAt: now,
      updatedAt: now,
    });
    const row = await database('suspensions').where({ id: model!.id }).first();
    const copies = Array.from({ length: 2_000 }, (_, index) => ({
      ...row,
      id: `copy-${index}`,
      task_id: `copy-${index}`,
      wait_ref: `request-${String(index + 1).padStart(4, '0')}`,
    }));
    await database.batchInsert('suspensions', copies, 100);
    const asked = async () => {
      approvals.decidedAmong.mockClear();
      await sweep.tick();
      const calls = approvals.decidedAmong.mock.calls as unknown as [
        string[],
      ][];
      return calls.flatMap(([refs]) => refs);
    };

    expect(await asked()).toHaveLength(2_000);
    expect(await asked()).toEqual(['request-2000']);
    expect(await asked()).toHaveLength(2_000);
  });

  it('asks each kind of wait, whatever another one answers', async () => {
    const findOver = jest.fn(async () => ['apply-1']);
    const { park, approvals, sweep, resumer, statusOf } = await setUp({
      waitCheckers: [{ kind: 'infrastructure', findOver }],
    });
    await park('task-1', 'apply-1', 'infrastructure');
    await resumer.idle();
    await park('task-2', 'request-1');
    approvals.decidedAmong.mockRejectedValue(new Error('down'));
    await sweep.tick();
    await resumer.idle();
    expect(await statusOf('task-1')).toBe('resumed');
    expect(await statusOf('task-2')).toBe('parked');
  });

  it('asks rarely about what webhooks tell of, as long as they come', async () => {
    const asked: string[][] = [];
    const subject = 'commit-1';
    const { store, sweep, clock, webhooks, scaffolderRuns } = await setUp({
      waitCheckers: [
        {
          kind: 'infrastructure',
          async findOver(refs) {
            asked.push([...refs]);
            return [];
          },
        },
      ],
      webhookReceivers: [
        {
          id: 'github',
          receive: async () => ({
            deliveryId: `of ${(await clock.now()).toISOString()}`,
            about: [{ kind: 'infrastructure', subject: 'none' }],
          }),
        },
      ],
    });
    const wait = async (ref: string) => {
      const now = await clock.now();
      scaffolderRuns.start(ref);
      await store.insert({
        ...suspendRequest({
          taskId: ref,
          wait: { kind: 'infrastructure', ref, subject },
        }),
        status: 'parked',
        cancelsSent: 1,
        attempts: 0,
        checkedAt: now,
        suspendedAt: now,
        createdAt: now,
        updatedAt: now,
      });
    };
    const tick = async () => {
      asked.length = 0;
      await sweep.tick();
      clock.advance(5_000);
      return asked.flat();
    };
    const tell = () =>
      webhooks.receive('github', { headers: {}, body: Buffer.from('') });

    await wait('one');
    expect([await tick(), await tick()]).toEqual([['one'], ['one']]);
    await tell();
    expect(await tick()).toEqual([]);
    // What has begun since then is asked about soon.
    await wait('two');
    expect([await tick(), await tick()]).toEqual([['two'], []]);
    clock.advance(60_000);
    expect([await tick(), await tick()]).toEqual([['one', 'two'], []]);
    clock.advance(600_000);
    expect([await tick(), await tick()]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
  });

  it('marks a run whose signal was stored while it was not looking', async () => {
    const { database, park, sweep, statusOf, clock } = await setUp();
    await park('task-1', 'request-1');
    // As after a kill between the two commits of a signal.
    await database('signals').insert({
      kind: 'approval',
      ref: 'request-1',
      created_at: await clock.now(),
    });
    await sweep.tick();
    expect(await statusOf('task-1')).toBe('resumed');
  });

  it('notices a cancel that no event told of', async () => {
    const { park, sweep, scaffolderRuns, statusOf, approvals, clock } =
      await setUp();
    await park('task-1', 'request-1');
    scaffolderRuns.personCancels('task-1');
    clock.advance(30_000);
    await sweep.tick();
    expect(await statusOf('task-1')).toBe('cancelled');
    expect(approvals.closeRun).toHaveBeenCalledWith('task-1', {
      comment: 'The run was cancelled.',
    });
  });

  it('leaves a parked task alone for half a minute', async () => {
    const { park, sweep, scaffolderRuns, clock } = await setUp();
    await park('task-1', 'request-1');
    const { looks } = scaffolderRuns;
    clock.advance(29_000);
    await sweep.tick();
    expect(scaffolderRuns.looks).toBe(looks);
    clock.advance(1_000);
    await sweep.tick();
    await sweep.tick();
    expect(scaffolderRuns.looks).toBe(looks + 1);
  });

  it('delivers a message until it has arrived, then never again', async () => {
    const { park, sweep, scaffolderRuns, approvals, clock, logger } =
      await setUp();
    await park('task-1', 'request-1');
    approvals.closeRun.mockRejectedValueOnce(new Error('down'));
    approvals.closeRun.mockRejectedValueOnce(new Error('down'));
    scaffolderRuns.personCancels('task-1');
    for (let ticks = 0; ticks < 6; ticks++) {
      clock.advance(30_000);
      await sweep.tick();
    }
    expect(approvals.closeRun).toHaveBeenCalledTimes(3);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('run.cancelled of run task-1 not delivered'),
    );
  });

  it('forgets old signals', async () => {
    const { suspensions, sweep, store, clock } = await setUp();
    const wait = { kind: 'approval', ref: 'request-9' };
    await suspensions.signal(wait);
    clock.advance(23 * 3_600_000);
    await sweep.tick();
    expect(await store.findSignal(wait)).toBeDefined();
    clock.advance(2 * 3_600_000);
    await sweep.tick();
    expect(await store.findSignal(wait)).toBeUndefined();
  });

  it('resumes a run once though two replicas sweep at once', async () => {
    const clock = new TestClock();
    const scaffolderRuns = new FakeScaffolderRuns();
    const { database, park, store, sweep } = await setUp({
      clock,
      scaffolderRuns,
    });
    for (let count = 1; count <= 5; count++) {
      await park(`task-${count}`, 'request-1');
    }
    const other = createReplica({ database, clock, scaffolderRuns });
    await store.signal(
      { kind: 'approval', ref: 'request-1' },
      await clock.now(),
    );
    await Promise.all([sweep.tick(), other.sweep.tick()]);
    expect(scaffolderRuns.retries.map(({ taskId }) => taskId).sort()).toEqual(
      [1, 2, 3, 4, 5].map(count => `task-${count}`),
    );
  });
});
