import { TestDatabases } from '@backstage/backend-test-utils';
import { gateStep } from '../__testUtils__/databaseTask';
import { group, user } from '../__testUtils__/organisation';
import { createWorld, shippedPolicy, World } from '../__testUtils__/world';
import { PolicyError } from '../policy';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const gate = {
  taskId: 't1',
  stepId: 'self-service-gate',
  inputDigest: 'digest',
};

const open = (world: World, more: object = {}) =>
  world.gates.openGate({ ...gate, ...more }, 'plugin:scaffolder');

describe.each(databases.eachSupportedId())('GateService on %s', databaseId => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld(await databases.init(databaseId));
  });

  it('stores one decision and one request, however often and at once it is asked', async () => {
    world.scaffolder.addTask('t1');

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => open(world)),
    );

    expect(new Set(answers.map(({ decision }) => decision.id)).size).toBe(1);
    expect(new Set(answers.map(({ request }) => request?.id)).size).toBe(1);
    expect(await world.store.listDecisions('t1')).toHaveLength(1);
    expect(await world.store.listRequestsOfRun('t1')).toHaveLength(1);
    world.scaffolder.service.getTask.mockClear();
    await open(world);
    expect(world.scaffolder.service.getTask).not.toHaveBeenCalled();
  });

  it('cancels what is pending for an older head, and asks for the new one', async () => {
    world.scaffolder.addTask('t1');
    const onHead = (head: string) =>
      open(world, {
        inputDigest: head,
        subject: { pullRequestUrl: 'https://example.com/1', head },
      });
    const older = (await onHead('aaa')).request!.id;
    const newer = (await onHead('bbb')).request!.id;
    await onHead('bbb');

    expect(await world.store.findRequest(older)).toMatchObject({
      status: 'cancelled',
      outcomeComment:
        'The pull request has a new head, bbb; this one asked for another.',
      outcomeBy: undefined,
      stages: [{ status: 'closed' }],
    });
    expect((await world.store.findRequest(newer))?.status).toBe('pending');
    await world.deliverAll();
    expect(world.signalled).toEqual([{ kind: 'approval', ref: older }]);
    expect(
      await world.knex('timers').whereNull('fired_at').distinct('request_id'),
    ).toEqual([{ request_id: newer }]);
  });

  it('leaves alone what other steps and runs ask, and what is decided', async () => {
    world.scaffolder.addTask('t1', {
      steps: [gateStep(), { id: 'apply', action: 'terraform:wait-for-apply' }],
    });
    world.scaffolder.addTask('t2');
    const subject = { pullRequestUrl: 'https://example.com/1', head: 'aaa' };
    const ids = [
      (await open(world, { subject, stepId: 'apply' })).request!.id,
      (await open(world, { subject, taskId: 't2' })).request!.id,
      (await open(world, { inputDigest: 'without a head' })).request!.id,
    ];

    await open(world, {
      subject: { ...subject, head: 'bbb' },
      inputDigest: 'b',
    });

    expect((await world.store.pendingAmong(ids)).sort()).toEqual(ids.sort());
  });

  it('archives bundle and data under the digests of the decision', async () => {
    world.scaffolder.addTask('t1', { parameters: { environment: 'dev' } });

    const { decision } = await open(world);
    await open(world, { inputDigest: 'other' });

    const bundles = await world.knex('policy_bundles').select();
    const data = await world.knex('policy_data').select();
    expect(bundles.map(({ digest }) => digest)).toEqual([
      decision.bundleDigest,
    ]);
    expect(bundles[0].bytes.length).toBeGreaterThan(10_000);
    expect(data.map(({ digest }) => digest)).toEqual([decision.dataDigest]);
    expect(JSON.parse(data[0].json).approval.cost.lead_from).toBe(100);
  });

  it('can be replayed: the stored input gives the stored result', async () => {
    world.scaffolder.addTask('t1', {
      parameters: { size: 'large', name: 'Ünïcode "x"' },
    });
    await open(world);

    const [stored] = await world.store.listDecisions('t1');
    const replayed = await (await shippedPolicy()).evaluate(stored.input);

    expect(stored.input.now).toBe('2026-11-22T10:00:00Z');
    expect(replayed).toMatchObject({
      decision: stored.result,
      bundleDigest: stored.bundleDigest,
      dataDigest: stored.dataDigest,
    });
  });
});

