import { Entity } from '@backstage/catalog-model';
import { databases } from '../__testUtils__/databases';
import { suspendRequest } from '../__testUtils__/createReplica';
import { createRunScene, DEV } from '../__testUtils__/runScene';

const OPS: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name: 'ops' },
  spec: { profile: { displayName: 'Olga Sand' } },
};

const PROBLEM = JSON.stringify({
  problem: {
    what: 'GitHub is down.',
    whose: 'vendor',
    canPass: true,
    remedy: 'Try again in an hour.',
  },
});

describe('RunMessages', () => {
  async function setUp() {
    const [[id]] = databases.eachSupportedId();
    const scene = await createRunScene(id, { entities: [OPS] });
    await scene.start();
    /** Delivers one message of a run in this state. */
    const deliver = async (kind: string, state: object) => {
      const { database, notifications, clock } = scene;
      notifications.send.mockClear();
      await database('runs').update(state);
      await scene.runs.tell('task-1', kind, await clock.now());
      await scene.outbox.deliver();
      const [call] = notifications.send.mock.calls as unknown as [
        {
          recipients: { entityRef: string[] };
          payload: { title: string; description: string; severity: string };
        },
      ][];
      return call?.[0];
    };
    return { ...scene, deliver };
  }

  it.each([
    ['failed', /GitHub is down\. Try again in an hour\. Nothing of it exists/],
    ['held', /is kept until 2026-01-06 12:00 UTC and rolled back then/],
    ['rolled-back', /What could be undone is undone/],
    ['rollback-failed', /could not be undone\. Its page says what and why/],
    ['completed', /is in place/],
  ])(
    'tells of a run that is %s what it is and what to do',
    async (phase, text) => {
      const { deliver } = await setUp();
      const message = await deliver(`notify.${phase}`, {
        phase,
        failure: PROBLEM,
        held_until: new Date('2026-01-06T12:00:00Z'),
      });
      expect(message.payload.description).toMatch(text);
      expect(message.recipients.entityRef).toEqual(
        phase === 'rollback-failed'
          ? [DEV, 'group:default/platform-team']
          : [DEV],
      );
    },
  );

  it('calls people by their names', async () => {
    const { deliver } = await setUp();
    const { payload } = await deliver('notify.failed', {
      phase: 'failed',
      failure: PROBLEM.replace(
        'GitHub is down.',
        'Rejected by user:default/ops and group:default/gone.',
      ),
    });
    expect(payload.description).toMatch(/^Rejected by Olga Sand and gone\. /);
  });

  it('says nothing that is not so any more', async () => {
    const { deliver, runs, clock } = await setUp();
    for (const kind of [
      'notify.failed',
      'notify.held',
      'notify.reminder',
      'notify.attention',
      'notify.rollback-failed',
      'ask:unknown',
    ]) {
      expect([kind, await deliver(kind, { phase: 'active' })]).toEqual([
        kind,
        undefined,
      ]);
    }
    expect(await runs.listOutbox(await clock.now(), 10)).toEqual([]);
  });

  it('offers no retry of a run that a person cancelled', async () => {
    const { deliver } = await setUp();
    const state = { phase: 'held', held_until: new Date(), failure: null };
    const failed = await deliver('notify.held', state);
    expect(failed.payload.description).toMatch(/retry it, edit/);
    const cancelled = await deliver('notify.held', {
      ...state,
      cancelled_at: new Date(),
    });
    expect(cancelled.payload.description).not.toMatch(/retry/);
  });

  it('tells of a cancel, but not who has cancelled', async () => {
    const { deliver } = await setUp();
    const byOther = await deliver('notify.cancelled', {
      phase: 'cancelled',
      ended_by: 'user:default/ops',
      end_comment: 'Too big',
    });
    expect(byOther.payload.description).toBe(
      'By Olga Sand. Too big. Nothing of it exists.',
    );
    expect(
      await deliver('notify.cancelled', { ended_by: DEV }),
    ).toBeUndefined();
  });

  it('tells once what keeps a run from being resumed', async () => {
    const { suspensions, scaffolderRuns, sweep, clock, told, settle, sealed } =
      await setUp().then(scene => ({ ...scene, sealed: 'not ours' }));
    await suspensions.suspend(suspendRequest({ sealedSecrets: sealed }));
    scaffolderRuns.end('task-1');
    await sweep.tick();
    await suspensions.signal({ kind: 'approval', ref: 'request-1' });
    for (let ticks = 0; ticks < 3; ticks++) {
      await settle();
      clock.advance(300_000);
      await sweep.tick();
    }
    expect(told()).toEqual(['Needs attention: Database: orders']);
  });

  it('tries again when the notifications backend is down', async () => {
    const { deliver, notifications, outbox, clock } = await setUp();
    notifications.send.mockRejectedValueOnce(new Error('down'));
    await deliver('notify.completed', { phase: 'completed' });
    clock.advance(5_000);
    await outbox.deliver();
    await outbox.deliver();
    expect(notifications.send).toHaveBeenCalledTimes(2);
  });
});
