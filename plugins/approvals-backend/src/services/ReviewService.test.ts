import { TestDatabases } from '@backstage/backend-test-utils';
import { Decision } from '@self-service/plugin-approvals-common';
import { gateStep } from '../__testUtils__/databaseTask';
import { user } from '../__testUtils__/organisation';
import { PolicyService } from '../policy';
import { person } from '../__testUtils__/person';
import { createWorld, shippedPolicy, World } from '../__testUtils__/world';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const GATE = 'self-service-gate';
const apply = { id: 'apply', action: 'terraform:wait-for-apply' };

const auto: Decision = {
  outcome: 'auto-approve',
  type: 'auto',
  risk: 'low',
  stages: [],
  reasons: [],
  warnings: [],
};
const ask: Decision = {
  outcome: 'require-approval',
  type: 'single',
  risk: 'low',
  stages: [
    {
      id: 'lead',
      kind: 'team-lead',
      approvers: [{ leadOf: 'group:default/payments' }],
      quorum: 1,
      due: 'PT8H',
      escalateAfter: 'PT4H',
      escalateTo: [],
      reasons: ['cost.lead'],
    },
  ],
  reasons: [
    { code: 'cost.lead', dimension: 'cost', params: { cost: 150, from: 100 } },
  ],
  warnings: [],
};
const askFinance: Decision = {
  ...ask,
  stages: [
    {
      ...ask.stages[0],
      id: 'finance',
      approvers: [{ group: 'group:default/finance' }],
    },
  ],
};
const deny: Decision = {
  outcome: 'deny',
  stages: [],
  reasons: [
    { code: 'invalid.environment', dimension: 'validation', params: {} },
  ],
  warnings: [],
};

/** A policy that says what a test wants. */
class ChosenPolicy {
  decision: Decision = auto;
  bundleDigest = 'bundle-1';
  dataDigest = 'data-1';
  evaluations = 0;
  readonly #shipped: PolicyService;

  constructor(shipped: PolicyService) {
    this.#shipped = shipped;
  }

  async evaluate() {
    this.evaluations++;
    const { decision, bundleDigest, dataDigest } = this;
    return {
      decision,
      bundleDigest,
      dataDigest,
      revision: 'test',
      artifacts: this.artifacts(),
    };
  }

