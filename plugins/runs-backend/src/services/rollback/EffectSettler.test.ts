import { ServiceUnavailableError } from '@backstage/errors';
import { databases, openTestDatabase } from '../../__testUtils__/databases';
import { NOBODY } from '../../__testUtils__/FakeOutside';
import {
  createRollbackScene,
  pullRequestName,
  RollbackScene,
} from '../../__testUtils__/rollbackScene';

jest.setTimeout(60_000);

const URL = 'https://git.example/myorg/infra/pull/1';
const REPOSITORY = 'git.example/myorg/orders';
const PROBLEM = {
  what: 'It did not answer.',
  whose: 'vendor',
  canPass: true,
  remedy: 'Try again.',
} as const;

/** What a step of each kind was about to make, and what of it came to exist. */
const KINDS = {
  'pull request': {
    effect: {
      capability: 'git',
      kind: 'pull request',
      name: pullRequestName('db'),
    },
    make: ({ outside, keyOf }: RollbackScene) =>
      outside.open(1, 'db', { openedBy: keyOf('step') }),
    reference: { url: URL, number: 1, headCommit: 'head-1', base: 'main' },
  },
  repository: {
    effect: { capability: 'git', kind: 'repository', name: REPOSITORY },
    make: ({ outside, keyOf }: RollbackScene) =>
      outside.repositories.set(REPOSITORY, keyOf('step')),
    reference: expect.objectContaining({ defaultBranch: 'main' }),
  },
  secret: {
    effect: { capability: 'secrets', kind: 'secret', name: 'databases/orders' },
    make: ({ outside, keyOf }: RollbackScene) =>
      outside.secrets.set('databases/orders', keyOf('step')),
    reference: { path: 'databases/orders', version: '1' },
  },
  'catalog entity': {
    effect: {
      capability: 'catalog',
      kind: 'catalog entity',
      name: 'https://git.example/orders.yaml',
    },
    make: ({ outside }: RollbackScene) =>
      outside.locations.set('location-1', 'https://git.example/orders.yaml'),
    reference: { locationId: 'location-1' },
  },
  apply: {
    effect: { capability: 'infrastructure', kind: 'apply', name: URL },
    make: ({ outside }: RollbackScene) => outside.applies.set(URL, 'applied'),
    reference: undefined,
  },
};

