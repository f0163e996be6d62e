import {
  createReplica,
  suspendRequest,
  testSealer,
} from '../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../__testUtils__/databases';

const WAIT = { kind: 'approval', ref: 'request-1' };

describe.each(databases.eachSupportedId())('SuspensionService on %p', id => {
  async function setUp() {
    const database = await openTestDatabase(id);
    const replica = createReplica({ database });
    replica.scaffolderRuns.start('task-1');
    const find = () => replica.store.find(suspendRequest());
    const statusOf = async () => (await find())?.status;
    return { ...replica, database, find, statusOf };
  }

  it('writes the suspension before it cancels the task', async () => {
    const { suspensions, scaffolderRuns, find } = await setUp();
    const seen: unknown[] = [];
    scaffolderRuns.before = async call => {
      seen.push([call, (await find())?.status]);
    };
    const { outcome, suspension } = await suspensions.suspend(suspendRequest());
    expect(outcome).toBe('parking');
    expect(suspension).toMatchObject({
      taskId: 'task-1',
      stepId: 'gate',
      status: 'parking',
      wait: WAIT,
    });
    expect(seen).toEqual([
      ['look', 'parking'],
      ['cancel', 'parking'],
      ['look', 'parking'],
    ]);
    expect(await find()).toMatchObject({ cancelsSent: 1, parkEventId: 102 });
  });

  it('passes at once when the signal came first', async () => {
    const { suspensions, scaffolderRuns, find } = await setUp();
    await suspensions.signal(WAIT);
    const { outcome } = await suspensions.suspend(suspendRequest());
    expect(outcome).toBe('signalled');
    expect(scaffolderRuns.cancels).toBe(0);
    expect((await find())?.status).toBe('resumed');
  });

  it('parks when an attempt says that a signalled wait is pending still', async () => {
    const { suspensions, sweep, find, clock, scaffolderRuns } = await setUp();
    await suspensions.signal(WAIT);
    clock.advance(10);
    await suspensions.suspend(suspendRequest());
    const second = await suspensions.suspend(suspendRequest());
    expect(second.outcome).toBe('parking');
    await sweep.tick();
    expect(await find()).toMatchObject({ status: 'parking' });
    expect((await find())?.signalledAt).toBeUndefined();

    clock.advance(10);
    await suspensions.signal(WAIT);
    scaffolderRuns.end('task-1');
    await sweep.tick();
    expect(scaffolderRuns.retries).toHaveLength(1);
  });

  it('cancels once when two workers run one attempt', async () => {
    const { suspensions, scaffolderRuns, find } = await setUp();
    const results = await Promise.all(
      Array.from({ length: 8 }, () => suspensions.suspend(suspendRequest())),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(
      Array(8).fill('parking'),
    );
    expect(scaffolderRuns.cancels).toBe(1);
    expect(await find()).toMatchObject({ status: 'parking', parkEventId: 102 });
  });

  it('heeds a person who cancelled before the attempt parked', async () => {
    const { suspensions, scaffolderRuns, find, outbox, approvals } =
      await setUp();
    scaffolderRuns.personCancels('task-1');
    const { outcome } = await suspensions.suspend(suspendRequest());
    expect(outcome).toBe('parking');
    expect(scaffolderRuns.cancels).toBe(0);
    expect((await find())?.status).toBe('cancelled');
    await outbox.deliver();
    expect(approvals.closeRun).toHaveBeenCalledWith('task-1', {
      comment: 'The run was cancelled.',
    });
    await expect(suspensions.suspend(suspendRequest())).rejects.toMatchObject({
      name: 'ConflictError',
    });
  });

  it('heeds a person who cancels between our look and our cancel', async () => {
    const { suspensions, scaffolderRuns, find } = await setUp();
    scaffolderRuns.before = call => {
      if (call === 'cancel') {
        scaffolderRuns.personCancels('task-1');
      }
    };
    await suspensions.suspend(suspendRequest());
    expect((await find())?.status).toBe('cancelled');
  });

  it('refuses any wait of a run that was cancelled', async () => {
    const { suspensions, scaffolderRuns, register } = await setUp();
    await register.register('task-1', { authorised: true, secretNames: [] });
    scaffolderRuns.personCancels('task-1');
    await suspensions.suspend(suspendRequest());
    await expect(
      suspensions.suspend(suspendRequest({ stepId: 'wait-for-apply' })),
    ).rejects.toThrow(/was cancelled/);
  });

  it('goes on after a kill between write and cancel', async () => {
    const { suspensions, scaffolderRuns, find, clock } = await setUp();
    scaffolderRuns.before = call => {
      if (call === 'cancel') {
        throw new Error('killed');
      }
    };
    await expect(suspensions.suspend(suspendRequest())).rejects.toThrow(
      'killed',
    );
    expect(await find()).toMatchObject({ status: 'parking', cancelsSent: 1 });

    // A second worker of the same attempt leaves the cancel to the first.
    scaffolderRuns.before = () => {};
    clock.advance(9_000);
    expect((await suspensions.suspend(suspendRequest())).outcome).toBe(
      'parking',
    );
    expect(scaffolderRuns.cancels).toBe(0);

    // The scaffolder takes the task for stale and runs the step again.
    scaffolderRuns.before = () => {};
    clock.advance(30_000);
    scaffolderRuns.recover('task-1');
    scaffolderRuns.claim('task-1');
    await suspensions.suspend(suspendRequest());
    expect(scaffolderRuns.cancels).toBe(1);
    expect(await find()).toMatchObject({ status: 'parking', parkEventId: 103 });
  });

  it('goes on after a kill between cancel and its confirmation', async () => {
    const { suspensions, scaffolderRuns, find, sweep, clock } = await setUp();
    scaffolderRuns.after = call => {
      if (call === 'cancel') {
        throw new Error('killed');
      }
    };
    await expect(suspensions.suspend(suspendRequest())).rejects.toThrow(
      'killed',
    );
    expect((await find())?.parkEventId).toBeUndefined();
    scaffolderRuns.after = () => {};
    clock.advance(30_000);

    // Recovered without credentials, the attempt aborts and ends by itself.
    scaffolderRuns.recover('task-1');
    await sweep.tick();
    expect((await find())?.status).toBe('parking');
    scaffolderRuns.end('task-1');
    clock.advance(10_000);
    await sweep.tick();
    expect(await find()).toMatchObject({ status: 'parked', parkEventId: 102 });
    expect(scaffolderRuns.cancels).toBe(1);
  });

  it('takes the cancel of a killed attempt for ours when it asks again', async () => {
    const { suspensions, scaffolderRuns, find, clock } = await setUp();
    scaffolderRuns.after = call => {
      if (call === 'cancel') {
        throw new Error('killed');
      }
    };
    await suspensions.suspend(suspendRequest()).catch(() => {});
    scaffolderRuns.after = () => {};
    clock.advance(30_000);
    scaffolderRuns.recover('task-1');
    await suspensions.suspend(suspendRequest());
    expect(scaffolderRuns.cancels).toBe(1);
    expect(await find()).toMatchObject({ status: 'parking', parkEventId: 102 });
  });

  it('parks though the confirming look fails', async () => {
    const { suspensions, scaffolderRuns, find } = await setUp();
    scaffolderRuns.before = call => {
      if (call === 'look' && scaffolderRuns.cancels > 0) {
        throw new Error('unreachable');
      }
    };
    const { outcome } = await suspensions.suspend(suspendRequest());
    expect(outcome).toBe('parking');
    expect((await find())?.status).toBe('parking');
  });

  it('keeps a run that could not be cancelled and failed instead', async () => {
    const { suspensions, scaffolderRuns, find, sweep, clock } = await setUp();
    scaffolderRuns.before = call => {
      if (call === 'cancel') {
        throw new Error('unreachable');
      }
    };
    await suspensions.suspend(suspendRequest()).catch(() => {});
    scaffolderRuns.end('task-1');
    clock.advance(10_000);
    await sweep.tick();
    expect((await find())?.status).toBe('parked');
    scaffolderRuns.before = () => {};
    await suspensions.signal(WAIT);
    await sweep.tick();
    expect(scaffolderRuns.retries).toHaveLength(1);
    expect((await find())?.status).toBe('resumed');
  });

  describe('when the run is parked', () => {
    async function setUpParked() {
      const context = await setUp();
      const { suspensions, scaffolderRuns, sweep } = context;
      const sealedSecrets = testSealer.seal({ token: 'old' }, 'task-1');
      await suspensions.suspend(suspendRequest({ sealedSecrets }));
      scaffolderRuns.end('task-1');
      await sweep.tick();
      expect((await context.find())?.status).toBe('parked');
      return context;
    }

    it('parks again an attempt that a person retried', async () => {
      const { suspensions, scaffolderRuns, find, sweep } = await setUpParked();
      const first = (await find())!;
      scaffolderRuns.personRetries('task-1');
      scaffolderRuns.claim('task-1');
      await suspensions.suspend(suspendRequest());
      expect(scaffolderRuns.cancels).toBe(2);
      const second = (await find())!;
      expect(second).toMatchObject({ id: first.id, status: 'parking' });
      expect(second.parkEventId).toBeGreaterThan(first.parkEventId!);
      // The stash stays when the attempt gives none.
      expect(second.sealedSecrets).toBe(first.sealedSecrets);
      scaffolderRuns.end('task-1');
      await sweep.tick();
      expect((await find())?.status).toBe('parked');
    });

    it('replaces the stash and what it waits for when told to', async () => {
      const { suspensions, scaffolderRuns, find } = await setUpParked();
      scaffolderRuns.personRetries('task-1');
      const sealedSecrets = testSealer.seal({ token: 'new' }, 'task-1');
      const wait = { kind: 'approval', ref: 'request-2' };
      await suspensions.suspend(suspendRequest({ sealedSecrets, wait }));
      expect(await find()).toMatchObject({ sealedSecrets, wait });
    });

    it('changes nothing for a stalled worker that wakes up', async () => {
      const { suspensions, scaffolderRuns, find } = await setUpParked();
      const before = await find();
      const { outcome } = await suspensions.suspend(suspendRequest());
      await suspensions.settle(suspendRequest());
      expect(outcome).toBe('parking');
      expect(scaffolderRuns.cancels).toBe(1);
      expect(await find()).toEqual(before);
    });

    it('lets no stalled worker pass that wakes up after the signal', async () => {
      const { suspensions, store, clock, scaffolderRuns, sweep, statusOf } =
        await setUpParked();
      await store.signal(WAIT, await clock.now());
      const { outcome } = await suspensions.suspend(suspendRequest());
      await suspensions.settle(suspendRequest());
      expect(outcome).toBe('parking');
      expect(await statusOf()).toBe('parked');
      await sweep.tick();
      expect(scaffolderRuns.retries).toHaveLength(1);
    });

    it('heeds a person who cancels the attempt that parks again', async () => {
      const { suspensions, scaffolderRuns, find } = await setUpParked();
      scaffolderRuns.personRetries('task-1');
      scaffolderRuns.personCancels('task-1');
      await suspensions.suspend(suspendRequest());
      expect((await find())?.status).toBe('cancelled');
    });

    it('settles when an attempt passes, and forgets the secrets', async () => {
      const { suspensions, find, signals, scaffolderRuns } =
        await setUpParked();
      scaffolderRuns.personRetries('task-1');
      signals.publish.mockClear();
      await suspensions.settle(suspendRequest());
      const row = (await find())!;
      expect(row.status).toBe('resumed');
      expect(row.sealedSecrets).toBeUndefined();
      expect(signals.publish).toHaveBeenCalledWith(
        expect.objectContaining({
          channel: 'runs:changed',
          message: { taskId: 'task-1' },
        }),
      );
    });
  });

  it('settles nothing where there is no suspension', async () => {
    const { suspensions, find } = await setUp();
    await suspensions.settle(suspendRequest());
    expect(await find()).toBeUndefined();
  });
});
