import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { createWorld, World } from '../__testUtils__/world';
import { person } from '../__testUtils__/person';
import { FreezeService } from './FreezeService';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const carl = person('carl');
// The clock of the world stands at 2026-11-22T10:00:00Z.
const freeze = {
  from: '2026-11-22T09:00:00Z',
  to: '2026-11-23T09:00:00Z',
  environments: ['dev'],
  reason: 'Audit',
};

describe.each(databases.eachSupportedId())('freezes on %s', databaseId => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld(await databases.init(databaseId));
  });

  async function decide(taskId: string, environment = 'dev') {
    world.scaffolder.addTask(taskId, { parameters: { environment } });
    const { decision } = await world.gates.openGate(
      { taskId, stepId: 'self-service-gate', inputDigest: 'digest' },
      'plugin:scaffolder',
    );
    return decision;
  }

  const codes = async (taskId: string) =>
    (await decide(taskId)).decision.reasons.map(({ code }) => code);

  it('stops what comes after it, and nothing after its end', async () => {
    expect(await codes('before')).toEqual([]);
    const id = await world.freezes.create(carl, freeze);
    expect(await codes('frozen')).toEqual(['time.freeze']);
    await world.freezes.end(carl, id);
    expect(await codes('after')).toEqual([]);

    expect(world.auditor.events).toEqual([
      'gate-open succeeded',
      'freeze-create succeeded',
      'gate-open succeeded',
      'freeze-end succeeded',
      'gate-open succeeded',
    ]);
    expect(world.signals.length).toBeGreaterThanOrEqual(2);
  });

  it('is over by itself at its end', async () => {
    await world.freezes.create(carl, freeze);
    world.clock.advance(23 * 60 * 60 * 1000 - 1000);
    expect(await codes('last second')).toEqual(['time.freeze']);
    world.clock.advance(1000);
    expect(await codes('end')).toEqual([]);
  });

  it('is seen by another replica at once', async () => {
    const other = await createWorld(world.knex);
    await other.freezes.list(carl);
    const id = await other.freezes.create(carl, freeze);
    expect(await codes('frozen')).toEqual(['time.freeze']);
    await other.freezes.end(carl, id);
    expect(await codes('free')).toEqual([]);
  });

  it('lets an exempt team pass, and records the data that decided', async () => {
    const id = await world.freezes.create(carl, freeze);
    const frozen = await decide('frozen');
    await world.freezes.exempt(carl, id, {
      kind: 'team',
      value: 'group:default/payments',
      reason: 'Incident',
    });
    const exempt = await decide('exempt');

    expect(exempt.decision.outcome).toBe('auto-approve');
    const dataOf = async (digest: string) =>
      (await world.policyHistory.findData(digest)) as {
        approval: { freezes: { id: string }[] };
      };
    const idsOf = async (digest: string) =>
      (await dataOf(digest)).approval.freezes.map(entry => entry.id);
    expect(await idsOf(frozen.dataDigest)).toEqual(['year-end', id]);
    expect(await idsOf(exempt.dataDigest)).toEqual(['year-end']);
  });

  it.each([
    ['another team', 'team', 'group:default/search'],
    ['another operation', 'operation', 'database:delete'],
  ] as const)('stops all the same with an exemption for %s', async (...row) => {
    const [, kind, value] = row;
    const id = await world.freezes.create(carl, freeze);
    await world.freezes.exempt(carl, id, { kind, value, reason: 'x' });
    expect(await codes('frozen')).toEqual(['time.freeze']);
  });

  it('lists what was made and what the data brings, and what one may do', async () => {
    const id = await world.freezes.create(carl, {
      ...freeze,
      from: '2026-11-22T10:00:00+01:00',
    });
    expect(await world.freezes.list(carl)).toMatchObject({
      freezes: [
        {
          id,
          from: '2026-11-22T09:00:00.000Z',
          to: '2026-11-23T09:00:00.000Z',
          environments: ['dev'],
          createdBy: 'user:default/carl',
          exemptions: [],
        },
      ],
      configured: [{ id: 'year-end' }],
      environments: ['dev', 'production', 'staging'],
      viewer: { canCreate: true, canEnd: true, canExempt: true },
    });
  });

  it.each([
    [{ to: '2026-11-22T10:00:00Z' }, /^to: must be in the future/],
    [
      { environments: ['dev', 'moon'] },
      /^environments: policy does not know moon; choose from dev, production, staging,/,
    ],
    [{ to: '9999-12-31T23:59:59-12:00' }, /^to: must have the form/],
  ])('refuses %j, with what to change', async (more, message) => {
    await expect(
      world.freezes.create(carl, { ...freeze, ...more }),
    ).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message),
    });
    expect(await world.freezeStore.list()).toEqual([]);
    expect(world.auditor.events).toEqual(['freeze-create failed']);
  });

  it('says what can no longer be ended or exempt', async () => {
    const id = await world.freezes.create(carl, freeze);
    const exemption = {
      kind: 'operation' as const,
      value: 'database:create',
      reason: 'x',
    };
    await world.freezes.exempt(carl, id, exemption);
    await expect(world.freezes.exempt(carl, id, exemption)).rejects.toThrow(
      'database:create is exempt from this freeze already',
    );
    await world.freezes.end(carl, id);

    await expect(world.freezes.end(carl, id)).rejects.toMatchObject({
      name: 'ConflictError',
    });
    await expect(
      world.freezes.exempt(carl, id, { ...exemption, value: 'a:b' }),
    ).rejects.toThrow('has ended already');
    await expect(world.freezes.end(carl, 'year-end')).rejects.toMatchObject({
      name: 'NotFoundError',
    });
  });

  it('is for people in person, who may', async () => {
    const id = await world.freezes.create(carl, freeze);
    const throughPlugin = person('carl', 'plugin:scaffolder');
    const exemption = {
      kind: 'operation' as const,
      value: 'database:create',
      reason: 'x',
    };
    await expect(world.freezes.create(throughPlugin, freeze)).rejects.toThrow(
      'Only a person can declare a freeze',
    );
    await expect(world.freezes.end(throughPlugin, id)).rejects.toThrow(
      'Only a person can end a freeze',
    );
    await expect(
      world.freezes.exempt(throughPlugin, id, exemption),
    ).rejects.toThrow('Only a person can make an exemption');

    const denying = (
      await createWorld(world.knex, {
        permissions: mockServices.permissions({
          result: AuthorizeResult.DENY,
        }),
      })
    ).freezes;
    const attempts: ((freezes: FreezeService) => Promise<unknown>)[] = [
      freezes => freezes.list(carl),
      freezes => freezes.create(carl, freeze),
      freezes => freezes.end(carl, id),
      freezes => freezes.exempt(carl, id, exemption),
    ];
    for (const attempt of attempts) {
      await expect(attempt(denying)).rejects.toThrow(
        /You don't have the permission approvals\.freeze\./,
      );
    }
    expect(await codes('still frozen')).toEqual(['time.freeze']);
  });

  it('decides nothing while freezes can’t be read', async () => {
    await world.knex('freeze_version').delete();
    await expect(decide('t1')).rejects.toThrow();
    expect(await world.store.listDecisions('t1')).toEqual([]);
  });
});