describe('GateService', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld(await databases.init('SQLITE_3'));
  });

  it('counts the higher of declared and estimated cost', async () => {
    world.scaffolder.addTask('t1');
    const { decision } = await open(world, {
      subject: {
        pullRequestUrl: 'https://example.com/1',
        head: 'aaa',
        monthlyCost: 501,
      },
    });
    expect(decision.facts.monthlyCost).toBe(501);
    expect(decision.decision.stages.map(({ kind }) => kind)).toContain(
      'finance',
    );
  });

  it('asks the leads of the teams that own what is affected', async () => {
    const selfService = {
      operation: 'database:create',
      environment: 'dev',
      cost: 0,
      affects: ['component:default/cart'],
    };
    world.scaffolder.addTask('t1', { steps: [gateStep(selfService)] });
    const denied = await open(world);
    expect(denied.decision.decision.reasons).toEqual([
      expect.objectContaining({ code: 'invalid.team' }),
    ]);

    world.catalog.replace({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: { name: 'cart', namespace: 'default' },
      relations: [{ type: 'ownedBy', targetRef: 'group:default/search' }],
    });
    const { decision } = await open(world, { inputDigest: 'again' });
    expect(decision.facts.affectedTeams).toEqual([
      'group:default/payments',
      'group:default/search',
    ]);
    expect(decision.decision.stages.map(({ id }) => id)).toEqual([
      'team-lead:group:default/payments',
      'team-lead:group:default/search',
    ]);
  });

  describe('of a run about a resource', () => {
    const steps = [
      gateStep({
        operation: 'database:delete',
        resource: { parameter: 'resource' },
      }),
    ];
    const parameters = { resource: 'r1', environment: 'dev', size: 'small' };

    it('decides on what the server knows of it, whatever the form says', async () => {
      world.resources.set('r1', {
        name: 'orders',
        environment: 'production',
        team: 'group:default/search',
        monthlyCost: 150,
      });
      world.scaffolder.addTask('t1', { steps, parameters });

      const { decision, request } = await open(world);

      expect(decision.facts).toMatchObject({
        environment: 'production',
        team: 'group:default/search',
        monthlyCost: 150,
      });
      expect(decision.decision.stages.map(({ id }) => id)).toEqual([
        'team-lead:group:default/search',
        'security',
      ]);
      expect(request?.title).toBe('Database: orders (production)');
    });

    it.each([
      [parameters, 'The portal knows nothing of r1'],
      [{ ...parameters, resource: '' }, 'fill in `resource`'],
    ])('denies %j', async (given, explanation) => {
      world.scaffolder.addTask('t1', { steps, parameters: given });

      const { decision, request } = await open(world);

      expect(request).toBeUndefined();
      expect(decision.decision).toMatchObject({
        outcome: 'deny',
        reasons: [{ code: 'invalid.resource' }],
      });
      expect(decision.explanations.join()).toContain(explanation);
    });
  });

  it('opens every stage of a parallel decision, with its due time', async () => {
    world.scaffolder.addTask('t1', { parameters: { size: 'large' } });

    const { request } = await open(world);

    expect(request?.stages).toMatchObject([
      {
        kind: 'team-lead',
        status: 'open',
        eligible: ['user:default/leo'],
        dueAt: '2026-11-22T18:00:00.000Z',
      },
      {
        kind: 'finance',
        status: 'open',
        eligible: ['user:default/fiona', 'user:default/frank'],
        dueAt: '2026-11-22T18:00:00.000Z',
      },
    ]);
    expect(world.signals).toEqual([
      {
        channel: 'approvals:changed',
        recipients: { type: 'broadcast' },
        message: {},
      },
    ]);
    expect(world.auditor.events).toEqual(['gate-open succeeded']);
    expect(world.auditor.metas).toEqual([
      {
        actor: 'plugin:scaffolder',
        taskId: 't1',
        stepId: 'self-service-gate',
      },
    ]);
  });

  it('opens the first stage of a sequence only', async () => {
    world.scaffolder.addTask('t1', {
      parameters: { size: 'large' },
      steps: [
        gateStep({
          operation: 'audit-log:export',
          environment: 'production',
          cost: 800,
        }),
      ],
    });

    const { request } = await open(world);

    expect(request?.decision.decision.type).toBe('sequential');
    expect(request?.stages).toMatchObject([
      { status: 'open', dueAt: '2026-11-23T10:00:00.000Z' },
      { status: 'waiting', openedAt: undefined, dueAt: undefined },
    ]);
  });

  it('says when nobody can decide a stage', async () => {
    world.catalog.replace(group('payments', { members: ['dana'] }));
    world.scaffolder.addTask('t1');

    const { request } = await open(world);

    expect(request?.stages[0]).toMatchObject({
      eligible: [],
      problem:
        'Group payments has no lead: set the annotation self-service/lead on it.',
    });
  });

  it('stores the decision and makes no request while the run could not wait', async () => {
    world.scaffolder.addTask('t1');

    const first = await open(world, { waitProblems: ['no key for secrets'] });
    const later = await open(world, { waitProblems: [] });

    expect(first.decision.decision.outcome).toBe('require-approval');
    expect(first.request).toBeUndefined();
    expect(later.decision.id).toBe(first.decision.id);
    expect(later.request).toMatchObject({ status: 'pending' });
    expect(await world.store.listDecisions('t1')).toHaveLength(1);
  });

  it('decides a wait that asks anew by what the run’s gate declares', async () => {
    world.scaffolder.addTask('t1', {
      steps: [
        { id: 'propose', action: 'github:pull-request' },
        gateStep(),
        { id: 'apply', action: 'terraform:wait-for-apply', if: 'true' },
      ],
    });

    const { decision, request } = await open(world, {
      stepId: 'apply',
      subject: { pullRequestUrl: 'https://example.com/1', head: 'b' },
    });

    expect(decision.facts.operation).toBe('database:create');
    expect(decision.subject?.head).toBe('b');
    expect(request?.stepId).toBe('apply');
  });

  it('refuses a step that the run does not have, and a run without a gate', async () => {
    world.scaffolder.addTask('t1', {
      steps: [{ id: 'apply', action: 'terraform:wait-for-apply' }],
    });

    await expect(open(world, { stepId: 'x' })).rejects.toThrow(
      "Run t1 has no step 'x'",
    );
    await expect(open(world, { stepId: 'apply' })).rejects.toThrow(
      'has no gate',
    );
    expect(await world.store.listDecisions('t1')).toEqual([]);
    expect(world.auditor.events).toEqual([
      'gate-open failed',
      'gate-open failed',
    ]);
  });

  it('stores nothing while catalog or scaffolder can’t be read', async () => {
    await expect(open(world)).rejects.toThrow('does not exist');

    world.scaffolder.addTask('t1', { parameters: { environment: 'dev' } });
    world.catalog.failure = new Error('catalog is down');
    await expect(open(world)).rejects.toThrow('catalog is down');

    expect(await world.store.listDecisions('t1')).toEqual([]);
    world.catalog.failure = undefined;
    expect((await open(world)).decision.decision.outcome).toBe('auto-approve');
  });

  it.each([
    ['policy.error', 'The policy gave no answer', 'No decision at all'],
  ])('denies with %s when the policy fails', async (code, text, message) => {
    const failing = await createWorld(await databases.init('SQLITE_3'), {
      policy: {
        evaluate: async () => {
          throw new PolicyError('evaluation', message);
        },
        artifacts: () => undefined,
      },
    });
    failing.scaffolder.addTask('t1', { parameters: { environment: 'dev' } });

    const { decision, request } = await open(failing);

    expect(decision.decision).toMatchObject({
      outcome: 'deny',
      reasons: [{ code, params: { message } }],
    });
    expect(decision.explanations[0]).toContain(text);
    expect(decision.bundleDigest).toBe('none');
    expect(request).toBeUndefined();
    expect(await failing.store.listDecisions('t1')).toHaveLength(1);
  });

  it('denies a declaration that can’t be read, naming each place', async () => {
    world.scaffolder.addTask('t1', {
      parameters: { environment: 'dev' },
      steps: [
        gateStep({
          operation: '',
          environment: 'dev',
          cost: 1,
          opperation: 'x',
        }),
      ],
    });

    const { decision } = await open(world);

    expect(decision.decision.outcome).toBe('deny');
    expect(decision.explanations).toEqual([
      expect.stringMatching(/spec\.selfService\.operation: .*"opperation"/),
    ]);
    expect(decision.bundleDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('denies a run that nobody known has started', async () => {
    const task = world.scaffolder.addTask('t1', {
      parameters: { environment: 'dev' },
    });
    task.spec.user = undefined;

    const { decision } = await open(world);

    expect(decision.decision.reasons.map(({ code }) => code)).toEqual([
      'invalid.requester',
    ]);
  });

  it('knows the requester by whatever spelling', async () => {
    world.catalog.replace(user('leo', 'payments'));
    world.scaffolder.addTask('t1', { user: 'User:Default/Leo' });

    const { request } = await open(world);

    expect(request?.requester).toBe('user:default/leo');
    expect(request?.stages[0].eligible).toEqual(['user:default/erin']);
  });

  it('takes no decision for a run that was closed meanwhile', async () => {
    world.scaffolder.addTask('t1');
    const close = () =>
      world.requests.closeRun('t1', { comment: 'over' }, 'plugin:runs');
    // The run ends while the catalog is being read.
    const { getEntityByRef } = world.catalog.service;
    const read = getEntityByRef.getMockImplementation();
    getEntityByRef.mockImplementationOnce(async (...args) => {
      await close();
      return read?.(...args);
    });

    const { request } = await open(world);

    expect(request?.status).toBe('cancelled');
    await expect(open(world, { inputDigest: 'other' })).rejects.toThrow(
      'was cancelled',
    );
    expect((await open(world)).request?.id).toBe(request?.id);
  });
});
