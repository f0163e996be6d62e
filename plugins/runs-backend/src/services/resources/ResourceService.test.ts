import { TestDatabaseId } from '@backstage/backend-test-utils';
import { createProblemError } from '@self-service/plugin-providers-node';
import { Knex } from 'knex';
import { databases, openTestDatabase } from '../../__testUtils__/databases';
import { Mortal } from '../../__testUtils__/FakeOutside';
import {
  ABOUT,
  createResourceScene,
  DATABASE,
  finishRemoval,
  OPERATOR,
  ResourceScene,
  STRANGER,
  TEAM,
} from '../../__testUtils__/resourceScene';
import { REQUESTER, untilKilled } from '../../__testUtils__/rollbackScene';

jest.setTimeout(120_000);

/** Newest first, and the stock step, which is as old as the run. */
const ACTS = [
  'unregister location-1',
  'remove databases/orders',
  'begin to destroy 1',
  'close 1',
  'delete git.example/myorg/orders',
  'close 3',
];

let scenes = 0;
let scene: ResourceScene;
const newScene = (database: Knex) => {
  scene = createResourceScene(database, `scene-${++scenes}`);
};

afterEach(() => scene.idle());

describe.each(databases.eachSupportedId())('resources on %p', databaseId => {
  let database: Knex;
  beforeEach(async () => {
    database = await openTestDatabase(databaseId as TestDatabaseId);
  });

  it('are what a completed run has made, with its facts', async () => {
    newScene(database);
    await scene.make({ until: '2026-06-30' });

    const replica = scene.start();
    expect(await replica.resourceService.find({ id: scene.id })).toMatchObject({
      kind: 'PostgreSQL database',
      name: 'db-orders',
      requester: REQUESTER,
      team: TEAM,
      environment: 'dev',
      monthlyCost: 50,
      expiresAt: '2026-07-01T00:00:00.000Z',
      status: 'present',
      templateRef: 'template:default/database',
      secrets: ['databases/orders'],
    });
    expect(await scene.runs.listOutbox(new Date(8e15), 100)).toEqual([]);
  });

  it('are removed by a run, last part first, and the run is woken', async () => {
    newScene(database);
    await scene.make();
    const replica = scene.start();
    const taskId = await scene.begin('removal');
    const remove = () => replica.resourceService.remove(scene.id, { taskId });

    const begun = await remove();
    expect(begun).toMatchObject({
      outcome: 'removing',
      waitRef: `${scene.id}|1`,
    });
    await replica.resourceRemover.idle();
    await finishRemoval(replica, scene);

    expect(scene.outside.acts.slice(-ACTS.length)).toEqual(ACTS);
    const done = await remove();
    expect(done.outcome).toBe('removed');
    expect(done.parts.map(({ status }) => status)).not.toContain('created');
    expect(await scene.phase()).toBe('completed');
    const signals = await database('signals').where({
      kind: 'resource-removal',
      ref: begun.waitRef,
    });
    expect(signals).toHaveLength(1);
  });

  it('are removed once, whoever asks at the same time', async () => {
    newScene(database);
    await scene.make();
    const replicas = [scene.start(), scene.start()];
    const runs = [await scene.begin('one'), await scene.begin('two')];

    const answers = await Promise.allSettled(
      runs.map((taskId, index) =>
        replicas[index].resourceService.remove(scene.id, { taskId }),
      ),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
    ]);
    const lost = answers.find(({ status }) => status === 'rejected');
    expect((lost as PromiseRejectedResult).reason.message).toMatch(
      /is being removed by run (one|two)/,
    );
  });
});

