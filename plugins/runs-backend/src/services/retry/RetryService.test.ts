import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { RetryDecision, RunPhase } from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import {
  createReplica,
  suspendRequest,
  TestClock,
  testSealer,
} from '../../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../../__testUtils__/databases';
import { FakeScaffolderRuns } from '../../__testUtils__/FakeScaffolderRuns';
import { RESUME_LEASE_MS } from '../leases';

jest.setTimeout(60_000);

const DEV = 'user:default/dev';
const dev = mockCredentials.user(DEV);
const stranger = mockCredentials.user('user:default/stranger');

const PENDING: RetryDecision = {
  outcome: 'pending',
  changes: ['The policy has changed.'],
  explanations: [],
  requestId: 'request-2',
};
const DENIED: RetryDecision = {
  outcome: 'denied',
  changes: [],
  explanations: ['No changes from Friday on.'],
};

/** A run whose second step has failed, and what looks after it. */
async function createScene(
  database: Knex,
  options: {
    phase?: RunPhase;
    secretNames?: string[];
    authorised?: boolean;
    permissions?: AuthorizeResult.ALLOW | AuthorizeResult.DENY;
  } = {},
) {
  const scaffolderRuns = new FakeScaffolderRuns();
  const clock = new TestClock();
  const start = () => {
    const replica = createReplica({
      database,
      scaffolderRuns,
      clock,
      permissions: mockServices.permissions({
        result: options.permissions ?? AuthorizeResult.DENY,
      }),
    });
    replica.scaffolder.getTask.mockImplementation(async ({ taskId }) => {
      const { status } = await scaffolderRuns.look(taskId);
      const steps = ['gate', 'create'].map(id => ({
        id,
        action: `test:${id}`,
      }));
      return { id: taskId, status, spec: { steps, parameters: {} } } as never;
    });
    replica.scaffolder.getLogs.mockResolvedValue(
      [
        ['gate', 'completed'],
        ['create', 'processing'],
        ['create', 'failed'],
      ].map(([stepId, status], id) => ({
        id,
        type: 'log',
        createdAt: '2026-01-05T12:00:00Z',
        body: { stepId, status },
      })) as never,
    );
    return replica;
  };
  const replica = start();
  const { runs, runSweep, resumer } = replica;
  await runs.register(
    'task-1',
    {
      requester: DEV,
      authorised: options.authorised ?? true,
      secretNames: options.secretNames ?? [],
    },
    await clock.now(),
  );
  scaffolderRuns.start('task-1');
  scaffolderRuns.end('task-1');
  const now = await clock.now();
  const run = (await runs.find('task-1'))!;
  const { phase = 'held' } = options;
  if (phase !== 'active') {
    await runs.movePhase(run, { phase }, now);
  }
  return {
    ...replica,
    clock,
    start,
    settle: async () => {
      await runSweep.idle();
      await resumer.idle();
    },
    find: async () => (await runs.find('task-1'))!,
  };
}

