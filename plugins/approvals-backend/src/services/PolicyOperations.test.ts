import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  mockCredentials,
  mockServices,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  BacktestQuestion,
  replaySchema,
} from '@self-service/plugin-approvals-common';
import { createWorld, shippedPolicy, World } from '../__testUtils__/world';
import { person } from '../__testUtils__/person';
import { PolicyOperations } from './PolicyOperations';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const service = mockCredentials.service();
const carl = person('carl');

describe.each(databases.eachSupportedId())('policy on %s', databaseId => {
  let world: World;
  let operations: PolicyOperations;

  async function create(permissions = mockServices.permissions()) {
    return new PolicyOperations({
      policy: await shippedPolicy(),
      history: world.policyHistory,
      freezes: world.freezeStore,
      clock: world.clock,
      permissions,
    });
  }

  beforeEach(async () => {
    world = await createWorld(await databases.init(databaseId));
    operations = await create();
  });

  async function decide(taskId: string, parameters: Record<string, string>) {
    world.scaffolder.addTask(taskId, {
      parameters: { name: taskId, ...parameters },
    });
    const { decision } = await world.gates.openGate(
      { taskId, stepId: 'self-service-gate', inputDigest: 'digest' },
      'plugin:scaffolder',
    );
    return decision;
  }

  /** One of each outcome, and one in a freeze that a person made. */
  async function decideAll() {
    const outcomes = [];
    outcomes.push(await decide('cheap', { environment: 'dev' }));
    outcomes.push(await decide('live', { environment: 'production' }));
    outcomes.push(await decide('odd', { environment: 'moon' }));
    const id = await world.freezes.create(carl, {
      from: '2026-11-22T09:00:00Z',
      to: '2026-11-23T09:00:00Z',
      environments: ['dev'],
      reason: 'Audit',
    });
    outcomes.push(await decide('frozen', { environment: 'dev' }));
    await world.freezes.end(carl, id);
    expect(outcomes.map(({ decision }) => decision.outcome)).toEqual([
      'auto-approve',
      'require-approval',
      'deny',
      'require-approval',
    ]);
  }

  const ask = (question: Partial<BacktestQuestion>) =>
    operations.backtest(service, { days: 30, ...question });

  describe('replay', () => {
    it('comes out the same for every outcome', async () => {
      await decideAll();
      const report = await operations.replay(service, 30);

      expect(replaySchema.parse(report)).toEqual(report);
      expect(report).toMatchObject({
        since: '2026-10-23T10:00:00.000Z',
        checked: 4,
        same: 4,
        different: 0,
        missing: 0,
        differences: [],
      });
    });

    it('tells a decision that was changed behind its back', async () => {
      await decideAll();
      const [{ result }] = await world
        .knex('decisions')
        .where({ task_id: 'live' })
        .select('result');
      await world
        .knex('decisions')
        .where({ task_id: 'cheap' })
        .update({ result });
      const report = await operations.replay(service, 30);

      expect(report).toMatchObject({ checked: 4, same: 3, different: 1 });
      expect(report.differences).toEqual([
        expect.objectContaining({
          taskId: 'cheap',
          title: expect.stringContaining('cheap'),
          problem: expect.stringMatching(
            /^recorded require-approval \(.*\), now auto-approve$/,
          ),
        }),
      ]);
    });

    it('tells data that is not what its digest says', async () => {
      await decideAll();
      const frozen = (await world.store.listDecisions('frozen'))[0];
      const live = (await world.store.listDecisions('live'))[0];
      const [{ json }] = await world
        .knex('policy_data')
        .where({ digest: live.dataDigest });
      await world
        .knex('policy_data')
        .where({ digest: frozen.dataDigest })
        .update({ json });
      const report = await operations.replay(service, 30);

      expect(report).toMatchObject({ same: 3, missing: 1 });
      expect(report.differences[0].problem).toContain('not what the digests');
    });

    it('tells decisions whose policy is not in the archive', async () => {
      await decideAll();
      await world.knex('policy_data').delete();
      expect(await operations.replay(service, 30)).toMatchObject({
        checked: 4,
        same: 0,
        missing: 4,
      });
    });

    it('leaves out what is older', async () => {
      await decideAll();
      world.clock.advance(2 * 24 * 60 * 60 * 1000);
      expect(await operations.replay(service, 1)).toMatchObject({ checked: 0 });
      expect(await operations.replay(service, 3)).toMatchObject({ checked: 4 });
    });
  });

  describe('backtest', () => {
    const counts = async (question: Partial<BacktestQuestion>) => {
      const report = await ask(question);
      return {
        unchanged: report.unchanged,
        ...Object.fromEntries(
          Object.entries(report.changes).map(([change, { count }]) => [
            change,
            count,
          ]),
        ),
      };
    };
    const none = {
      'auto-approved': 0,
      routed: 0,
      denied: 0,
      'approvers-changed': 0,
    };

    it('changes nothing when nothing is changed, freezes of then included', async () => {
      await decideAll();
      expect(await counts({ overrides: {} })).toEqual({
        ...none,
        unchanged: 4,
      });
      const { manualShare } = await ask({ overrides: {} });
      expect(manualShare).toEqual({ before: 0.5, after: 0.5 });
    });

    it('shows what a proposal lets pass, with the words of both', async () => {
      await decideAll();
      const report = await ask({
        overrides: { environments: { production: { approval: false } } },
      });

      expect(report.manualShare).toEqual({ before: 0.5, after: 0.25 });
      expect(report.unchanged).toBe(3);
      expect(report.changes['auto-approved']).toEqual({
        count: 1,
        examples: [
          expect.objectContaining({
            taskId: 'live',
            before: [expect.stringMatching(/production/i)],
            after: [],
          }),
        ],
      });
    });

    it('shows what it routes, denies and sends to others', async () => {
      await decideAll();
      expect(
        await counts({
          overrides: { environments: { dev: { approval: true } } },
        }),
      ).toEqual({ ...none, routed: 1, 'approvers-changed': 1, unchanged: 2 });
      expect(
        await counts({ overrides: { environments: { production: null } } }),
      ).toEqual({ ...none, denied: 1, unchanged: 3 });
      expect(
        await counts({
          overrides: { approvers: { freeze: ['group:default/others'] } },
        }),
      ).toEqual({ ...none, 'approvers-changed': 1, unchanged: 3 });
    });

    it('takes a whole data file, and a whole bundle', async () => {
      await decideAll();
      const policies = resolve(__dirname, '../../../../policies');
      const data = JSON.parse(
        readFileSync(`${policies}/approval/data.json`, 'utf8'),
      );
      expect(await counts({ data })).toEqual({ ...none, unchanged: 4 });
      const bundle = readFileSync(`${policies}/bundle.tar.gz`, 'base64');
      expect(await counts({ bundle })).toEqual({ ...none, unchanged: 4 });
    });

    it.each([
      [{ bundle: 'Z2FyYmFnZQ==' }, 'not a readable .tar.gz'],
      [{ data: {} }, 'approval.environments'],
      [{ overrides: { cost: null } }, 'approval.cost'],
    ])('refuses %j, with what is wrong', async (question, message) => {
      await expect(ask(question)).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringContaining(message),
      });
    });

    it('says nothing of a share of nothing', async () => {
      expect(await ask({ overrides: {} })).toMatchObject({
        checked: 0,
        manualShare: undefined,
      });
    });
  });

  it('leaves denials aside that no policy made', async () => {
    const broken = await createWorld(world.knex, {
      policy: {
        evaluate: async () => {
          throw new Error('no policy');
        },
        artifacts: () => undefined,
      },
    });
    broken.scaffolder.addTask('t1', { parameters: { environment: 'dev' } });
    await broken.gates.openGate(
      { taskId: 't1', stepId: 'self-service-gate', inputDigest: 'digest' },
      'plugin:scaffolder',
    );
    expect(await operations.replay(service, 30)).toMatchObject({
      checked: 0,
      withoutPolicy: 1,
    });
    expect(await ask({ overrides: {} })).toMatchObject({
      checked: 0,
      withoutPolicy: 1,
    });
  });

  it('tells what decides now', async () => {
    expect(await operations.status(service)).toMatchObject({
      source: expect.stringContaining('bundle.tar.gz'),
      loaded: { bundleDigest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      settings: { cost: { lead_from: 100 } },
    });
  });

  it('is for those who may read policy', async () => {
    const denied = await create(
      mockServices.permissions({ result: AuthorizeResult.DENY }),
    );
    const message = /permission approvals\.policy\.read/;
    await expect(denied.status(service)).rejects.toThrow(message);
    await expect(denied.replay(service, 1)).rejects.toThrow(message);
    await expect(
      denied.backtest(service, { days: 1, overrides: {} }),
    ).rejects.toThrow(message);
  });
});