describe('resources', () => {
  let database: Knex;
  beforeEach(async () => {
    database = await openTestDatabase('SQLITE_3');
  });

  const removeBy = async (taskId: string) =>
    scene.start().resourceService.remove(scene.id, { taskId });

  /** From its beginning to its end, in one process. */
  const removeIn = async (mortal: Mortal, taskId: string) => {
    const replica = scene.start(mortal);
    await replica.resourceService.remove(scene.id, { taskId });
    await replica.resourceRemover.idle();
    await finishRemoval(replica, scene);
    mortal.touch();
  };

  it('go on being removed wherever a process is killed', async () => {
    for (let diesAt = 1; ; diesAt += 5) {
      newScene(database);
      await scene.make();
      const taskId = await scene.begin(`removal-${diesAt}`);
      const mortal = new Mortal(diesAt);
      await untilKilled(() => removeIn(mortal, taskId));
      const wasKilled = mortal.touches === diesAt;

      const next = scene.start();
      await next.resourceService.remove(scene.id, { taskId });
      await next.resourceRemover.idle();
      await finishRemoval(next, scene);
      expect((await scene.find()).status).toBe('removed');
      expect(scene.outside.acts.slice(-ACTS.length)).toEqual(ACTS);
      if (!wasKilled) {
        return;
      }
    }
  });

  it('that could not be removed say so once, and are tried anew', async () => {
    newScene(database);
    await scene.make();
    scene.outside.fail = call => {
      if (call === 'remove') {
        throw createProblemError(Error, {
          what: 'The vault is sealed.',
          canPass: false,
          remedy: 'Unseal it.',
        });
      }
    };
    const replica = scene.start();
    const taskId = await scene.begin('fails');
    const remove = () => replica.resourceService.remove(scene.id, { taskId });
    await remove();
    await replica.resourceRemover.idle();
    await finishRemoval(replica, scene);

    expect(await scene.find()).toMatchObject({ status: 'remove-failed' });
    await replica.outbox.deliver();
    expect(replica.notifications.send).toHaveBeenCalledWith(
      expect.objectContaining({
        recipients: {
          type: 'entity',
          entityRef: ['group:default/platform-team', REQUESTER, TEAM],
        },
        payload: expect.objectContaining({
          title: 'Could not be removed: PostgreSQL database db-orders',
          link: `/resources/${scene.id}`,
        }),
      }),
    );
    const failed = await remove();
    expect(failed.outcome).toBe('failed');
    expect(failed.parts).toContainEqual(
      expect.objectContaining({
        name: 'databases/orders',
        status: 'undo-failed',
        note: 'The vault is sealed. Unseal it.',
      }),
    );

    scene.outside.fail = () => {};
    // Another run may take over as well.
    await scene.runs.movePhase(
      (await scene.runs.find('fails'))!,
      { phase: 'failed' },
      await scene.clock.now(),
    );
    const again = await scene.begin('again');
    expect((await removeBy(again)).outcome).toBe('removing');
    await finishRemoval(replica, scene);
    expect((await removeBy(again)).outcome).toBe('removed');
    expect(scene.outside.secrets.has('databases/orders')).toBe(false);
  });

  it('are tried anew by the same run, once it has heard of the failure', async () => {
    newScene(database);
    await scene.make();
    scene.outside.fail = call => {
      if (call === 'remove') {
        throw createProblemError(Error, {
          what: 'No.',
          canPass: false,
          remedy: '',
        });
      }
    };
    const replica = scene.start();
    const taskId = await scene.begin('retried');
    const remove = async () => {
      const { outcome } = await replica.resourceService.remove(scene.id, {
        taskId,
      });
      await replica.resourceRemover.idle();
      await finishRemoval(replica, scene);
      return outcome;
    };
    expect(await remove()).toBe('removing');
    expect(await remove()).toBe('failed');
    scene.outside.fail = () => {};
    expect(await remove()).toBe('removing');
    expect(await remove()).toBe('removed');
  });

  it.each<[string, Parameters<ResourceScene['begin']>[1], string]>([
    [
      'a template that it does not name',
      { template: 'harmless' },
      'not the one',
    ],
    ['the template for another thing', { template: 'change' }, 'not the one'],
    [
      'a gate that decided about another resource',
      { parameters: { resource: 'other' } },
      'has not decided about',
    ],
    [
      'a gate that decided about none',
      { selfService: { ...DATABASE, environment: 'dev' } },
      'has not decided about',
    ],
    ['somebody of another team', { requester: STRANGER }, 'neither in'],
    [
      'somebody whom the catalog does not know',
      { requester: 'user:default/ghost' },
      'neither in',
    ],
  ])('are not removed by a run of %s', async (_, options, message) => {
    newScene(database);
    await scene.make();
    const taskId = await scene.begin(`run-${scenes}`, options);

    await expect(removeBy(taskId)).rejects.toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringContaining(message),
    });
    expect((await scene.find()).status).toBe('present');
  });

  it.each(['user:default/colleague', OPERATOR])(
    'are removed by %s',
    async requester => {
      newScene(database);
      await scene.make();
      const taskId = await scene.begin(`by-${scenes}`, { requester });
      expect((await removeBy(taskId)).outcome).toBe('removing');
    },
  );

  it('are not removed by a run that has ended', async () => {
    newScene(database);
    await scene.make();
    const taskId = await scene.begin('ended');
    await scene.move(taskId, 'completed');
    await expect(removeBy(taskId)).rejects.toMatchObject({
      name: 'ConflictError',
    });
  });

  it('change by a run, which nobody disturbs, and is a part of them then', async () => {
    newScene(database);
    await scene.make();
    const replica = scene.start();
    const change = await scene.begin('bigger', {
      template: 'change',
      selfService: {
        ...ABOUT,
        operation: 'database:update',
        cost: DATABASE.cost,
      },
      parameters: { size: 'large' },
    });
    const known = await replica.resourceService.change(scene.id, {
      taskId: change,
    });
    expect(known).toMatchObject({
      name: 'db-orders',
      parameters: { name: 'orders', size: 'small' },
    });
    const removal = await scene.begin('too-early');
    await expect(removeBy(removal)).rejects.toThrow(
      'Run bigger is changing PostgreSQL database db-orders',
    );

    const now = await scene.clock.now();
    const { effect } = await scene.effects.claim(
      {
        taskId: change,
        stepId: 'note',
        inputDigest: 'd',
        attempt: 'a',
        capability: 'ticketing',
        provider: 'jira',
        kind: 'ticket',
        name: 'T-1',
      },
      now,
      now,
    );
    await scene.effects.complete(effect.id, { attempt: 'a' }, now);
    await scene.move(change, 'completed');
    await replica.outbox.deliver();

    expect(await scene.resources.find(change)).toBeUndefined();
    expect(await replica.resourceService.find({ id: scene.id })).toMatchObject({
      monthlyCost: 400,
    });
    const next = await scene.begin('smaller', { template: 'change' });
    expect(
      (await replica.resourceService.change(scene.id, { taskId: next }))
        .parameters,
    ).toMatchObject({ name: 'orders', size: 'large' });
    await scene.move(next, 'failed');
    expect((await removeBy(removal)).parts).toContainEqual(
      expect.objectContaining({ name: 'T-1' }),
    );
  });

  it('take the access that others have to them with them', async () => {
    newScene(database);
    await scene.make();
    const now = await scene.clock.now();
    const give = async (taskId: string, path: string) => {
      const team = 'group:default/team-b';
      const claim = {
        taskId,
        stepId: 'grant',
        inputDigest: 'd',
        attempt: 'a',
        capability: 'secrets',
        provider: 'vault',
        kind: 'secret access',
        name: `${path} for ${team}`,
        reference: { path, team, access: 'read' },
      };
      const { effect } = await scene.effects.claim(claim, now, now);
      await scene.effects.complete(effect.id, { attempt: 'a' }, now);
      await scene.resources.insert(
        {
          id: taskId,
          title: taskId,
          kind: 'Access',
          name: taskId,
          lifecycle: {},
          createdAt: now,
        },
        now,
      );
    };
    await give('access', 'databases/orders');
    await give('other', 'databases/orders2');
    const replica = scene.start();
    const taskId = await scene.begin('with-access');
    await replica.resourceService.remove(scene.id, { taskId });
    await replica.resourceRemover.idle();
    await finishRemoval(replica, scene);
    expect((await scene.find()).status).toBe('removed');

    await replica.resourceEnds.tick();
    await replica.resourceRemover.idle();
    const statusOf = async (id: string) =>
      (await scene.resources.find(id))?.status;
    expect(await statusOf('access')).toBe('removed');
    expect(await statusOf('other')).toBe('present');
  });

  it('are found by a secret that they have, as long as they have it', async () => {
    newScene(database);
    await scene.make();
    const replica = scene.start();
    const secret = 'databases/orders';
    expect(await replica.resourceService.find({ secret })).toMatchObject({
      id: scene.id,
    });
    await expect(
      replica.resourceService.find({ secret: 'databases/other' }),
    ).rejects.toMatchObject({ name: 'NotFoundError' });

    const taskId = await scene.begin('gone');
    await replica.resourceService.remove(scene.id, { taskId });
    await finishRemoval(replica, scene);
    await expect(
      replica.resourceService.find({ secret }),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('have no facts where the scaffolder has forgotten their task', async () => {
    newScene(database);
    await scene.make();
    scene.specs.delete(scene.id);
    await database('resources').where({ id: scene.id }).delete();
    await scene.runs.tell(scene.id, 'run.completed', await scene.clock.now());
    await scene.start().outbox.deliver();
    expect(await scene.find()).toMatchObject({
      team: TEAM,
      environment: undefined,
      monthlyCost: undefined,
      lifecycle: {},
    });
  });
});
