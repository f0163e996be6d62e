import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { RunPhase } from '@self-service/plugin-runs-common';
import { createReplica } from '../../__testUtils__/createReplica';
import { openTestDatabase } from '../../__testUtils__/databases';
import { FakeOutside } from '../../__testUtils__/FakeOutside';

const DEV = 'user:default/dev';
const dev = mockCredentials.user(DEV);
const stranger = mockCredentials.user('user:default/stranger');

/** A run that has written a secret, and has failed. */
async function createScene(
  options: {
    phase?: RunPhase;
    hasEffects?: boolean;
    permissions?: AuthorizeResult.ALLOW | AuthorizeResult.DENY;
  } = {},
) {
  const { phase = 'held', hasEffects = true, permissions } = options;
  const outside = new FakeOutside();
  const replica = createReplica({
    database: await openTestDatabase('SQLITE_3'),
    providers: outside.providers(),
    permissions: mockServices.permissions({
      result: permissions ?? AuthorizeResult.DENY,
    }),
  });
  const { runs, scaffolderRuns, clock, effects, register } = replica;
  await register.register('task-1', {
    requester: DEV,
    authorised: true,
    secretNames: [],
  });
  scaffolderRuns.start('task-1');
  if (hasEffects) {
    const { effect } = await effects.claim({
      taskId: 'task-1',
      stepId: 'secret',
      inputDigest: 'd'.repeat(64),
      attempt: 'a',
      capability: 'secrets',
      provider: 'vault',
      kind: 'secret',
      name: 'a',
    });
    outside.secrets.set('a', `task-1/secret/${'d'.repeat(12)}`);
    await effects.complete(effect.id, { attempt: 'a', url: 'https://v.test' });
  }
  if (phase !== 'active') {
    scaffolderRuns.end('task-1');
    const run = (await runs.find('task-1'))!;
    await runs.movePhase(run, { phase }, await clock.now());
  }
  scaffolderRuns.after = call => {
    if (call === 'cancel') {
      scaffolderRuns.end('task-1');
    }
  };
  replica.scaffolder.getTask.mockImplementation(
    async () =>
      ({ status: 'failed', spec: { steps: [], parameters: {} } } as never),
  );
  return {
    ...replica,
    outside,
    request: (credentials = dev) =>
      replica.rollbackRequests.request(
        'task-1',
        { comment: 'Not needed' },
        credentials,
      ),
    settle: async () => {
      await replica.rollback.idle();
      await replica.runSweep.idle();
    },
    find: async () => (await runs.find('task-1'))!,
  };
}

describe('RollbackRequests', () => {
  it('rolls a held run back, once, however often it is asked', async () => {
    const scene = await createScene();
    await Promise.all(Array.from({ length: 5 }, () => scene.request()));
    await scene.settle();
    await scene.request();
    await scene.settle();
    expect(await scene.find()).toMatchObject({
      phase: 'rolled-back',
      endedBy: DEV,
      endComment: 'Not needed',
    });
    expect(scene.outside.acts).toEqual(['remove a']);
  });

  it('cancels a run that is running first', async () => {
    const scene = await createScene({ phase: 'active' });
    await scene.request();
    await scene.settle();
    expect((await scene.find()).phase).toBe('rolled-back');
    expect(scene.scaffolderRuns.cancels).toBe(1);
    expect(scene.outside.acts).toEqual(['remove a']);
  });

  it('takes no completed run back, though nobody has noticed yet', async () => {
    const scene = await createScene({ phase: 'active' });
    scene.scaffolderRuns.end('task-1', 'completed');
    await expect(scene.request()).rejects.toThrow('It is completed');
    expect((await scene.find()).phase).toBe('active');
    expect(scene.outside.acts).toEqual([]);
  });

  it('says that there is nothing to undo', async () => {
    const scene = await createScene({ phase: 'failed', hasEffects: false });
    await expect(scene.request()).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining('nothing to undo'),
    });
  });

  it('lets the requester and operators ask, in person, and nobody else', async () => {
    const scene = await createScene();
    await expect(scene.request(stranger)).rejects.toMatchObject({
      name: 'NotAllowedError',
    });
    const principal = {
      ...dev.principal,
      actor: { subject: 'plugin:scaffolder' },
    };
    await expect(
      scene.request({ ...dev, principal } as typeof dev),
    ).rejects.toThrow('Only a person can do this');
    expect((await scene.find()).phase).toBe('held');

    const operated = await createScene({ permissions: AuthorizeResult.ALLOW });
    await operated.request(stranger);
    await operated.settle();
    expect((await operated.find()).phase).toBe('rolled-back');
  });

  it('rolls nothing back for whoever may not read the task', async () => {
    const scene = await createScene();
    scene.scaffolder.getTask.mockRejectedValue(new Error('403'));
    await expect(scene.request()).rejects.toThrow('403');
    expect((await scene.find()).phase).toBe('held');
  });
});