describe.each(databases.eachSupportedId())('RetryService on %p', id => {
  it('opens a run once, however many press', async () => {
    const database = await openTestDatabase(id);
    const scene = await createScene(database);
    const others = [scene.start(), scene.start(), scene.start()];
    const pressed = await Promise.allSettled(
      [scene, ...others].map(({ retries }) => retries.retry('task-1', dev)),
    );
    await scene.settle();
    for (const result of pressed) {
      // Whoever was too late is told that it runs.
      expect(
        result.status === 'fulfilled' || result.reason instanceof ConflictError,
      ).toBe(true);
    }
    expect(pressed.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(scene.scaffolderRuns.retries).toHaveLength(1);
    expect(await scene.find()).toMatchObject({
      phase: 'active',
      leaseUntil: undefined,
      endedAt: undefined,
    });
  });

  it('waits until people have approved, then opens it by itself, once', async () => {
    const database = await openTestDatabase(id);
    const scene = await createScene(database);
    const { retries, approvals, scaffolderRuns, store } = scene;
    approvals.reviewRun.mockResolvedValue(PENDING);
    const { decision } = await retries.retry('task-1', dev);
    await scene.settle();
    expect(decision).toEqual(PENDING);
    expect(approvals.reviewRun).toHaveBeenCalledWith('task-1', {
      dryRun: false,
    });
    expect(scaffolderRuns.retries).toEqual([]);
    expect((await scene.find()).phase).toBe('active');
    expect(await store.listByTask('task-1')).toEqual([
      expect.objectContaining({
        stepId: 'create',
        status: 'parked',
        wait: { kind: 'approval', ref: 'request-2' },
      }),
    ]);
    // Nobody takes it for failed meanwhile.
    scene.clock.advance(RESUME_LEASE_MS + 1);
    await scene.sweep.tick();
    await scene.runSweep.follow('task-1');
    expect((await scene.find()).phase).toBe('active');

    await scene.suspensions.signal({ kind: 'approval', ref: 'request-2' });
    await scene.settle();
    await scene.sweep.tick();
    await scene.settle();
    expect(scaffolderRuns.retries).toHaveLength(1);
    const [suspension] = await store.listByTask('task-1');
    expect(suspension.status).toBe('resumed');
  });

  it('opens it though the approval came before the parking', async () => {
    const database = await openTestDatabase(id);
    const scene = await createScene(database);
    scene.approvals.reviewRun.mockImplementation(async () => {
      await scene.suspensions.signal({ kind: 'approval', ref: 'request-2' });
      scene.clock.advance(5_000);
      return PENDING;
    });
    await scene.retries.retry('task-1', dev);
    await scene.settle();
    expect(scene.scaffolderRuns.retries).toHaveLength(1);
  });
});

describe('RetryService', () => {
  let database: Knex;
  beforeEach(async () => {
    database = await openTestDatabase('SQLITE_3');
  });

  it('previews what a retry would do, and changes nothing', async () => {
    const scene = await createScene(database);
    const { retries, approvals } = scene;
    expect(await retries.preview('task-1', dev)).toEqual({
      allowed: true,
      steps: [
        expect.objectContaining({ stepId: 'gate', plan: 'kept' }),
        expect.objectContaining({ stepId: 'create', plan: 'again' }),
      ],
      decision: expect.objectContaining({ outcome: 'unchanged' }),
    });
    expect(approvals.reviewRun.mock.calls).toEqual([
      ['task-1', { dryRun: true }],
    ]);
    expect((await scene.find()).phase).toBe('held');
    expect(scene.scaffolderRuns.retries).toEqual([]);
  });

  it('refuses what policy denies now', async () => {
    const scene = await createScene(database);
    scene.approvals.reviewRun.mockResolvedValue(DENIED);
    expect(await scene.retries.preview('task-1', dev)).toMatchObject({
      allowed: false,
      reason: 'Policy denies it now. No changes from Friday on.',
      decision: DENIED,
    });
    await expect(scene.retries.retry('task-1', dev)).rejects.toThrow(
      'No changes from Friday on.',
    );
    expect((await scene.find()).phase).toBe('held');
  });

  it.each<RunPhase>(['active', 'completed', 'cancelled', 'rolling-back'])(
    'retries no run that is %s',
    async phase => {
      const scene = await createScene(database, { phase });
      expect(await scene.retries.preview('task-1', dev)).toMatchObject({
        allowed: false,
        reason: expect.any(String),
      });
      await expect(scene.retries.retry('task-1', dev)).rejects.toMatchObject({
        name: 'ConflictError',
      });
      expect(scene.approvals.reviewRun).not.toHaveBeenCalled();
      expect(scene.scaffolderRuns.retries).toEqual([]);
    },
  );

  it('lets the requester and operators retry, in person, and nobody else', async () => {
    const scene = await createScene(database);
    expect(await scene.retries.preview('task-1', stranger)).toMatchObject({
      allowed: false,
    });
    await expect(scene.retries.retry('task-1', stranger)).rejects.toMatchObject(
      { name: 'NotAllowedError' },
    );
    const actor = { ...dev.principal, actor: { subject: 'plugin:scaffolder' } };
    await expect(
      scene.retries.retry('task-1', {
        ...dev,
        principal: actor,
      } as typeof dev),
    ).rejects.toThrow('Only a person can do this');
    expect(scene.scaffolderRuns.retries).toEqual([]);

    const operated = await createScene(await openTestDatabase('SQLITE_3'), {
      permissions: AuthorizeResult.ALLOW,
    });
    await operated.retries.retry('task-1', stranger);
    expect(operated.scaffolderRuns.retries).toHaveLength(1);
  });

  it('acts in the name of the requester, and never lends them more', async () => {
    const scene = await createScene(database);
    await scene.retries.retry('task-1', dev);
    expect(scene.scaffolderRuns.retries[0].as).toEqual(dev);

    const operated = await createScene(await openTestDatabase('SQLITE_3'), {
      permissions: AuthorizeResult.ALLOW,
    });
    await operated.retries.retry('task-1', stranger);
    expect(operated.scaffolderRuns.retries[0].as).toBeUndefined();

    // Nobody has checked what the requester of this one may do.
    const unchecked = await createScene(await openTestDatabase('SQLITE_3'), {
      permissions: AuthorizeResult.ALLOW,
      authorised: false,
    });
    await expect(unchecked.retries.retry('task-1', stranger)).rejects.toThrow(
      'only they can retry it',
    );
    expect(unchecked.scaffolderRuns.retries).toEqual([]);
    await unchecked.retries.retry('task-1', dev);
    expect(unchecked.scaffolderRuns.retries[0].as).toEqual(dev);
  });

  it('says that secrets are gone', async () => {
    const scene = await createScene(database, { secretNames: ['token'] });
    const { reason } = await scene.retries.preview('task-1', dev);
    expect(reason).toMatch(/\(token\) is gone.*resubmit/);
    await expect(scene.retries.retry('task-1', dev)).rejects.toThrow(
      '(token) is gone',
    );
  });

  it('gives back secrets that are still sealed', async () => {
    const scene = await createScene(database, {
      secretNames: ['token'],
      phase: 'active',
    });
    const now = await scene.clock.now();
    await scene.store.insert({
      ...suspendRequest(),
      status: 'parked',
      sealedSecrets: testSealer.seal({ token: 'hunter2' }, 'task-1'),
      cancelsSent: 0,
      attempts: 0,
      checkedAt: now,
      suspendedAt: now,
      createdAt: now,
      updatedAt: now,
    });
    await scene.runs.movePhase(await scene.find(), { phase: 'held' }, now);
    await scene.retries.retry('task-1', dev);
    await scene.settle();
    expect(scene.scaffolderRuns.retries[0].secrets).toEqual({
      token: 'hunter2',
    });
  });

  it('is not taken for failed while the task is being opened', async () => {
    const scene = await createScene(database);
    const seen: RunPhase[] = [];
    scene.scaffolderRuns.before = async call => {
      if (call === 'retry') {
        scene.scaffolderRuns.before = () => {};
        await scene.runSweep.follow('task-1');
        seen.push((await scene.find()).phase);
      }
    };
    await scene.retries.retry('task-1', dev);
    expect(seen).toEqual(['active']);
  });

  it('says what keeps the scaffolder from it, and lets the run be failed again', async () => {
    const scene = await createScene(database);
    scene.scaffolderRuns.before = call => {
      if (call === 'retry') {
        throw new NotFoundError('no template');
      }
    };
    await expect(scene.retries.retry('task-1', dev)).rejects.toThrow(
      'The template of this run is gone.',
    );
    await scene.settle();
    expect((await scene.find()).phase).toBe('failed');

    scene.scaffolderRuns.before = () => {};
    await scene.retries.retry('task-1', dev);
    expect(scene.scaffolderRuns.retries).toHaveLength(1);
  });

  it('recovers from a kill between its acts', async () => {
    const scene = await createScene(database);
    // Marked as active, and killed before the task was opened.
    const now = await scene.clock.now();
    await scene.runs.movePhase(
      await scene.find(),
      {
        phase: 'active',
        leaseUntil: new Date(now.getTime() + RESUME_LEASE_MS),
        nextLookAt: new Date(now.getTime() + 30_000),
      },
      now,
    );
    const heir = scene.start();
    await heir.runSweep.follow('task-1');
    expect((await scene.find()).phase).toBe('active');
    scene.clock.advance(RESUME_LEASE_MS + 1);
    await heir.sweep.tick();
    await heir.runSweep.idle();
    expect((await scene.find()).phase).toBe('failed');
    await heir.retries.retry('task-1', dev);
    expect(scene.scaffolderRuns.retries).toHaveLength(1);
  });
});
