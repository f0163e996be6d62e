import { TestDatabaseId } from '@backstage/backend-test-utils';
import { RunPhase } from '@self-service/plugin-runs-common';
import { withProblem } from '@self-service/plugin-providers-node';
import { Knex } from 'knex';
import { databases, openTestDatabase } from '../../__testUtils__/databases';
import { Mortal } from '../../__testUtils__/FakeOutside';
import {
  createRollbackScene,
  DIGEST,
  finish,
  makeEverything,
  pullRequestName,
  Replica,
  REQUESTER,
  RollbackScene,
  untilKilled,
} from '../../__testUtils__/rollbackScene';
import { ROLLBACK_LEASE_MS } from '../leases';

jest.setTimeout(120_000);

const EVERYTHING_UNDONE = {
  repository: 'undone',
  'pull-request': 'undone',
  apply: 'undone',
  secret: 'undone',
  register: 'undone',
  docs: 'undone',
  half: 'undone',
  never: 'undone',
  stock: 'undone',
};
/** Newest first: the stock step is as old as the run. */
const ACTS = [
  'remove branch half',
  'close 2',
  'unregister location-1',
  'remove databases/orders',
  'begin to destroy 1',
  'close 1',
  'delete git.example/myorg/orders',
  'close 3',
];

describe.each(databases.eachSupportedId())('RollbackService on %p', id => {
  let database: Knex;
  beforeAll(async () => {
    database = await openTestDatabase(id as TestDatabaseId);
  });

  it('undoes everything once, last first', async () => {
    const scene = createRollbackScene(database, 'whole');
    await makeEverything(scene);
    const replica = scene.start();
    await replica.rollback.request('whole', { by: REQUESTER });
    await replica.rollback.idle();
    await finish(replica, scene);

    expect(await scene.phase()).toBe('rolled-back');
    expect(await scene.statuses()).toEqual(EVERYTHING_UNDONE);
    expect(scene.outside.acts).toEqual(ACTS);
    expect(scene.scaffolderRuns.cancels).toBe(1);
    expect(await scene.runs.find('whole')).toMatchObject({
      endedBy: REQUESTER,
      leaseUntil: undefined,
    });
    await replica.outbox.deliver();
    expect(replica.approvals.closeRun).toHaveBeenCalledWith('whole', {
      comment: 'The run is rolled back.',
    });
  });

  it('goes on after a kill between any two acts, and undoes nothing twice', async () => {
    const counting = createRollbackScene(database, 'counting');
    await makeEverything(counting);
    const first = new Mortal();
    const counted = counting.start(first);
    await counted.rollback.request('counting', { by: REQUESTER });
    await counted.rollback.idle();
    await finish(counted, counting);
    expect(first.touches).toBeGreaterThan(60);

    for (let diesAt = 0; diesAt < first.touches; diesAt++) {
      const scene = createRollbackScene(database, `killed-${diesAt}`);
      await makeEverything(scene);
      const dying = scene.start(new Mortal(diesAt));
      await untilKilled(async () => {
        await dying.rollback.request(scene.taskId, { by: REQUESTER });
        await dying.rollback.idle();
        await finish(dying, scene);
      });

      const heir = scene.start();
      scene.clock.advance(ROLLBACK_LEASE_MS);
      // The person whose request was lost asks again.
      await heir.rollback.request(scene.taskId, { by: REQUESTER });
      await heir.rollback.idle();
      await finish(heir, scene);
      expect([diesAt, await scene.phase()]).toEqual([diesAt, 'rolled-back']);
      expect(await scene.statuses()).toEqual(EVERYTHING_UNDONE);
      expect([diesAt, scene.outside.acts]).toEqual([diesAt, ACTS]);
    }
  });

  it('is found by the sweep of another process once the lease is over', async () => {
    const scene = createRollbackScene(database, 'swept');
    await makeEverything(scene);
    const dying = scene.start(new Mortal(14));
    await dying.rollback.request('swept', { by: REQUESTER });
    await dying.rollback.idle();
    expect(await scene.phase()).toBe('rolling-back');

    const heir = scene.start();
    await heir.sweep.tick();
    await heir.rollback.idle();
    expect(await scene.phase()).toBe('rolling-back');
    for (let ticks = 0; ticks < 5; ticks++) {
      scene.clock.advance(ROLLBACK_LEASE_MS);
      await heir.sweep.tick();
      await heir.rollback.idle();
    }
    expect(await scene.phase()).toBe('rolled-back');
    expect(scene.outside.acts).toEqual(ACTS);
  });

  it('is done once by four processes at once', async () => {
    const scene = createRollbackScene(database, 'many');
    await makeEverything(scene);
    const replicas = Array.from({ length: 4 }, () => scene.start());
    await Promise.all(
      replicas.map(({ rollback }) =>
        rollback.request('many', { by: REQUESTER }),
      ),
    );
    await Promise.all(replicas.map(({ rollback }) => rollback.idle()));
    await Promise.all(replicas.map(replica => finish(replica, scene)));
    expect(await scene.phase()).toBe('rolled-back');
    expect(scene.outside.acts).toEqual(ACTS);
    expect(scene.scaffolderRuns.cancels).toBe(1);
  });
});