describe.each(databases.eachSupportedId())('EffectSettler on %p', id => {
  let scene: RollbackScene;
  let replica: ReturnType<RollbackScene['start']>;

  beforeEach(async () => {
    scene = createRollbackScene(await openTestDatabase(id));
    replica = scene.start();
    await scene.register();
    scene.scaffolderRuns.start(scene.taskId);
  });

  const effectOf = async (stepId = 'step') =>
    (await scene.effects.list(scene.taskId)).find(
      effect => effect.stepId === stepId,
    );
  const skip = (stepId = 'step') =>
    replica.stepService.report(scene.taskId, {
      stepId,
      outcome: 'skipped',
      problem: PROBLEM,
    });
  const secret = KINDS.secret.effect;

  describe.each(Object.entries(KINDS))(
    '%s',
    (_, { effect, make, reference }) => {
      beforeEach(async () => {
        scene.outside.open(1, 'elsewhere');
        await scene.add('step', effect);
      });

      it('that was made by a step which was passed over is shown', async () => {
        make(scene);
        await skip();
        await replica.sweep.tick();
        expect(await effectOf()).toMatchObject({
          status: 'created',
          url: expect.stringContaining('https://'),
          ...(reference && { reference }),
        });
        expect(scene.outside.acts).toEqual([]);
      });

      it('that was not made by a run which is completed is not', async () => {
        await scene.moveTo('completed');
        await replica.sweep.tick();
        expect(await effectOf()).toMatchObject({ status: 'absent' });
      });
    },
  );

  it.each([
    ['pull request', () => scene.outside.open(1, 'db', { openedBy: 'other' })],
    ['repository', () => scene.outside.repositories.set(REPOSITORY, 'other')],
    ['secret', () => scene.outside.secrets.set('databases/orders', 'other')],
  ] as const)(
    'takes no %s of somebody else for its own',
    async (kind, make) => {
      await scene.add('step', KINDS[kind].effect);
      make();
      await skip();
      await replica.sweep.tick();
      expect(await effectOf()).toMatchObject({ status: 'absent' });
    },
  );

  it('deletes the branch of a pull request that was never opened', async () => {
    await scene.add('step', KINDS['pull request'].effect);
    scene.outside.branches.set('db', scene.keyOf('step'));
    await skip();
    await replica.sweep.tick();
    expect([...scene.outside.branches]).toEqual([]);
    expect((await effectOf())?.status).toBe('absent');
  });

  it('frees the path of a secret that was marked and never written', async () => {
    await scene.add('step', secret);
    const calls: string[] = [];
    scene.outside.fail = call => calls.push(call);
    await skip();
    await replica.sweep.tick();
    expect(calls).toEqual(['find', 'remove']);
    expect((await effectOf())?.status).toBe('absent');
  });

  it('leaves alone what a step goes on with, or a rollback', async () => {
    await scene.add('step', secret);
    KINDS.secret.make(scene);
    for (const phase of ['held', 'rolling-back'] as const) {
      await replica.sweep.tick();
      expect((await effectOf())?.status).toBe('intended');
      await scene.moveTo(phase);
    }
  });

  it('leaves alone a step that goes on with another item', async () => {
    await scene.add('step', secret);
    await skip();
    const report = (outcome: 'retrying' | 'skipped') => {
      scene.clock.advance(1_000);
      return replica.stepService.report(scene.taskId, {
        stepId: 'step',
        outcome,
      });
    };
    await report('retrying');
    await replica.sweep.tick();
    expect((await effectOf())?.status).toBe('intended');
    await report('skipped');
    await replica.sweep.tick();
    expect((await effectOf())?.status).toBe('absent');
  });

  it('leaves alone what may be in the making', async () => {
    const now = await scene.clock.now();
    const claim = {
      taskId: scene.taskId,
      stepId: 'step',
      inputDigest: 'digest',
      attempt: 'a',
      provider: 'vault',
      ...secret,
    };
    await scene.effects.claim(claim, now, new Date(now.getTime() + 10_000));
    await skip();
    await replica.sweep.tick();
    expect((await effectOf())?.status).toBe('intended');
    scene.clock.advance(10_000);
    await replica.sweep.tick();
    expect((await effectOf())?.status).toBe('absent');
  });

  it('frees the name of what does not exist', async () => {
    await scene.add('step', secret);
    await skip();
    await replica.sweep.tick();
    const now = await scene.clock.now();
    await scene.runs.register(
      'task-2',
      { authorised: true, secretNames: [] },
      now,
    );
    const { outcome } = await scene.effects.claim(
      {
        taskId: 'task-2',
        stepId: 'step',
        inputDigest: 'digest',
        attempt: 'a',
        provider: 'vault',
        ...secret,
      },
      now,
      now,
    );
    expect(outcome).toBe('acquired');
  });

  it('asks again what could not be told, ever less often', async () => {
    await scene.add('step', secret);
    KINDS.secret.make(scene);
    await skip();
    let asked = 0;
    scene.outside.fail = call => {
      if (call === 'find') {
        asked += 1;
        throw new ServiceUnavailableError('down');
      }
    };
    const pass = async (seconds: number) => {
      scene.clock.advance(seconds * 1_000);
      await replica.sweep.tick();
      return asked;
    };
    expect(await pass(0)).toBe(1);
    expect(await pass(59)).toBe(1);
    expect(await pass(1)).toBe(2);
    expect(await pass(3_600)).toBe(3);
    expect(await pass(900)).toBe(3);
    expect(await pass(20)).toBe(4);
    scene.outside.fail = () => {};
    await pass(24 * 3_600);
    expect(await effectOf()).toMatchObject({
      status: 'created',
      undoNote: undefined,
    });
  });

  it('leaves to people what nothing knows how to look for', async () => {
    await scene.add('step', {
      capability: 'ticketing',
      kind: 'ticket',
      name: 'T-1',
    });
    await skip();
    await replica.sweep.tick();
    await replica.sweep.tick();
    expect((await effectOf())?.status).toBe('intended');
  });

  describe('what a stock action may have left', () => {
    const STEP = {
      id: 'stock',
      action: 'publish:github',
      rollback: {
        operation: 'git:delete-repository',
        input: { repoUrl: 'git.example?owner=myorg&repo={name}' },
      },
    };

    function begin(...statuses: string[]) {
      scene.steps.push(STEP);
      statuses.forEach((status, index) =>
        scene.events.push({
          id: index,
          type: 'log',
          createdAt: `2026-01-05T12:00:0${index}Z`,
          body: { stepId: 'stock', status },
        }),
      );
      scene.scaffolderRuns.end(scene.taskId);
    }

    it('is shown as soon as its run is held', async () => {
      begin('processing', 'completed');
      scene.outside.repositories.set(REPOSITORY, NOBODY);
      await replica.runSweep.follow(scene.taskId);
      expect(await scene.phase()).toBe('held');
      expect(await effectOf('stock')).toMatchObject({
        status: 'intended',
        kind: 'repository',
        name: REPOSITORY,
      });
      await replica.sweep.tick();
      expect(await effectOf('stock')).toMatchObject({
        status: 'created',
        url: `https://${REPOSITORY}`,
      });
    });

    it('is said to be nothing where there is nothing, until it may be again', async () => {
      begin('processing', 'failed');
      await replica.runSweep.follow(scene.taskId);
      await replica.sweep.tick();
      expect((await effectOf('stock'))?.status).toBe('absent');
      // At once nobody has to decide any more.
      await replica.runSweep.idle();
      expect(await scene.phase()).toBe('failed');
      // A later attempt makes it after all.
      const run = (await scene.runs.find(scene.taskId))!;
      await scene.runs.movePhase(run, { phase: 'active' }, new Date());
      begin('processing', 'completed');
      scene.outside.repositories.set(REPOSITORY, NOBODY);
      await replica.runSweep.follow(scene.taskId);
      await replica.sweep.tick();
      expect((await effectOf('stock'))?.status).toBe('created');
    });

    it('is shown with what to look at where it may be of somebody else', async () => {
      begin('processing', 'failed');
      scene.outside.repositories.set(REPOSITORY, NOBODY);
      await replica.runSweep.follow(scene.taskId);
      await replica.sweep.tick();
      expect(await effectOf('stock')).toMatchObject({
        status: 'intended',
        undoNote: expect.stringContaining("can't be told"),
        undoUrl: `https://${REPOSITORY}`,
      });
    });

    it('is shown of a completed run, too', async () => {
      begin('processing', 'completed');
      scene.scaffolderRuns.end(scene.taskId, 'completed');
      scene.outside.repositories.set(REPOSITORY, NOBODY);
      await replica.runSweep.follow(scene.taskId);
      await replica.sweep.tick();
      expect(await scene.phase()).toBe('completed');
      expect((await effectOf('stock'))?.status).toBe('created');
    });
  });
});