  artifacts() {
    const { bundleDigest, dataDigest } = this;
    return { ...this.#shipped.artifacts()!, bundleDigest, dataDigest };
  }
}

describe.each(databases.eachSupportedId())(
  'ReviewService on %s',
  databaseId => {
    let world: World;
    let policy: ChosenPolicy;

    beforeEach(async () => {
      policy = new ChosenPolicy(await shippedPolicy());
      world = await createWorld(await databases.init(databaseId), { policy });
      world.scaffolder.addTask('t1', { steps: [gateStep(), apply] });
    });

    const open = (inputDigest = 'digest', subject?: { head: string }) =>
      world.gates.openGate(
        {
          taskId: 't1',
          stepId: GATE,
          inputDigest,
          subject: subject && {
            pullRequestUrl: 'https://example.com/1',
            ...subject,
          },
        },
        'plugin:scaffolder',
      );
    const review = (dryRun = false) =>
      world.reviews.review('t1', { dryRun }, 'plugin:runs');
    const approve = (requestId: string, name = 'leo') =>
      world.votes.castVote(person(name), requestId, { verdict: 'approve' });
    const admit = () =>
      world.admissions
        .admit({ taskId: 't1', stepId: apply.id, action: apply.action })
        .then(answer => (answer.admitted ? 'admitted' : answer.code));
    const stored = async () => (await world.store.listDecisions('t1')).length;

    it('leaves alone what has not changed', async () => {
      await open();
      expect(await review()).toEqual({
        outcome: 'unchanged',
        changes: [],
        explanations: expect.any(Array),
      });
      expect(await stored()).toBe(1);
      expect(await admit()).toBe('admitted');
    });

    it('has nothing to say of a run that came to no gate', async () => {
      expect(await review()).toMatchObject({ outcome: 'unchanged' });
      expect(policy.evaluations).toBe(0);
    });

    it('approves anew what policy still lets pass, once', async () => {
      const { decision } = await open();
      policy.bundleDigest = 'bundle-2';
      const reviews = await Promise.all(
        Array.from({ length: 20 }, () => review()),
      );
      expect(reviews.map(({ outcome }) => outcome).sort()).toEqual([
        'approved',
        ...Array(19).fill('unchanged'),
      ]);
      expect(
        reviews.find(({ outcome }) => outcome === 'approved')?.changes,
      ).toEqual(['The policy has changed.']);
      expect(await stored()).toBe(2);
      expect(await review()).toMatchObject({ outcome: 'unchanged' });
      expect(await admit()).toBe('admitted');
      // The gate finds the newest one, too.
      const again = await open();
      expect(again.decision.bundleDigest).toBe('bundle-2');
      expect(again.decision.id).not.toBe(decision.id);
    });

    it('asks people where policy now wants them, once', async () => {
      await open();
      policy.decision = ask;
      const reviews = await Promise.all(
        Array.from({ length: 20 }, () => review()),
      );
      expect(new Set(reviews.map(({ outcome }) => outcome))).toEqual(
        new Set(['pending']),
      );
      const [request, ...others] = await world.store.listRequestsOfRun('t1');
      expect(others).toEqual([]);
      expect(new Set(reviews.map(({ requestId }) => requestId))).toEqual(
        new Set([request.id]),
      );
      expect(await admit()).toBe('pending');
      await approve(request.id);
      expect(await admit()).toBe('admitted');
      expect(await review()).toMatchObject({ outcome: 'unchanged' });
      expect(await stored()).toBe(2);
    });

    it('says what would come of it, and stores nothing', async () => {
      await open();
      policy.decision = ask;
      expect(await review(true)).toEqual({
        outcome: 'pending',
        changes: ['A change freeze has begun or ended.'],
        explanations: [expect.stringContaining('150')],
        requestId: undefined,
      });
      expect(await stored()).toBe(1);
      expect(await admit()).toBe('admitted');
      expect(world.auditor.events).not.toContain('run-review succeeded');
      await review();
      expect(world.auditor.events).toContain('run-review succeeded');
    });

    it('refuses what policy now denies, until it does no more', async () => {
      await open();
      policy.decision = deny;
      expect(await review()).toMatchObject({ outcome: 'denied' });
      expect(await admit()).toBe('denied');
      expect(await review()).toMatchObject({ outcome: 'denied', changes: [] });
      expect(await stored()).toBe(2);

      policy.decision = auto;
      expect(await review()).toMatchObject({ outcome: 'approved' });
      expect(await admit()).toBe('admitted');
    });

    it('lets a run through a gate that was denied at first', async () => {
      policy.decision = deny;
      await open();
      policy.decision = auto;
      policy.dataDigest = 'data-2';
      expect(await review()).toMatchObject({
        outcome: 'approved',
        changes: ["The policy's settings or the change freezes have changed."],
      });
      expect((await open()).decision.decision.outcome).toBe('auto-approve');
    });

    it('keeps what people approved of the same facts in the same stages', async () => {
      policy.decision = ask;
      const { request } = await open();
      await approve(request!.id);
      policy.bundleDigest = 'bundle-2';
      expect(await review()).toMatchObject({
        outcome: 'unchanged',
        changes: ['The policy has changed.'],
      });
      expect(await stored()).toBe(1);
      expect(await admit()).toBe('admitted');
    });

    it('asks again for other facts, and for other stages', async () => {
      policy.decision = ask;
      const { request } = await open();
      await approve(request!.id);
      world.catalog.replace(user('dana', 'search'));
      const first = await review();
      expect(first).toMatchObject({
        outcome: 'pending',
        changes: [
          "The requester's teams are now group:default/search, and were group:default/payments.",
        ],
      });
      expect(first.requestId).not.toBe(request!.id);
      expect(await admit()).toBe('pending');
      // Asked again, it waits for the same people.
      expect((await review()).requestId).toBe(first.requestId);

      policy.decision = askFinance;
      const second = await review();
      expect(second.outcome).toBe('pending');
      expect(second.requestId).not.toBe(first.requestId);
      expect(await world.store.findRequest(first.requestId!)).toMatchObject({
        status: 'cancelled',
      });
      await approve(second.requestId!, 'frank');
      expect(await admit()).toBe('admitted');
    });

    it('takes no rejection back', async () => {
      policy.decision = ask;
      const { request } = await open();
      await world.votes.castVote(person('leo'), request!.id, {
        verdict: 'reject',
        comment: 'Too big.',
      });
      policy.decision = auto;
      policy.bundleDigest = 'bundle-2';
      expect(await review()).toMatchObject({
        outcome: 'denied',
        explanations: [expect.stringContaining('rejected: Too big. Start')],
      });
      expect(await stored()).toBe(1);
      expect(await admit()).toBe('rejected');
    });

    it('refuses a run that was closed', async () => {
      await open();
      await world.requests.closeRun('t1', { comment: 'Over' }, 'plugin:runs');
      expect(await review()).toMatchObject({ outcome: 'denied' });
    });

    it('keeps the head and the plan that were decided on', async () => {
      await open('digest', { head: 'aaa' });
      policy.bundleDigest = 'bundle-2';
      await review();
      const decisions = await world.store.listDecisions('t1');
      expect(decisions.map(({ subject }) => subject?.head)).toEqual([
        'aaa',
        'aaa',
      ]);
      const moved = await world.admissions.admit({
        taskId: 't1',
        stepId: apply.id,
        action: apply.action,
        head: 'bbb',
      });
      expect(moved).toMatchObject({ admitted: false, code: 'head-moved' });
    });

    it('takes the worst of several gates', async () => {
      world.scaffolder.addTask('t1', {
        steps: [gateStep(), gateStep(undefined, 'late'), apply],
      });
      await open();
      await world.gates.openGate(
        { taskId: 't1', stepId: 'late', inputDigest: 'late' },
        'plugin:scaffolder',
      );
      policy.evaluate = async () => {
        policy.evaluations++;
        const decision = policy.evaluations === 3 ? ask : auto;
        return {
          decision,
          bundleDigest: 'bundle-2',
          dataDigest: 'data-1',
          revision: 'test',
          artifacts: policy.artifacts(),
        };
      };
      expect(await review()).toMatchObject({
        outcome: 'pending',
        changes: ['The policy has changed.'],
        requestId: expect.any(String),
      });
      expect(await stored()).toBe(4);
    });

    it('stores nothing when the catalog can not be read', async () => {
      await open();
      policy.decision = ask;
      world.catalog.failure = new Error('down');
      await expect(review()).rejects.toThrow();
      expect(await stored()).toBe(1);
    });
  },
);
