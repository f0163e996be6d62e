import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import {
  mockServices,
  TestDatabaseId,
  TestDatabases,
} from '@backstage/backend-test-utils';
import {
  decideAfterVote,
  Verdict,
} from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';
import { AT, decisionRecord, newRequest } from '../__testUtils__/records';
import { DatabaseApprovalsStore, DatabaseOutbox, RequestCursor } from '.';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const LATER = '2026-11-22T11:00:00.000Z';

describe.each(databases.eachSupportedId())('the store on %s', databaseId => {
  async function createStore(id: TestDatabaseId = databaseId) {
    const knex = await databases.init(id);
    const store = await DatabaseApprovalsStore.create(
      mockServices.database({ knex }),
    );
    return { knex, store, outbox: new DatabaseOutbox(knex) };
  }

  /** Stores a request and votes in its stages by position. */
  async function createRequest(options?: Parameters<typeof newRequest>[1]) {
    const world = await createStore();
    const from = decisionRecord();
    const request = newRequest(from, options);
    await world.store.saveDecision(from, request);
    const read = async () => (await world.store.findRequest(request.id))!;
    const vote = async (
      name: string,
      verdict: Verdict = 'approve',
      position = 0,
      comment?: string,
    ) => {
      const stageId = (await read()).stages[position].id;
      return world.store.castVote(
        {
          requestId: request.id,
          stageId,
          voter: `user:default/${name}`,
          verdict,
          comment,
          at: LATER,
        },
        (stages, votes) =>
          decideAfterVote({
            stages,
            stageId,
            verdict,
            approvals: votes.filter(other => other.verdict === 'approve')
              .length,
          }),
      );
    };
    return { ...world, request, read, vote };
  }

  const countOutbox = async (knex: Knex) =>
    (await knex('outbox').where({ kind: 'request-decided' })).length;

  it('takes a vote back while its stage is open, and counts the next one', async () => {
    const { store, request, read, vote } = await createRequest({
      stages: [{ quorum: 2, users: ['user:default/leo', 'user:default/lea'] }],
    });
    const withdraw = () =>
      store.withdrawVote({
        requestId: request.id,
        voter: 'user:default/leo',
        at: LATER,
      });
    expect(await withdraw()).toEqual({ outcome: 'not-voted' });
    await vote('leo');

    expect(await withdraw()).toEqual({ outcome: 'withdrawn' });
    expect((await read()).stages[0].votes).toEqual([]);
    await vote('lea');
    expect((await read()).status).toBe('pending');
    await vote('leo');
    expect((await read()).status).toBe('approved');
    expect(await withdraw()).toEqual({ outcome: 'request-decided' });
    expect(
      (await store.listHistory(request.id)).map(({ event }) => event),
    ).toEqual([
      'created',
      'stage opened',
      'voted',
      'vote withdrawn',
      'voted',
      'voted',
      'stage approved',
      'approved',
    ]);
  });

  it('keeps a vote that has decided its stage', async () => {
    const { store, request, vote } = await createRequest({ stages: [{}, {}] });
    await vote('leo');

    expect(
      await store.withdrawVote({
        requestId: request.id,
        voter: 'user:default/leo',
        at: LATER,
      }),
    ).toEqual({
      outcome: 'stage-not-open',
      stage: 'stage-0',
      status: 'approved',
    });
  });

  it('lets either the withdrawal or the deciding vote win', async () => {
    for (let round = 0; round < 5; round++) {
      const { store, request, read, vote } = await createRequest({
        stages: [{ quorum: 2 }],
      });
      await vote('leo');

      const [withdrawal] = await Promise.all([
        store.withdrawVote({
          requestId: request.id,
          voter: 'user:default/leo',
          at: LATER,
        }),
        vote('lea'),
      ]);

      const { status, stages } = await read();
      const withdrawn = withdrawal.outcome === 'withdrawn';
      expect(status).toBe(withdrawn ? 'pending' : 'approved');
      expect(stages[0].votes).toHaveLength(withdrawn ? 1 : 2);
    }
  });

  it('stores a decision as it is, and only once per gate', async () => {
    const { store } = await createStore();
    const first = decisionRecord({
      subject: { pullRequestUrl: 'https://example.com/1', head: 'abc' },
    });

    expect(await store.saveDecision(first)).toBe(true);
    expect(
      await store.saveDecision(
        decisionRecord({ id: randomUUID() }),
        newRequest(decisionRecord()),
      ),
    ).toBe(false);

    expect(await store.findDecision(first)).toEqual(first);
    expect(await store.listRequestsOfRun('t1')).toEqual([]);
    expect(
      await store.findDecision({ ...first, inputDigest: 'other' }),
    ).toBeUndefined();
  });

  it('lists the decisions of a run in the order in which they were made', async () => {
    const { store } = await createStore();
    for (const inputDigest of ['z', 'a', 'm']) {
      await store.saveDecision(decisionRecord({ inputDigest }));
    }
    await store.saveDecision(decisionRecord({ taskId: 't2' }));

    const found = await store.listDecisions('t1');

    expect(found.map(one => one.inputDigest)).toEqual(['z', 'a', 'm']);
  });

  it('archives a policy once per digest', async () => {
    const { store, knex } = await createStore();
    const archive = {
      bundleDigest: 'b',
      bundle: new Uint8Array([0, 255, 7]),
      dataDigest: 'd',
      data: { approval: { freezes: [] } },
    };

    await store.archivePolicy(archive);
    await store.archivePolicy({ ...archive, dataDigest: 'd2' });

    const bundles = await knex('policy_bundles').select();
    expect(bundles).toHaveLength(1);
    expect([...bundles[0].bytes]).toEqual([0, 255, 7]);
    const data = await knex('policy_data').orderBy('digest');
    expect(data.map(({ digest }) => digest)).toEqual(['d', 'd2']);
    expect(JSON.parse(data[0].json)).toEqual({ approval: { freezes: [] } });
  });

  it('stores a request with its stages and its first history', async () => {
    const { store, read, request } = await createRequest({
      stages: [
        { users: ['user:default/b', 'user:default/a'] },
        {
          status: 'waiting',
          users: [],
          eligible: { users: [], unresolved: 'nobody' },
        },
      ],
    });

    expect(await read()).toMatchObject({
      id: request.id,
      status: 'pending',
      title: 'Database: orders',
      links: [{ title: 'Plan', url: 'https://example.com' }],
      decision: { taskId: 't1', stepId: 'gate' },
      stages: [
        {
          name: 'stage-0',
          status: 'open',
          position: 0,
          openedAt: AT,
          dueAt: '2026-11-22T14:00:00.000Z',
          eligible: ['user:default/a', 'user:default/b'],
          approvers: [{ group: 'group:default/security' }],
          votes: [],
        },
        {
          name: 'stage-1',
          status: 'waiting',
          openedAt: undefined,
          dueAt: undefined,
          eligible: [],
          unresolved: 'nobody',
        },
      ],
    });
    expect(await store.listHistory(request.id)).toEqual([
      { at: AT, actor: 'user:default/dana', event: 'created' },
      { at: AT, actor: 'approvals', event: 'stage opened', detail: 'stage-0' },
      {
        at: AT,
        actor: 'approvals',
        event: 'stage stuck',
        detail: 'stage-1: nobody',
      },
    ]);
  });

  it('adds the request of a decision once', async () => {
    const { store } = await createStore();
    const from = decisionRecord();
    await store.saveDecision(from);

    expect(await store.saveRequest(newRequest(from))).toBe(true);
    expect(await store.saveRequest(newRequest(from))).toBe(false);
    expect(await store.listRequestsOfRun('t1')).toHaveLength(1);
  });

  it('approves a request, and leaves word for the run', async () => {
    const { store, knex, outbox, vote, read, request } = await createRequest();

    expect(await vote('leo', 'approve', 0, 'fine')).toEqual({
      outcome: 'counted',
      decided: 'approved',
    });

    expect(await read()).toMatchObject({
      status: 'approved',
      decidedAt: LATER,
      stages: [{ status: 'approved', decidedAt: LATER }],
    });
    expect(
      (await store.listHistory(request.id)).map(({ actor, event, detail }) => [
        actor,
        event,
        detail,
      ]),
    ).toEqual([
      ['user:default/dana', 'created', undefined],
      ['approvals', 'stage opened', 'stage-0'],
      ['user:default/leo', 'voted', 'approved stage-0: fine'],
      ['approvals', 'stage approved', 'stage-0'],
      ['user:default/leo', 'approved', undefined],
    ]);
    expect(
      (await outbox.listDue(LATER, 10)).map(({ kind, payload }) => [
        kind,
        payload.event ?? payload.requestId,
      ]),
    ).toEqual([
      ['request-decided', request.id],
      ['announcement', 'request-created'],
      ['announcement', 'stage-opened'],
      ['announcement', 'request-ended'],
    ]);
    expect(await countOutbox(knex)).toBe(1);
  });

  it('rejects a request by one vote, and closes its other stages', async () => {
    const { vote, read } = await createRequest({
      stages: [{}, {}, { status: 'waiting' }],
    });

    await vote('leo', 'reject', 1, 'no');

    expect(await read()).toMatchObject({
      status: 'rejected',
      outcomeComment: 'no',
      outcomeBy: 'user:default/leo',
      stages: [
        { status: 'closed' },
        { status: 'rejected' },
        { status: 'closed' },
      ],
    });
    expect(await vote('sven', 'approve', 0)).toEqual({
      outcome: 'request-decided',
    });
  });

  it('opens the next stage of a sequence with its own due time', async () => {
    const { vote, read, knex } = await createRequest({
      stages: [{}, { status: 'waiting', due: 'P1D' }],
    });

    expect(await vote('sven', 'approve', 1)).toEqual({
      outcome: 'stage-not-open',
    });
    expect(await vote('leo')).toEqual({
      outcome: 'counted',
      decided: undefined,
    });

    expect((await read()).stages).toMatchObject([
      { status: 'approved' },
      {
        status: 'open',
        openedAt: LATER,
        dueAt: '2026-11-23T11:00:00.000Z',
        votes: [],
      },
    ]);
    expect(await countOutbox(knex)).toBe(0);
    await vote('sven', 'approve', 1);
    expect((await read()).status).toBe('approved');
  });

  it('counts one vote of a person in one stage of a request', async () => {
    const { vote, read } = await createRequest({ stages: [{}, {}] });

    await vote('leo');

    expect(await vote('leo', 'approve', 1)).toEqual({
      outcome: 'voted-already',
    });
    expect((await read()).stages.map(({ votes }) => votes.length)).toEqual([
      1, 0,
    ]);
  });

  it('takes a vote back when what follows from it fails', async () => {
    const { store, read, request, knex } = await createRequest();
    const [stage] = (await read()).stages;

    await expect(
      store.castVote(
        {
          requestId: request.id,
          stageId: stage.id,
          voter: 'user:default/leo',
          verdict: 'approve',
          at: LATER,
        },
        () => {
          throw new Error('no rule');
        },
      ),
    ).rejects.toThrow('no rule');

    expect((await read()).stages[0].votes).toEqual([]);
    expect(await store.listHistory(request.id)).toHaveLength(2);
    expect(await countOutbox(knex)).toBe(0);
  });

  it('ends 100 votes at once in exactly one outcome', async () => {
    const { vote, read, knex, store, request } = await createRequest();

    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        vote(`voter-${index}`, index % 2 ? 'approve' : 'reject'),
      ),
    );

    expect(
      outcomes.filter(({ outcome }) => outcome === 'counted'),
    ).toHaveLength(1);
    expect(
      outcomes.filter(({ outcome }) => outcome === 'request-decided'),
    ).toHaveLength(99);
    const decided = await read();
    const [winner] = decided.stages[0].votes;
    expect(decided.stages[0].votes).toHaveLength(1);
    expect(decided.status).toBe(
      winner.verdict === 'approve' ? 'approved' : 'rejected',
    );
    const history = await store.listHistory(request.id);
    expect(history.filter(({ event }) => event === 'voted')).toHaveLength(1);
    expect(await countOutbox(knex)).toBe(1);
  });

  it('counts every one of many simultaneous votes below the quorum', async () => {
    const { vote, read, knex } = await createRequest({
      stages: [{ quorum: 20 }],
    });

    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => vote(`voter-${index}`)),
    );

    expect(
      outcomes.filter(({ outcome }) => outcome === 'counted'),
    ).toHaveLength(20);
    const decided = await read();
    expect(decided.status).toBe('approved');
    expect(decided.stages[0].votes).toHaveLength(20);
    expect(await countOutbox(knex)).toBe(1);
  });

  it('takes one of 100 clicks of the same person', async () => {
    const { vote, read } = await createRequest({ stages: [{ quorum: 2 }] });

    const outcomes = await Promise.all(
      Array.from({ length: 100 }, () => vote('leo')),
    );

    expect(
      outcomes.filter(({ outcome }) => outcome === 'counted'),
    ).toHaveLength(1);
    expect(await read()).toMatchObject({
      status: 'pending',
      stages: [{ status: 'open', votes: [{ voter: 'user:default/leo' }] }],
    });
  });

  it('lets two people decide two stages at once', async () => {
    const { vote, read, knex } = await createRequest({ stages: [{}, {}] });

    const outcomes = await Promise.all([
      vote('leo', 'approve', 0),
      vote('sven', 'approve', 1),
    ]);

    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'counted',
      'counted',
    ]);
    expect((await read()).status).toBe('approved');
    expect(await countOutbox(knex)).toBe(1);
  });

  it('decides a race of vote and cancel once', async () => {
    const { store, vote, read, knex, request } = await createRequest();

    const [voted, cancelled] = await Promise.all([
      vote('leo'),
      store.cancelRequest({
        requestId: request.id,
        by: 'user:default/dana',
        at: LATER,
      }),
    ]);

    expect(cancelled).toBe(voted.outcome === 'request-decided');
    expect((await read()).status).toBe(cancelled ? 'cancelled' : 'approved');
    expect(await countOutbox(knex)).toBe(1);
  });

  it('cancels a pending request once', async () => {
    const { store, read, request } = await createRequest();
    const cancel = {
      requestId: request.id,
      by: 'user:default/dana',
      comment: 'not needed',
      at: LATER,
    };

    expect(await store.cancelRequest(cancel)).toBe(true);
    expect(await store.cancelRequest(cancel)).toBe(false);

    expect(await read()).toMatchObject({
      status: 'cancelled',
      outcomeBy: 'user:default/dana',
      outcomeComment: 'not needed',
      stages: [{ status: 'closed', decidedAt: LATER }],
    });
    expect((await store.listHistory(request.id)).at(-1)).toEqual({
      at: LATER,
      actor: 'user:default/dana',
      event: 'cancelled',
      detail: 'not needed',
    });
  });

  it('closes a run: what is pending ends, what is decided stays', async () => {
    const { store, vote, request } = await createRequest();
    await vote('leo');
    const second = decisionRecord({ inputDigest: 'second' });
    const pending = newRequest(second);
    await store.saveDecision(second, pending);
    const close = { taskId: 't1', comment: 'over', at: LATER };

    expect(await store.isRunClosed('t1')).toBe(false);
    expect(await store.closeRun(close)).toEqual([pending.id]);
    expect(await store.closeRun(close)).toEqual([]);

    expect(await store.isRunClosed('t1')).toBe(true);
    expect(await store.isRunClosed('t2')).toBe(false);
    expect((await store.findRequest(request.id))?.status).toBe('approved');
    expect(await store.pendingAmong([request.id, pending.id])).toEqual([]);
  });

  it('answers the inbox: an open stage that the person may still vote in', async () => {
    const { store } = await createStore();
    const make = async (
      name: string,
      options: Parameters<typeof newRequest>[1],
    ) => {
      const from = decisionRecord({ inputDigest: name });
      const request = newRequest(from, options);
      await store.saveDecision(from, request);
      return request.id;
    };
    const mine = await make('mine', {});
    await make('waiting', { stages: [{ status: 'waiting' }] });
    await make('others', { stages: [{ users: ['user:default/sven'] }] });
    const two = await make('voted', { stages: [{ quorum: 2 }, {}] });
    const stageId = (await store.findRequest(two))!.stages[0].id;
    const inbox = () =>
      store.listRequests({ waitingFor: 'user:default/leo', limit: 10 });
    expect((await inbox()).total).toBe(2);

    await store.castVote(
      {
        requestId: two,
        stageId,
        voter: 'user:default/leo',
        verdict: 'approve',
        at: LATER,
      },
      () => ({ stages: [] }),
    );

    const { items, total } = await inbox();
    expect(items.map(({ id }) => id)).toEqual([mine]);
    expect(total).toBe(1);
    expect(await store.countRequests({ waitingFor: 'user:default/leo' })).toBe(
      1,
    );
    await store.cancelRequest({ requestId: mine, by: 'x', at: LATER });
    expect((await inbox()).total).toBe(0);
  });

  it('pages newest first without losing or repeating equal times', async () => {
    const { store } = await createStore();
    for (let index = 0; index < 5; index++) {
      const from = decisionRecord({ inputDigest: `${index}` });
      const createdAt = index < 3 ? AT : LATER;
      await store.saveDecision(from, newRequest(from, { createdAt }));
    }
    const seen: string[] = [];
    let after: { createdAt: string; id: string } | undefined;
    for (let page = 0; page < 3; page++) {
      const { items, total } = await store.listRequests({ limit: 2, after });
      expect(total).toBe(5);
      seen.push(...items.map(({ id }) => id));
      after = items.at(-1);
    }

    expect(new Set(seen).size).toBe(5);
    const [first] = (await store.listRequests({ limit: 1 })).items;
    expect(first.createdAt).toBe(LATER);
    expect(
      (await store.listRequests({ limit: 9, status: 'approved' })).total,
    ).toBe(0);
    expect(
      (await store.listRequests({ limit: 9, requester: 'user:default/dana' }))
        .total,
    ).toBe(5);
  });

  it('lists undecided stages page by page, and none of decided requests', async () => {
    const { store, vote } = await createRequest();
    await vote('leo');
    for (const number of [1, 2, 3]) {
      const from = decisionRecord({ taskId: `task-${number}` });
      await store.saveDecision(
        from,
        newRequest(from, {
          requester: `user:default/${number}`,
          createdAt: number === 1 ? LATER : AT,
          stages: [{}, { status: 'waiting' }],
        }),
      );
    }
    const seen: string[] = [];
    let after: RequestCursor | undefined;
    do {
      const page = await store.listUndecidedStages({ limit: 2, after });
      seen.push(...page.stages.map(({ requester }) => requester));
      after = page.next;
    } while (after);

    expect([...seen].sort()).toEqual(
      [1, 1, 2, 2, 3, 3].map(number => `user:default/${number}`),
    );
    expect(seen.at(-1)).toBe('user:default/1');
  });

  it('replaces approvers, and says whether anything changed', async () => {
    const { store, read } = await createRequest({
      stages: [{ users: ['user:default/a', 'user:default/b'] }],
    });
    const [{ id }] = (await read()).stages;

    expect(await store.listUndecidedStages({ limit: 9 })).toEqual({
      stages: [
        {
          stageId: id,
          approvers: [{ group: 'group:default/security' }],
          requester: 'user:default/dana',
          eligible: ['user:default/a', 'user:default/b'],
        },
      ],
    });
    expect(
      await store.replaceApprovers(
        id,
        { users: ['user:default/b', 'user:default/c'] },
        LATER,
      ),
    ).toBe(true);
    expect((await read()).stages[0].eligible).toEqual([
      'user:default/b',
      'user:default/c',
    ]);
    expect(
      await store.replaceApprovers(
        id,
        { users: ['user:default/b', 'user:default/c'] },
        LATER,
      ),
    ).toBe(false);
    await store.replaceApprovers(
      id,
      { users: [], unresolved: 'nobody' },
      LATER,
    );
    expect((await read()).stages[0]).toMatchObject({
      eligible: [],
      unresolved: 'nobody',
    });
  });

  it('lets one of several claim a message, and gives up none', async () => {
    const { knex, outbox, vote } = await createRequest();
    await vote('leo');
    await knex('outbox').where({ kind: 'announcement' }).delete();
    const [message] = await outbox.listDue(LATER, 10);

    const claims = await Promise.all(
      Array.from({ length: 5 }, () =>
        outbox.claim(message, '2026-11-22T11:00:30.000Z'),
      ),
    );

    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await outbox.listDue('2026-11-22T11:00:29.999Z', 10)).toEqual([]);
    expect(await outbox.listDue('2026-11-22T11:00:30.000Z', 10)).toHaveLength(
      1,
    );
    await outbox.markDelivered(message.id, LATER);
    expect(await outbox.listDue('2027-01-01T00:00:00.000Z', 10)).toEqual([]);
    await outbox.deleteDelivered(LATER);
    await outbox.markFailed(message.id, 'late', AT);
    expect(await outbox.listDue(LATER, 10)).toEqual([]);
  });

  it('knows for whom a request waits, in old rows as in new ones', async () => {
    const { knex, store, request, read, vote } = await createRequest({
      stages: [
        { users: ['user:default/leo', 'user:default/lena'], quorum: 2 },
        { users: ['user:default/sara'], status: 'waiting' },
      ],
    });
    const inbox = async () =>
      knex('inbox').orderBy('user_ref').pluck('user_ref');
    expect(await inbox()).toEqual(['user:default/lena', 'user:default/leo']);

    await vote('leo');
    expect(await inbox()).toEqual(['user:default/lena']);
    await store.withdrawVote({
      requestId: request.id,
      voter: 'user:default/leo',
      at: LATER,
    });
    expect(await inbox()).toEqual(['user:default/lena', 'user:default/leo']);
    await store.replaceApprovers(
      (
        await read()
      ).stages[0].id,
      { users: ['user:default/leo', 'user:default/erin'] },
      LATER,
    );
    await vote('leo');
    expect(await inbox()).toEqual(['user:default/erin']);

    const migration = {
      directory: resolve(__dirname, '../../migrations'),
      name: '20261122170000_inbox.js',
    };
    await knex.migrate.down(migration);
    expect(await knex.schema.hasTable('inbox')).toBe(false);
    await knex.migrate.up(migration);
    expect(await inbox()).toEqual(['user:default/erin']);

    await vote('erin');
    expect(await inbox()).toEqual(['user:default/sara']);
    expect(await store.countRequests({ waitingFor: 'user:default/sara' })).toBe(
      1,
    );
    await vote('sara', 'approve', 1);
    expect(await inbox()).toEqual([]);
  });

  it('migrates down and up again', async () => {
    const { knex } = await createRequest();
    const directory = resolve(__dirname, '../../migrations');

    await knex.migrate.rollback({ directory }, true);
    expect(await knex.schema.hasTable('requests')).toBe(false);
    expect(await knex.schema.hasTable('outbox')).toBe(false);

    await knex.migrate.latest({ directory });
    expect(await knex('requests').select()).toEqual([]);
  });
});
