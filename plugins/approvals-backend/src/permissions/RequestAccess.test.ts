import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import {
  AuthorizeResult,
  ConditionalPolicyDecision,
  DefinitivePolicyDecision,
  PermissionCriteria,
  PermissionCondition,
} from '@backstage/plugin-permission-common';
import {
  approvalsRequestCancelPermission,
  approvalsRequestReadPermission,
  approvalsRequestVotePermission,
} from '@self-service/plugin-approvals-common';
import { person } from '../__testUtils__/person';
import { createWorld } from '../__testUtils__/world';
import {
  approvalRequestConditions,
  createApprovalRequestConditionalDecision,
} from '.';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

type Criteria = PermissionCriteria<PermissionCondition<'approval-request'>>;
const { isRequester, isApprover, hasTeam } = approvalRequestConditions;
const dana = { userRefs: ['user:default/dana'] };
const leo = { userRefs: ['user:default/leo'] };
const payments = { teamRefs: ['group:default/payments'] };
const search = { teamRefs: ['group:default/search'] };

describe.each(databases.eachSupportedId())(
  'permissions on requests on %s',
  databaseId => {
    /** Dana asks for payments, which Leo decides; Sam for search: Lena. */
    async function setUp() {
      const permissions = mockServices.permissions.mock();
      const world = await createWorld(await databases.init(databaseId), {
        permissions,
      });
      const ids: Record<string, string> = {};
      for (const [name, owner] of [
        ['dana', 'payments'],
        ['sam', 'search'],
      ]) {
        world.scaffolder.addTask(name, {
          user: `user:default/${name}`,
          parameters: { owner: `group:default/${owner}` },
        });
        const { request } = await world.gates.openGate(
          { taskId: name, stepId: 'self-service-gate', inputDigest: 'digest' },
          'plugin:scaffolder',
        );
        ids[name] = request!.id;
      }
      /** Decides on every permission by its name; what is left out is denied. */
      const decide = (
        decisions: Record<
          string,
          ConditionalPolicyDecision | DefinitivePolicyDecision
        >,
      ) =>
        permissions.authorizeConditional.mockImplementation(async requests =>
          requests.map(
            ({ permission }) =>
              decisions[permission.name] ?? { result: AuthorizeResult.DENY },
          ),
        );
      return { world, ids, decide };
    }

    const readIf = (criteria: Criteria) => ({
      'approvals.request.read': createApprovalRequestConditionalDecision(
        approvalsRequestReadPermission,
        criteria,
      ),
    });

    it('shows by condition the same in lists, on pages and of runs', async () => {
      const { world, ids, decide } = await setUp();
      const cases: [string, Criteria, string[]][] = [
        ['requester', isRequester(dana), ['dana']],
        ['approver', isApprover(leo), ['dana']],
        ['team', hasTeam(search), ['sam']],
        [
          'any',
          { anyOf: [isRequester(dana), hasTeam(search)] },
          ['dana', 'sam'],
        ],
        ['all', { allOf: [isRequester(dana), hasTeam(search)] }, []],
        ['not', { not: hasTeam(payments) }, ['sam']],
        [
          'nested',
          { allOf: [{ not: isApprover(leo) }, { anyOf: [hasTeam(search)] }] },
          ['sam'],
        ],
        ['nobody', isRequester({ userRefs: [] }), []],
      ];
      for (const [name, criteria, visible] of cases) {
        decide(readIf(criteria));

        const { items, total } = await world.requests.list(person('carl'), {
          view: 'all',
          limit: 25,
        });
        const shown = items.map(({ taskId }) => taskId).sort();
        expect({ name, shown, total }).toEqual({
          name,
          shown: visible,
          total: visible.length,
        });
        for (const taskId of ['dana', 'sam']) {
          const isVisible = visible.includes(taskId);
          const page = world.requests.getDetail(person('carl'), ids[taskId]);
          expect(await page.then(() => true).catch(() => false)).toBe(
            isVisible,
          );
          const run = await world.requests.getRun(person('carl'), taskId);
          expect([run.decisions.length, run.requests.length]).toEqual(
            isVisible ? [1, 1] : [0, 0],
          );
        }
      }
    });

    it('counts and lists no more of an inbox than may be read', async () => {
      const { world, decide } = await setUp();
      decide(readIf(hasTeam(payments)));
      expect(await world.requests.countInbox(person('leo'))).toBe(1);
      expect(await world.requests.countInbox(person('lena'))).toBe(0);
      decide({});
      await expect(
        world.requests.list(person('leo'), { view: 'inbox', limit: 25 }),
      ).rejects.toMatchObject({ name: 'NotAllowedError' });
    });

    it('lets people vote and cancel where the policy says so', async () => {
      const { world, ids, decide } = await setUp();
      decide({
        ...readIf({ anyOf: [hasTeam(payments), hasTeam(search)] }),
        'approvals.request.vote': createApprovalRequestConditionalDecision(
          approvalsRequestVotePermission,
          hasTeam(payments),
        ),
        'approvals.request.cancel': createApprovalRequestConditionalDecision(
          approvalsRequestCancelPermission,
          isRequester(dana),
        ),
      });
      const vote = (name: string, taskId: string) =>
        world.votes.castVote(person(name), ids[taskId], {
          verdict: 'approve',
        });

      await expect(vote('lena', 'sam')).rejects.toThrow(
        "You don't have the permission approvals.request.vote",
      );
      expect(
        (await world.requests.getDetail(person('lena'), ids.sam)).viewer,
      ).toMatchObject({ votableStages: [], canCancel: false });
      await expect(
        world.requests.cancel(person('sam'), ids.sam, undefined),
      ).rejects.toThrow(
        "You don't have the permission approvals.request.cancel",
      );
      await world.requests.cancel(person('dana'), ids.dana, undefined);
      expect((await world.store.findRequest(ids.dana))?.status).toBe(
        'cancelled',
      );
    });
  },
);
