import { TestDatabases } from '@backstage/backend-test-utils';
import { GateStep } from '@self-service/plugin-approvals-common';
import { gateStep } from '../__testUtils__/databaseTask';
import { person } from '../__testUtils__/person';
import { createWorld, World } from '../__testUtils__/world';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

const propose = { id: 'propose', action: 'github:pull-request' };
const apply = { id: 'apply', action: 'terraform:wait-for-apply' };
const early = gateStep();
const late = gateStep(undefined, 'late');
const approve = { verdict: 'approve' } as const;

describe('AdmissionService', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld(await databases.init('SQLITE_3'));
  });

  function addTask(steps: GateStep[], environment = 'production') {
    world.scaffolder.addTask('t1', { steps, parameters: { environment } });
  }

  async function open(
    stepId: string,
    options: { head?: string; waitProblems?: string[] } = {},
  ) {
    const { head, waitProblems } = options;
    const { request } = await world.gates.openGate(
      {
        taskId: 't1',
        stepId,
        inputDigest: `${stepId} ${head}`,
        subject: head
          ? { pullRequestUrl: 'https://example.com/1', head }
          : undefined,
        waitProblems,
      },
      'plugin:scaffolder',
    );
    return request?.id ?? '';
  }

  const admit = (step: { id: string; action: string }, head?: string) =>
    world.admissions
      .admit({ taskId: 't1', stepId: step.id, action: step.action, head })
      .then(answer => (answer.admitted ? 'admitted' : answer.code));

  it.each([
    { name: 'no gate at all', steps: [apply] },
    { name: 'the gate stands behind', steps: [apply, early] },
    {
      name: 'the gate can be skipped',
      steps: [{ ...early, if: 'parameters.x' }, apply],
    },
    { name: 'the gate is iterated', steps: [{ ...early, each: [1] }, apply] },
    {
      name: 'the gate can be filtered away',
      steps: [{ ...early, 'backstage:permissions': { tags: ['x'] } }, apply],
    },
    {
      name: 'something is created before the gate',
      steps: [{ id: 'x', action: 'publish:github' }, late, apply],
    },
    { name: 'the step is not part of the run', steps: [early] },
    {
      name: 'the step has another action',
      steps: [early, { id: 'apply', action: 'debug:log' }],
    },
  ])('refuses where $name', async ({ steps }) => {
    addTask(steps, 'dev');
    const gate = steps.find(({ action }) => action === 'approval:request');
    if (gate?.id) {
      await open(gate.id);
    }

    expect(await admit(apply)).toBe('no-gate');
  });

  it('lets a pull request stand before its gate, and nothing else', async () => {
    addTask([propose, late, apply]);

    expect(await admit(propose)).toBe('admitted');
    expect(await admit(apply)).toBe('gate-not-passed');
  });

  it('does not let a pull request stand without a gate', async () => {
    addTask([propose]);

    expect(await admit(propose)).toBe('no-gate');
  });

  it('admits what policy approved by itself', async () => {
    addTask([early, apply], 'dev');

    expect(await admit(apply)).toBe('gate-not-passed');
    await open(early.id);
    expect(await admit(apply)).toBe('admitted');
  });

  it('refuses what policy denied', async () => {
    addTask([early, apply], 'moon');
    await open(early.id);

    expect(await admit(apply)).toBe('denied');
  });

  it('waits for the approval', async () => {
    addTask([early, apply]);
    const request = await open(early.id);

    expect(await admit(apply)).toBe('pending');
    await world.votes.castVote(person('leo'), request, approve);
    expect(await admit(apply)).toBe('admitted');
  });

  it('refuses for ever after a rejection, a cancelled request and a closed run', async () => {
    addTask([early, propose, late, apply]);
    await world.votes.castVote(person('leo'), await open(early.id), approve);
    expect(await admit(propose)).toBe('admitted');

    const second = await open(late.id, { head: 'a' });
    await world.votes.castVote(person('leo'), second, {
      verdict: 'reject',
      comment: 'no',
    });
    expect([await admit(propose), await admit(apply)]).toEqual([
      'rejected',
      'rejected',
    ]);

    world.scaffolder.addTask('t2', { steps: [early, apply] });
    await world.requests.closeRun('t2', { comment: 'over' }, 'plugin:runs');
    const closed = await world.admissions.admit({
      taskId: 't2',
      stepId: apply.id,
      action: apply.action,
    });
    expect(closed).toMatchObject({ admitted: false, code: 'cancelled' });
  });

  it('refuses a cancelled request', async () => {
    addTask([early, apply]);
    const request = await open(early.id);
    await world.requests.cancel(person('dana'), request, undefined);

    expect(await admit(apply)).toBe('cancelled');
  });

  it('refuses an expired request', async () => {
    addTask([early, apply]);
    await open(early.id);
    await world.knex('requests').update({ status: 'expired' });

    expect(await admit(apply)).toBe('expired');
  });

  it('refuses a request whose status it does not know', async () => {
    addTask([early, apply]);
    await open(early.id);
    await world.knex('requests').update({ status: 'approve' });

    expect(await admit(apply)).toBe('unreadable');
  });

  it('refuses where nobody was asked, since the run could not wait', async () => {
    addTask([early, apply]);
    await open(early.id, { waitProblems: ['no key'] });

    expect(await admit(apply)).toBe('gate-not-passed');
  });

  it('wants every gate before the step passed', async () => {
    addTask([early, propose, late, apply], 'dev');
    await open(early.id);

    expect(await admit(propose)).toBe('admitted');
    expect(await admit(apply)).toBe('gate-not-passed');
    await open(late.id);
    expect(await admit(apply)).toBe('admitted');
  });

  it('holds an apply to the head that was decided on', async () => {
    addTask([propose, late, apply]);
    const first = await open(late.id, { head: 'a' });
    await world.votes.castVote(person('leo'), first, approve);

    expect(await admit(apply, 'a')).toBe('admitted');
    expect(await admit(apply, 'b')).toBe('head-moved');

    // The wait asks anew for the head that it found.
    const second = await open(apply.id, { head: 'b' });
    expect(await admit(apply, 'b')).toBe('pending');
    expect(await admit(apply)).toBe('pending');
    expect(await admit(apply, 'a')).toBe('head-moved');
    await world.votes.castVote(person('leo'), second, approve);
    expect(await admit(apply, 'b')).toBe('admitted');
    expect(await admit(apply, 'a')).toBe('head-moved');
  });

  it('goes by the newer head where an older one was never decided', async () => {
    addTask([propose, late, apply]);
    await open(late.id, { head: 'a' });
    const second = await open(late.id, { head: 'b' });
    expect(await admit(apply, 'b')).toBe('pending');

    await world.votes.castVote(person('leo'), second, approve);

    expect(await admit(apply, 'b')).toBe('admitted');
    expect(await admit(apply, 'a')).toBe('head-moved');
  });

  it('does not hold to a head where the gate stood before the pull request', async () => {
    addTask([early, propose, apply], 'dev');
    await open(early.id);

    expect(await admit(apply, 'any')).toBe('admitted');
  });

  it('refuses while the scaffolder can’t be read, and reads a task once', async () => {
    expect(await admit(apply)).toBe('unreadable');

    addTask([early, apply], 'dev');
    await open(early.id);
    world.scaffolder.tasks.clear();
    expect(await admit(apply)).toBe('admitted');
  });

  it('fails rather than admit while the database can’t be read', async () => {
    addTask([early, apply], 'dev');
    await open(early.id);
    await world.knex.schema.renameTable('decisions', 'lost');

    await expect(admit(apply)).rejects.toThrow('decisions');
  });

  it('says why, and what to do', async () => {
    addTask([early, apply]);
    await open(early.id);

    const answer = await world.admissions.admit({
      taskId: 't1',
      stepId: 'apply',
      action: apply.action,
    });

    expect(answer).toEqual({
      admitted: false,
      code: 'pending',
      message:
        'Approval of "Database: databases/orders (production)" is still pending. The run goes on by itself once it is given.',
    });
  });
});
