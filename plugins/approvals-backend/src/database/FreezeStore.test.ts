import {
  mockServices,
  TestDatabaseId,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { DatabaseApprovalsStore, DatabaseFreezeStore } from '.';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const by = 'user:default/carl';
const at = '2026-12-19T00:00:00.000Z';
const freeze = {
  id: 'f1',
  from: '2026-12-20T00:00:00.000Z',
  to: '2026-12-21T00:00:00.000Z',
  environments: ['production'],
  reason: 'Audit',
  createdBy: by,
  createdAt: at,
};
const exemption = {
  id: 'e1',
  kind: 'team' as const,
  value: 'group:default/payments',
  reason: 'Incident',
  createdBy: by,
  createdAt: at,
};

async function create(databaseId: TestDatabaseId) {
  const knex = await databases.init(databaseId);
  await DatabaseApprovalsStore.create(mockServices.database({ knex }));
  return { knex, store: new DatabaseFreezeStore(knex) };
}

describe.each(databases.eachSupportedId())('freezes on %s', databaseId => {
  it('keeps a freeze as it was made, the latest start first', async () => {
    const { store } = await create(databaseId);
    await store.create(freeze);
    const { environments, ...everywhere } = freeze;
    await store.create({
      ...everywhere,
      id: 'f2',
      from: '2026-12-20T12:00:00.000Z',
    });

    expect(await store.list()).toEqual([
      {
        ...everywhere,
        id: 'f2',
        from: '2026-12-20T12:00:00.000Z',
        environments: undefined,
        exemptions: [],
      },
      { ...freeze, environments, exemptions: [] },
    ]);
  });

  it('raises the version with every change', async () => {
    const { store } = await create(databaseId);
    const versions = [await store.version()];
    await store.create(freeze);
    versions.push(await store.version());
    await store.exempt('f1', exemption);
    versions.push(await store.version());
    await store.end({ id: 'f1', by, at });
    versions.push(await store.version());

    expect(versions).toEqual([0, 1, 2, 3]);
  });

  it('is ended by one of many', async () => {
    const { store } = await create(databaseId);
    await store.create(freeze);
    const outcomes = await Promise.all(
      [1, 2, 3, 4].map(() => store.end({ id: 'f1', by, at })),
    );

    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await store.list()).toMatchObject([{ endedBy: by, endedAt: at }]);
  });

  it('does not end what is over or not there', async () => {
    const { store } = await create(databaseId);
    await store.create(freeze);

    expect(await store.end({ id: 'f1', by, at: freeze.to })).toBe(false);
    expect(await store.end({ id: 'f2', by, at })).toBe(false);
    expect(await store.list()).toMatchObject([{ endedAt: undefined }]);
  });

  it('takes an exemption once, and none after the end', async () => {
    const { store } = await create(databaseId);
    await store.create(freeze);

    expect(await store.exempt('f1', exemption)).toBe('added');
    expect(await store.exempt('f1', { ...exemption, id: 'e2' })).toBe('exists');
    expect(await store.exempt('f2', exemption)).toBe('over');
    await store.end({ id: 'f1', by, at });
    expect(
      await store.exempt('f1', { ...exemption, id: 'e3', value: 'group:a/b' }),
    ).toBe('over');
    expect((await store.list())[0].exemptions).toEqual([exemption]);
  });

  it('migrates down and up again, with freezes in it', async () => {
    const { knex, store } = await create(databaseId);
    await store.create(freeze);
    await store.exempt('f1', exemption);
    const directory = `${__dirname}/../../migrations`;
    await knex.migrate.down({
      directory,
      name: '20261122140000_freezes.js',
    });

    expect(await knex.schema.hasTable('freezes')).toBe(false);
    await knex.migrate.latest({ directory });
    expect(await store.list()).toEqual([]);
    expect(await store.version()).toBe(0);
  });
});