describe('RollbackService', () => {
  let database: Knex;
  let scene: RollbackScene;
  beforeEach(async () => {
    database = await openTestDatabase('SQLITE_3');
    scene = createRollbackScene(database);
    await scene.register();
    scene.scaffolderRuns.start('task-1');
    scene.scaffolderRuns.end('task-1');
  });

  async function rollBack(): Promise<Replica> {
    const replica = scene.start();
    await replica.rollback.request('task-1', { by: REQUESTER });
    await replica.rollback.idle();
    await finish(replica, scene);
    return replica;
  }

  async function addMerged(): Promise<string> {
    const { url } = scene.outside.open(1, 'db', { state: 'merged' });
    await scene.add(
      'pull-request',
      { capability: 'git', kind: 'pull request', name: pullRequestName('db') },
      { url, reference: { url } },
    );
    return url;
  }

  it.each<RunPhase>(['held', 'failed', 'cancelled'])(
    'rolls back a run that is %s',
    async phase => {
      scene.outside.secrets.set('a', scene.keyOf('secret'));
      await scene.add(
        'secret',
        { capability: 'secrets', kind: 'secret', name: 'a' },
        { url: 'https://vault.example/a' },
      );
      await scene.moveTo(phase);
      await rollBack();
      expect(await scene.phase()).toBe('rolled-back');
      expect(scene.outside.acts).toEqual(['remove a']);
      expect(scene.scaffolderRuns.cancels).toBe(0);
    },
  );

  it('rolls back nothing of what is completed or unknown', async () => {
    const { rollback } = scene.start();
    await scene.moveTo('completed');
    await expect(rollback.request('task-1', { by: REQUESTER })).rejects.toThrow(
      'is completed and is not rolled back',
    );
    await expect(
      rollback.request('task-2', { by: REQUESTER }),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('ends the waits of a parked run, and never resumes it', async () => {
    const replica = scene.start();
    scene.scaffolderRuns.start('task-1');
    scene.scaffolderRuns.after = call => {
      if (call === 'cancel') {
        scene.scaffolderRuns.end('task-1');
      }
    };
    await replica.suspensions.suspend({
      taskId: 'task-1',
      stepId: 'gate',
      inputDigest: 'digest',
      wait: { kind: 'approval', ref: 'request-1' },
      title: 'Waits',
    });
    await rollBack();
    expect(await scene.phase()).toBe('rolled-back');
    const [row] = await replica.store.listByTask('task-1');
    expect(row.status).toBe('cancelled');
    await replica.suspensions.signal({ kind: 'approval', ref: 'request-1' });
    await replica.resumer.idle();
    expect(scene.scaffolderRuns.retries).toEqual([]);
  });

  it('waits for an attempt that may be creating something just now', async () => {
    const now = await scene.clock.now();
    await scene.effects.claim(
      {
        taskId: 'task-1',
        stepId: 'secret',
        inputDigest: DIGEST,
        attempt: 'slow',
        capability: 'secrets',
        provider: 'vault',
        kind: 'secret',
        name: 'a',
      },
      now,
      new Date(now.getTime() + 60_000),
    );
    const replica = scene.start();
    await replica.rollback.request('task-1', { by: REQUESTER });
    await replica.rollback.idle();
    expect(await scene.statuses()).toEqual({ secret: 'intended' });

    scene.outside.secrets.set('a', scene.keyOf('secret'));
    scene.clock.advance(60_000);
    await finish(replica, scene);
    expect(scene.outside.acts).toEqual(['remove a']);
  });

  it('applies and merges the revert of what is merged and applied', async () => {
    const url = await addMerged();
    scene.outside.applies.set(url, 'applied');
    await scene.add(
      'apply',
      { capability: 'infrastructure', kind: 'apply', name: url },
      { url, reference: { outputs: {} } },
    );
    await rollBack();
    expect(scene.outside.acts).toEqual(['revert 1', 'apply 101', 'merge 101']);
    expect(await scene.statuses()).toEqual({
      'pull-request': 'undone',
      apply: 'undone',
    });
    const [pullRequest] = await scene.effects.list('task-1');
    expect(pullRequest.undoUrl).toBe(
      'https://git.example/myorg/infra/pull/101',
    );
  });

  it('retains what is merged and was not applied, with its revert', async () => {
    await addMerged();
    await rollBack();
    expect(await scene.phase()).toBe('rolled-back');
    expect(scene.outside.acts).toEqual(['revert 1']);
    expect(await scene.effects.list('task-1')).toEqual([
      expect.objectContaining({
        status: 'retained',
        undoUrl: 'https://git.example/myorg/infra/pull/101',
        undoNote: expect.stringContaining('Merge https://git.example'),
      }),
    ]);
  });

  it.each([
    ['a kind that nothing undoes', { capability: 'dns', kind: 'record' }],
    ['an archived repository', { capability: 'git', kind: 'repository' }],
  ])('retains %s, and says what to do', async (_, kind) => {
    scene.outside.archives = true;
    scene.outside.repositories.set(
      'git.example/myorg/orders',
      scene.keyOf('make'),
    );
    await scene.add(
      'make',
      { ...kind, name: 'git.example/myorg/orders' },
      { url: 'https://git.example/myorg/orders' },
    );
    await rollBack();
    expect(await scene.phase()).toBe('rolled-back');
    expect(await scene.effects.list('task-1')).toEqual([
      expect.objectContaining({
        status: 'retained',
        undoNote: expect.stringContaining('by hand'),
        undoUrl: 'https://git.example/myorg/orders',
      }),
    ]);
  });

  it("leaves alone what is somebody else's", async () => {
    scene.outside.secrets.set('a', 'another-run');
    scene.outside.open(1, 'db', { openedBy: 'another-run' });
    await scene.add('secret', {
      capability: 'secrets',
      kind: 'secret',
      name: 'a',
    });
    await scene.add('pull-request', {
      capability: 'git',
      kind: 'pull request',
      name: pullRequestName('db'),
    });
    await rollBack();
    expect(scene.outside.acts).toEqual([]);
    expect(await scene.statuses()).toEqual({
      secret: 'undone',
      'pull-request': 'undone',
    });
  });

  it("shows what a failed stock step may have left, and doesn't touch it", async () => {
    await makeEverything(scene);
    scene.events.pop();
    await rollBack();
    expect(await scene.statuses()).toEqual({
      ...EVERYTHING_UNDONE,
      stock: 'retained',
    });
    expect(scene.outside.acts).not.toContain('close 3');
    const stock = (await scene.effects.list('task-1')).find(
      ({ stepId }) => stepId === 'stock',
    );
    expect(stock?.undoUrl).toBe('https://git.example/myorg/infra/pull/3');
  });

  it('tries again what can pass, no sooner than the vendor says', async () => {
    scene.outside.secrets.set('a', scene.keyOf('secret'));
    await scene.add(
      'secret',
      { capability: 'secrets', kind: 'secret', name: 'a' },
      { url: 'https://vault.example/a' },
    );
    const start = (await scene.clock.now()).getTime();
    let failures = 0;
    scene.outside.fail = () => {
      failures++;
      if (failures === 1) {
        throw withProblem(new Error('sealed'), {
          what: 'Vault is sealed.',
          whose: 'vendor',
          canPass: true,
          retryAt: new Date(start + 300_000).toISOString(),
          remedy: 'It is tried again.',
        });
      }
      if (failures < 5) {
        throw new Error('socket hang up');
      }
    };
    const replica = scene.start();
    await replica.rollback.request('task-1', { by: REQUESTER });
    await replica.rollback.idle();
    const [waiting] = await scene.effects.listLive('task-1');
    expect(waiting).toMatchObject({
      status: 'undoing',
      undoNote: 'Vault is sealed. It is tried again.',
      undoAttempts: 1,
      nextUndoAt: new Date(start + 300_000),
    });
    await finish(replica, scene);
    expect(failures).toBe(5);
    expect(await scene.phase()).toBe('rolled-back');
  });

  it.each([
    ['what can not pass', 1, false],
    ['what never passes', 12, true],
  ])('asks people about %s, who may try again', async (_, tries, canPass) => {
    scene.outside.secrets.set('a', scene.keyOf('secret'));
    scene.outside.open(1, 'db');
    await scene.add(
      'pull-request',
      { capability: 'git', kind: 'pull request', name: pullRequestName('db') },
      { url: 'https://git.example/myorg/infra/pull/1' },
    );
    await scene.add(
      'secret',
      { capability: 'secrets', kind: 'secret', name: 'a' },
      { url: 'https://vault.example/a' },
    );
    let calls = 0;
    scene.outside.fail = () => {
      calls++;
      throw withProblem(new Error('403'), {
        what: 'Vault refuses our account.',
        whose: 'platform',
        canPass,
        remedy: 'Ask the platform team.',
      });
    };
    await rollBack();
    expect(calls).toBe(tries);
    expect(await scene.phase()).toBe('rollback-failed');
    expect(await scene.statuses()).toEqual({
      'pull-request': 'created',
      secret: 'undo-failed',
    });
    const [, secret] = await scene.effects.list('task-1');
    expect(secret.undoNote).toBe(
      'Vault refuses our account. Ask the platform team.',
    );

    scene.outside.fail = () => {};
    await rollBack();
    expect(await scene.phase()).toBe('rolled-back');
    expect(scene.outside.acts).toEqual(['remove a', 'close 1']);
  });

  it('asks people about what stays under way for ever', async () => {
    const { url } = scene.outside.open(1, 'db');
    scene.outside.applies.set(url, 'applied');
    await scene.add(
      'apply',
      { capability: 'infrastructure', kind: 'apply', name: url },
      { url, reference: { outputs: {} } },
    );
    // Each look finds it where it was.
    scene.outside.fail = call => {
      if (call === 'destroy') {
        scene.outside.applies.set(url, 'applied');
      }
    };
    const replica = scene.start();
    await replica.rollback.request('task-1', { by: REQUESTER });
    await replica.rollback.idle();
    scene.clock.advance(6 * 3_600_000 + 1);
    await finish(replica, scene);
    expect(await scene.phase()).toBe('rollback-failed');
    const [apply] = await scene.effects.list('task-1');
    expect(apply.undoNote).toContain('takes longer than it should');
  });
});
