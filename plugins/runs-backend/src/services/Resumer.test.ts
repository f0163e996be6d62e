import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  createReplica,
  suspendRequest,
  TestClock,
  testSealer,
} from '../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../__testUtils__/databases';
import { FakeScaffolderRuns } from '../__testUtils__/FakeScaffolderRuns';

const WAIT = { kind: 'approval', ref: 'request-1' };
const SECRETS = { token: 'hunter2' };

describe.each(databases.eachSupportedId())('Resumer on %p', id => {
  async function setUp(options: { onSleep?: () => void } = {}) {
    const database = await openTestDatabase(id);
    const clock = new TestClock();
    const scaffolderRuns = new FakeScaffolderRuns();
    const replica = createReplica({
      database,
      clock,
      scaffolderRuns,
      ...options,
    });
    scaffolderRuns.start('task-1', SECRETS);
    const find = () => replica.store.find(suspendRequest());
    const statusOf = async () => (await find())?.status;
    /** As the stock scaffolder does within a second of a park. */
    const park = async () => {
      await replica.suspensions.suspend(
        suspendRequest({ sealedSecrets: testSealer.seal(SECRETS, 'task-1') }),
      );
      scaffolderRuns.end('task-1');
      await replica.sweep.tick();
      expect(await statusOf()).toBe('parked');
    };
    const signal = async () => {
      await replica.suspensions.signal(WAIT);
      await replica.resumer.idle();
    };
    return { ...replica, database, find, statusOf, park, signal };
  }

  it('resumes at once, gives the secrets back and forgets them', async () => {
    const { park, signal, statusOf, find, scaffolderRuns } = await setUp();
    await park();
    await signal();
    expect(scaffolderRuns.retries).toEqual([
      { taskId: 'task-1', secrets: SECRETS },
    ]);
    expect(await statusOf()).toBe('resumed');
    expect((await find())?.sealedSecrets).toBeUndefined();
  });

  it('retries a task that was terminal only after some seconds', async () => {
    let sleeps = 0;
    const context = await setUp({
      onSleep: () => {
        sleeps++;
        if (sleeps === 12) {
          context.scaffolderRuns.end('task-1');
        }
      },
    });
    await context.suspensions.suspend(suspendRequest());
    await context.signal();
    expect(sleeps).toBe(12);
    expect(await context.statusOf()).toBe('resumed');
    expect(context.scaffolderRuns.retries).toHaveLength(1);
  });

  it('backs off up to five seconds while the task is not terminal', async () => {
    const { suspensions, resumer, find, clock } = await setUp();
    await suspensions.suspend(suspendRequest());
    const row = await find();
    const delays: (number | undefined)[] = [];
    for (let tries = 0; tries < 7; tries++) {
      delays.push(await resumer.advance(row!.id));
      clock.advance(5_000);
    }
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  });

  it('retries once for 20 calls on each of two replicas', async () => {
    const { park, database, clock, scaffolderRuns, find } = await setUp();
    await park();
    const replicas = [0, 1].map(() =>
      createReplica({ database, clock, scaffolderRuns }),
    );
    await replicas[0].store.signal(WAIT, await clock.now());
    const row = await find();
    await Promise.all(
      replicas.flatMap(({ resumer }) =>
        Array.from({ length: 20 }, () => resumer.advance(row!.id)),
      ),
    );
    expect(scaffolderRuns.retries).toHaveLength(1);
    expect((await find())?.status).toBe('resumed');
  });

  it('does not reopen a task that has completed', async () => {
    const { park, signal, statusOf, scaffolderRuns } = await setUp();
    await park();
    scaffolderRuns.personRetries('task-1');
    scaffolderRuns.end('task-1', 'completed');
    await signal();
    expect(scaffolderRuns.retries).toEqual([]);
    expect(await statusOf()).toBe('resumed');
  });

  it('leaves a newer attempt that a person started to itself', async () => {
    const { suspensions, sweep, signal, statusOf, scaffolderRuns } =
      await setUp();
    await suspensions.suspend(suspendRequest());
    scaffolderRuns.end('task-1');
    await sweep.tick();
    scaffolderRuns.personRetries('task-1');
    await signal();
    expect(scaffolderRuns.retries).toEqual([]);
    expect(await statusOf()).toBe('resumed');
  });

  it('hands secrets back after an attempt of a person that lacks them', async () => {
    const { park, signal, statusOf, scaffolderRuns, sweep, clock, store } =
      await setUp();
    await park();
    scaffolderRuns.personRetries('task-1');
    const retriedAs: string[] = [];
    scaffolderRuns.before = call => {
      if (call === 'retry') {
        retriedAs.push(scaffolderRuns.statusOf('task-1'));
      }
    };
    await sweep.tick();
    await store.signal(WAIT, await clock.now());
    await sweep.tick();
    expect(retriedAs).toEqual([]);
    const advanced = signal();
    // The attempt ends at the gate, without having settled.
    scaffolderRuns.claim('task-1');
    scaffolderRuns.end('task-1');
    await advanced;
    clock.advance(5_000);
    await sweep.tick();
    expect(scaffolderRuns.retries).toEqual([
      { taskId: 'task-1', secrets: SECRETS },
    ]);
    expect(await statusOf()).toBe('resumed');
  });

  it('heeds the cancel of a person while the run is parked', async () => {
    const { park, signal, statusOf, scaffolderRuns, outbox, approvals } =
      await setUp();
    await park();
    scaffolderRuns.personCancels('task-1');
    await signal();
    expect(scaffolderRuns.retries).toEqual([]);
    expect(await statusOf()).toBe('cancelled');
    await outbox.deliver();
    expect(approvals.closeRun).toHaveBeenCalledTimes(1);
  });

  it('heeds the cancel of a person while the task is ending', async () => {
    const { suspensions, signal, statusOf, scaffolderRuns } = await setUp({});
    await suspensions.suspend(suspendRequest());
    scaffolderRuns.personCancels('task-1');
    scaffolderRuns.end('task-1');
    await signal();
    expect(scaffolderRuns.retries).toEqual([]);
    expect(await statusOf()).toBe('cancelled');
  });

  it('heeds the cancel that its own retry has deleted', async () => {
    const context = await setUp();
    const { park, signal, statusOf, find, scaffolderRuns } = context;
    await park();
    let cancelEventId = 0;
    scaffolderRuns.before = call => {
      if (call === 'retry') {
        cancelEventId = scaffolderRuns.personCancels('task-1');
      }
    };
    await signal();
    expect(await statusOf()).toBe('resumed');
    scaffolderRuns.before = () => {};
    await context.taskEvents.handle({
      id: cancelEventId,
      taskId: 'task-1',
      status: 'cancelled',
    });
    expect((await find())?.status).toBe('cancelled');
    // The park's, and the one that stops the attempt we started.
    expect(scaffolderRuns.cancels).toBe(2);
  });

  it('ignores late news of a cancel that a person retried', async () => {
    const { park, signal, statusOf, scaffolderRuns, taskEvents } =
      await setUp();
    await park();
    await signal();
    scaffolderRuns.claim('task-1');
    const eventId = scaffolderRuns.personCancels('task-1');
    scaffolderRuns.end('task-1');
    scaffolderRuns.personRetries('task-1');
    await taskEvents.handle({
      id: eventId,
      taskId: 'task-1',
      status: 'cancelled',
    });
    expect(await statusOf()).toBe('resumed');
    expect(scaffolderRuns.cancels).toBe(1);
  });

  it('ends the suspension of a task that was deleted', async () => {
    const { park, signal, statusOf, scaffolderRuns } = await setUp();
    await park();
    scaffolderRuns.remove('task-1');
    await signal();
    expect(await statusOf()).toBe('cancelled');
  });

  it.each([
    ['the template is gone', new NotFoundError('x'), /template .* is gone/],
    ['a secret is missing', new InputError('x'), /requires a secret/],
    ['we may not', new NotAllowedError('x'), /plugin:runs/],
  ])(
    'asks for attention when %s, and goes on later',
    async (_, error, text) => {
      const { park, signal, find, scaffolderRuns, sweep, clock } =
        await setUp();
      await park();
      scaffolderRuns.before = call => {
        if (call === 'retry') {
          throw error;
        }
      };
      await signal();
      const held = (await find())!;
      expect(held.status).toBe('parked');
      expect(held.attention).toMatch(text);
      expect(held.sealedSecrets).toBeDefined();

      scaffolderRuns.before = () => {};
      await sweep.tick();
      expect(scaffolderRuns.retries).toEqual([]);
      clock.advance(300_000);
      await sweep.tick();
      expect(scaffolderRuns.retries).toHaveLength(1);
      expect(await find()).toMatchObject({ status: 'resumed' });
      expect((await find())?.attention).toBeUndefined();
    },
  );

  it('never resumes a run without secrets that it can not open', async () => {
    const { park, database, clock, scaffolderRuns, find } = await setUp();
    await park();
    const keyless = createReplica({
      database,
      clock,
      scaffolderRuns,
      sealer: undefined,
    });
    await keyless.suspensions.signal(WAIT);
    await keyless.resumer.idle();
    expect(scaffolderRuns.retries).toEqual([]);
    const row = (await find())!;
    expect(row).toMatchObject({ status: 'parked' });
    expect(row.attention).toMatch(/runs\.secretsKey/);
  });

  describe('crash points', () => {
    it('resumes after an error that may pass', async () => {
      const { park, signal, statusOf, scaffolderRuns } = await setUp();
      await park();
      let failures = 3;
      scaffolderRuns.before = call => {
        if (call === 'retry' && failures > 0) {
          failures--;
          throw new Error('connection reset');
        }
      };
      await signal();
      expect(scaffolderRuns.retries).toHaveLength(1);
      expect(await statusOf()).toBe('resumed');
    });

    it('looks before it retries again when an answer was lost', async () => {
      const { park, signal, statusOf, scaffolderRuns } = await setUp();
      await park();
      scaffolderRuns.after = call => {
        if (call === 'retry') {
          throw new Error('timeout');
        }
      };
      await signal();
      expect(scaffolderRuns.retries).toHaveLength(1);
      expect(await statusOf()).toBe('resumed');
    });

    it('waits while another attempt has the task', async () => {
      const { park, signal, statusOf, scaffolderRuns } = await setUp();
      await park();
      scaffolderRuns.before = call => {
        if (call === 'retry') {
          scaffolderRuns.personRetries('task-1');
          scaffolderRuns.before = () => {};
        }
      };
      await signal();
      // That attempt has not settled; the secrets are kept until it does.
      expect(scaffolderRuns.retries).toEqual([]);
      expect(await statusOf()).toBe('resuming');
    });

    /** A process that stops for good: none of its later calls arrive. */
    async function killAt(
      when: 'before' | 'after',
      killedAt: 'look' | 'retry',
    ) {
      const context = await setUp();
      const { park, database, clock, scaffolderRuns, find } = context;
      await park();
      let isDead = false;
      const dying = createReplica({ database, clock, scaffolderRuns });
      const gone = new Promise<never>(() => {});
      let told = () => {};
      const died = new Promise<void>(resolve => {
        told = resolve;
      });
      scaffolderRuns[when] = async call => {
        if (call === killedAt && !isDead) {
          isDead = true;
          told();
          await gone;
        }
      };
      await dying.store.signal(WAIT, await clock.now());
      const row = await find();
      dying.resumer.drive(row!.id);
      await died;
      return context;
    }

    it.each([
      ['before', 'look'],
      ['after', 'look'],
      ['before', 'retry'],
      ['after', 'retry'],
    ] as const)('resumes once after a kill %s the %s', async (when, call) => {
      const { sweep, clock, scaffolderRuns, statusOf, resumer } = await killAt(
        when,
        call,
      );
      await sweep.tick();
      clock.advance(60_000);
      await sweep.tick();
      await resumer.idle();
      expect(scaffolderRuns.retries).toHaveLength(1);
      expect(await statusOf()).toBe('resumed');
    });

    it('leaves a resuming run to who holds the lease', async () => {
      const { sweep, resumer, clock, scaffolderRuns, statusOf, find } =
        await killAt('before', 'retry');
      clock.advance(59_000);
      await sweep.tick();
      const row = await find();
      expect(await resumer.advance(row!.id)).toBeUndefined();
      expect(scaffolderRuns.retries).toEqual([]);
      expect(await statusOf()).toBe('resuming');
    });
  });
});
