import {
  mockServices,
  TestDatabaseId,
  TestDatabases,
} from '@backstage/backend-test-utils';
import {
  DatabaseApprovalsStore,
  DatabasePolicyHistory,
  DecisionRecord,
} from '.';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

async function create(databaseId: TestDatabaseId) {
  const knex = await databases.init(databaseId);
  const store = await DatabaseApprovalsStore.create(
    mockServices.database({ knex }),
  );
  return { store, history: new DatabasePolicyHistory(knex) };
}

function decision(id: string, createdAt: string): DecisionRecord {
  return {
    id,
    taskId: id,
    stepId: 'gate',
    inputDigest: 'digest',
    input: {
      now: '2026-11-22T10:00:00Z',
      request: {
        template: 'template:default/database',
        affectedTeams: [],
        requester: { teams: [] },
        parameters: {},
      },
    },
    result: {
      outcome: 'auto-approve',
      type: 'auto',
      risk: 'low',
      stages: [],
      reasons: [],
      warnings: [],
    },
    bundleDigest: 'b',
    dataDigest: 'd',
    createdAt,
  };
}

describe.each(databases.eachSupportedId())('history on %s', databaseId => {
  it('pages decisions from a time on, oldest first', async () => {
    const { store, history } = await create(databaseId);
    for (const [id, day] of [
      ['a', '20'],
      ['b', '21'],
      ['c', '22'],
      ['d', '23'],
    ]) {
      await store.saveDecision(decision(id, `2026-11-${day}T10:00:00.000Z`));
    }
    const since = '2026-11-21T00:00:00.000Z';

    const first = await history.pageDecisions({ since, limit: 2 });
    const second = await history.pageDecisions({
      since,
      limit: 2,
      after: first[1].sequence,
    });

    expect(
      [first, second].map(page => page.map(({ decision: { id } }) => id)),
    ).toEqual([['b', 'c'], ['d']]);
    expect(first[0]).toEqual({
      sequence: expect.any(Number),
      decision: expect.objectContaining(
        decision('b', '2026-11-21T10:00:00.000Z'),
      ),
      title: undefined,
    });
  });

  it('gives back what was archived, byte by byte', async () => {
    const { store, history } = await create(databaseId);
    const bundle = new Uint8Array([0, 255, 31, 139]);
    const data = { approval: { a: [1, { b: 'ü' }] } };
    await store.archivePolicy({
      bundleDigest: 'b',
      bundle,
      dataDigest: 'd',
      data,
    });

    expect(new Uint8Array((await history.findBundle('b'))!)).toEqual(bundle);
    expect(await history.findData('d')).toEqual(data);
    expect(await history.findBundle('x')).toBeUndefined();
    expect(await history.findData('x')).toBeUndefined();
  });

  it('keeps the last bundle of each source that worked', async () => {
    const { history } = await create(databaseId);
    const content = (byte: number) => new Uint8Array([byte]);
    await history.saveLastGood('one', { digest: '1', content: content(1) });
    await history.saveLastGood('two', { digest: '1', content: content(1) });
    await history.saveLastGood('one', { digest: '2', content: content(2) });

    const found = async (source: string) => [
      ...((await history.findLastGood(source)) ?? []),
    ];
    expect(await found('one')).toEqual([2]);
    expect(await found('two')).toEqual([1]);
    expect(await found('three')).toEqual([]);
  });
});
