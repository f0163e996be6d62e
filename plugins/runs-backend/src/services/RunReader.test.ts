import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { runFilterSchema } from '@self-service/plugin-runs-common';
import { suspendRequest } from '../__testUtils__/createReplica';
import { databases } from '../__testUtils__/databases';
import { createRunScene, DEV } from '../__testUtils__/runScene';

const TEAM = 'group:default/team-a';
const LEAD: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name: 'lead', namespace: 'default' },
  spec: {},
  relations: [{ type: 'memberOf', targetRef: TEAM }],
};
const dev = mockCredentials.user(DEV);
const lead = mockCredentials.user('user:default/lead');

describe.each(databases.eachSupportedId())('RunReader on %p', id => {
  async function setUp(options?: Parameters<typeof createRunScene>[1]) {
    const scene = await createRunScene(id, { entities: [LEAD], ...options });
    await scene.start('mine');
    await scene.start('ours', { requester: 'user:default/x', team: TEAM });
    await scene.start('theirs', {
      requester: 'user:default/x',
      entityRefs: ['component:default/orders'],
    });
    const list = async (filter: object, credentials = dev) => {
      const { items } = await scene.reader.page(
        runFilterSchema.parse(filter),
        credentials,
      );
      return items.map(({ taskId }) => taskId).sort();
    };
    return { ...scene, list };
  }

  it('lists one’s own runs, those of one’s teams, and all by permission', async () => {
    const { list } = await setUp();
    expect(await list({})).toEqual(['mine']);
    expect(await list({ scope: 'team' })).toEqual([]);
    expect(await list({ scope: 'team' }, lead)).toEqual(['ours']);
    await expect(list({ scope: 'all' }, lead)).rejects.toThrow(
      "You don't have the permission runs.run.list",
    );
    const allowed = await setUp({
      permissions: mockServices.permissions({ result: AuthorizeResult.ALLOW }),
    });
    expect(await allowed.list({ scope: 'all' })).toEqual([
      'mine',
      'ours',
      'theirs',
    ]);
  });

  it('shows the runs about an entity to who may read their tasks', async () => {
    const { list, scaffolder } = await setUp();
    const entityRef = 'component:default/orders';
    expect(await list({ entityRef })).toEqual(['theirs']);
    scaffolder.getTask.mockRejectedValue(
      Object.assign(new Error('no'), { statusCode: 403 }),
    );
    expect(await list({ entityRef })).toEqual([]);
    scaffolder.getTask.mockRejectedValue(new Error('down'));
    await expect(list({ entityRef })).rejects.toThrow('down');
  });

  it('goes over runs about an entity that the user may not read, and counts none', async () => {
    const { reader, register, scaffolder, clock } = await setUp();
    const entityRef = 'component:default/busy';
    for (const taskId of ['readable', 'hidden-1', 'hidden-2', 'hidden-3']) {
      clock.advance(1_000);
      await register.register(taskId, {
        authorised: true,
        secretNames: [],
        entityRefs: [entityRef],
      });
    }
    scaffolder.getTask.mockImplementation(async ({ taskId }) => {
      if (taskId.startsWith('hidden')) {
        throw Object.assign(new Error('no'), { statusCode: 403 });
      }
      return { status: 'completed' } as never;
    });
    const page = async (limit: number) => {
      const filter = runFilterSchema.parse({ entityRef, limit });
      const { items, ...rest } = await reader.page(filter, dev);
      return { ids: items.map(({ taskId }) => taskId), ...rest };
    };
    for (const limit of [1, 2, 10]) {
      expect(await page(limit)).toEqual({
        ids: ['readable'],
        total: undefined,
        nextCursor: undefined,
      });
    }
  });

  it.each<[string, object, string | undefined]>([
    ['failed', { failure: 'GitHub is down.' }, 'GitHub is down.'],
    ['held', { failure: 'GitHub is down.' }, 'GitHub is down.'],
    [
      'held',
      { cancelled_at: new Date('2026-01-05T12:00:00Z') },
      'It was cancelled, and some of it still exists.',
    ],
    [
      'rollback-failed',
      { failure: 'GitHub is down.' },
      'Something that it made could not be undone.',
    ],
    ['failed', { failure: 'x'.repeat(400) }, `${'x'.repeat(299)}…`],
    ['rolled-back', { failure: 'GitHub is down.' }, undefined],
    ['active', {}, undefined],
  ])(
    'tells of a run that is %s what went wrong: %j',
    async (phase, row, problem) => {
      const { database, reader } = await setUp();
      const { failure: what, ...rest } = row as { failure?: string };
      await database('runs')
        .where({ task_id: 'mine' })
        .update({
          ...rest,
          phase,
          failure:
            what &&
            JSON.stringify({
              problem: {
                what,
                whose: 'vendor',
                canPass: true,
                remedy: 'Wait.',
              },
            }),
        });
      const { items } = await reader.page(runFilterSchema.parse({}), dev);
      expect(items).toEqual([expect.objectContaining({ problem })]);
    },
  );

  it('tells what keeps a parked run from going on', async () => {
    const { database, suspensions, reader } = await setUp();
    await suspensions.suspend(suspendRequest({ taskId: 'mine' }));
    await database('suspensions').update({
      attention: 'The template is gone.',
    });
    const { items } = await reader.page(runFilterSchema.parse({}), dev);
    expect(items).toEqual([
      expect.objectContaining({
        status: 'needs-attention',
        problem: 'The template is gone.',
      }),
    ]);
  });

  it('shows what was said to the end of a run, and no retry of what was rejected', async () => {
    const { database, reader } = await setUp();
    const problem = {
      what: 'Rejected by user:default/lead.',
      whose: 'yours',
      canPass: false,
      remedy: 'Start again.',
      refused: 'rejected',
    };
    await database('runs')
      .where({ task_id: 'mine' })
      .update({
        phase: 'held',
        ended_by: DEV,
        end_comment: 'Not needed any more',
        failure: JSON.stringify({ problem }),
      });
    const { state } = await reader.read('mine', dev);
    expect(state).toMatchObject({
      endedBy: DEV,
      endComment: 'Not needed any more',
      options: {
        retry: { reason: expect.stringContaining('was rejected') },
        rollback: { allowed: true },
      },
    });
  });

  it('tells what a run waits for', async () => {
    const { suspensions, reader } = await setUp();
    await suspensions.suspend(suspendRequest({ taskId: 'mine' }));
    const { items, total } = await reader.page(
      runFilterSchema.parse({ status: 'waiting' }),
      dev,
    );
    expect({ items, total }).toMatchObject({
      items: [
        {
          taskId: 'mine',
          status: 'waiting',
          waitsFor: 'Waits for the lead of team-a',
        },
      ],
      total: 1,
    });
  });
});
