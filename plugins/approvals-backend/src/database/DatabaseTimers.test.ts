import { randomUUID } from 'node:crypto';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { decideAfterVote } from '@self-service/plugin-approvals-common';
import { decisionRecord, newRequest } from '../__testUtils__/records';
import { DatabaseApprovalsStore, DatabaseTimers, NewRequest } from '.';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('the timers on %s', databaseId => {
  async function open(stages: Partial<NewRequest['stages'][number]>[] = [{}]) {
    const knex = await databases.init(databaseId);
    const store = await DatabaseApprovalsStore.create(
      mockServices.database({ knex }),
    );
    const decision = decisionRecord({ taskId: randomUUID() });
    const request = newRequest(decision, { stages });
    await store.saveDecision(decision, request);
    const read = async () => (await store.findRequest(request.id))!;
    const timers = new DatabaseTimers(knex);
    const fire = async (time: string) => {
      const at = `2026-11-22T${time}:00.000Z`;
      const fired = [];
      for (const stage of await timers.listDue(at, 10)) {
        fired.push(await timers.fire(stage, at));
      }
      return fired;
    };
    const pending = async () =>
      (
        await knex('timers')
          .whereNull('fired_at')
          .orderBy(['fires_at', 'kind'])
          .select('kind', 'fires_at')
      ).map(row => `${row.kind} ${row.fires_at.slice(11, 16)}`);
    const events = async () =>
      (await store.listHistory(request.id)).map(({ event, detail }) =>
        detail ? `${event}: ${detail}` : event,
      );
    const vote = async (position: number, at: string) => {
      const stageId = (await read()).stages[position].id;
      return store.castVote(
        {
          requestId: request.id,
          stageId,
          voter: `user:default/voter-${position}`,
          verdict: 'approve',
          at: `2026-11-22T${at}:00.000Z`,
        },
        (all, votes) =>
          decideAfterVote({
            stages: all,
            stageId,
            verdict: 'approve',
            approvals: votes.length,
          }),
      );
    };
    return { knex, store, request, read, timers, fire, pending, events, vote };
  }

  it('reminds, escalates and expires, each once and each at its time', async () => {
    const { knex, request, read, fire, events } = await open();

    expect(await fire('11:29')).toEqual([]);
    expect(await fire('11:30')).toEqual(['reminder']);
    expect(await fire('11:59')).toEqual([]);
    expect(await fire('12:00')).toEqual(['escalation']);
    expect((await read()).stages[0].escalatedAt).toBe(
      '2026-11-22T12:00:00.000Z',
    );
    expect(await fire('13:59')).toEqual([]);
    expect(await fire('14:00')).toEqual(['expiry']);
    expect(await fire('23:00')).toEqual([]);

    const expired = await read();
    expect(expired).toMatchObject({
      status: 'expired',
      outcomeComment: 'The stage stage-0 was due at 2026-11-22T14:00:00.000Z',
      decidedAt: '2026-11-22T14:00:00.000Z',
      stages: [{ status: 'expired', decidedAt: '2026-11-22T14:00:00.000Z' }],
    });
    expect((await events()).slice(2)).toEqual([
      'approvers reminded: stage-0',
      'stage escalated: stage-0: group:default/platform-team',
      'stage expired: stage-0',
      'expired: The stage stage-0 was due at 2026-11-22T14:00:00.000Z',
    ]);
    const signals = await knex('outbox').where({ kind: 'request-decided' });
    expect(signals.map(({ payload }) => JSON.parse(payload))).toEqual([
      { requestId: request.id },
    ]);
  });

  it('catches up with the last of what was missed', async () => {
    const late = await open();
    expect(await late.fire('12:30')).toEqual(['escalation']);
    expect(await late.pending()).toEqual(['expiry 14:00']);

    const tooLate = await open();
    expect(await tooLate.fire('20:00')).toEqual(['expiry']);
    expect(await tooLate.events()).not.toContainEqual(
      expect.stringMatching(/reminded|escalated/),
    );
    expect(await tooLate.pending()).toEqual([]);
  });

  it('fires once, however many look at once', async () => {
    const { timers, events, read } = await open();
    const at = '2026-11-22T12:00:00.000Z';
    const [stage] = await timers.listDue(at, 1);

    const fired = await Promise.all(
      Array.from({ length: 10 }, () => timers.fire(stage, at)),
    );

    expect(fired.filter(Boolean)).toEqual(['escalation']);
    expect(
      (await events()).filter(event => event.startsWith('stage escalated')),
    ).toHaveLength(1);
    expect((await read()).status).toBe('pending');
  });

  it('closes the other stages when one expires', async () => {
    const { read, fire, pending } = await open([
      { due: 'PT4H' },
      { due: 'PT8H' },
    ]);

    await fire('14:00');

    const { status, stages } = await read();
    expect(status).toBe('expired');
    expect(stages.map(stage => stage.status)).toEqual(['expired', 'closed']);
    expect(await pending()).toEqual([]);
  });

  it('starts the time of a stage when it opens', async () => {
    const { read, fire, pending, vote } = await open([
      {},
      { status: 'waiting', due: 'PT24H', escalateAfter: 'PT8H' },
    ]);
    expect((await read()).stages[1]).toMatchObject({
      openedAt: undefined,
      dueAt: undefined,
    });

    await vote(0, '13:00');

    expect((await read()).stages[1]).toMatchObject({
      status: 'open',
      openedAt: '2026-11-22T13:00:00.000Z',
      dueAt: '2026-11-23T13:00:00.000Z',
    });
    expect(await pending()).toEqual([
      'reminder 19:00',
      'escalation 21:00',
      'expiry 13:00',
    ]);
    expect(await fire('18:59')).toEqual([]);
    expect(await fire('19:00')).toEqual(['reminder']);
  });

  it('forgets the timers of stages that have ended', async () => {
    const approved = await open();
    const [stage] = await approved.timers.listDue(
      '2026-11-22T14:00:00.000Z',
      1,
    );
    await approved.vote(0, '13:00');
    expect(await approved.pending()).toEqual([]);
    // Somebody had read it as due just before the vote.
    expect(
      await approved.timers.fire(stage, '2026-11-22T14:00:00.000Z'),
    ).toBeUndefined();
    expect((await approved.read()).status).toBe('approved');

    const cancelled = await open([{}, {}]);
    await cancelled.store.cancelRequest({
      requestId: cancelled.request.id,
      by: 'user:default/dana',
      at: '2026-11-22T11:00:00.000Z',
    });
    expect(await cancelled.pending()).toEqual([]);
  });

  it('decides a vote and an expiry at the same moment once', async () => {
    const { timers, vote, read, knex } = await open();
    const at = '2026-11-22T14:00:00.000Z';
    const [stage] = await timers.listDue(at, 1);

    const [voted, fired] = await Promise.all([
      vote(0, '14:00'),
      timers.fire(stage, at),
    ]);

    const { status } = await read();
    expect(status).toBe(fired ? 'expired' : 'approved');
    expect(voted.outcome).toBe(fired ? 'request-decided' : 'counted');
    expect(
      await knex('outbox').where({ kind: 'request-decided' }),
    ).toHaveLength(1);
  });
});
