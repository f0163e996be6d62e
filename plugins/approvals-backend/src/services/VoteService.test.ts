import { TestDatabases } from '@backstage/backend-test-utils';
import { CastVote } from '@self-service/plugin-approvals-common';
import { JsonObject } from '@backstage/types';
import { group, user } from '../__testUtils__/organisation';
import { person } from '../__testUtils__/person';
import { decisionRecord, newRequest } from '../__testUtils__/records';
import { createWorld, World } from '../__testUtils__/world';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const approve = { verdict: 'approve' } as const;
const reject = { verdict: 'reject', comment: 'no' } as const;

async function openRequest(
  world: World,
  parameters: JsonObject = {},
  requester?: string,
): Promise<string> {
  world.scaffolder.addTask('t1', { parameters, user: requester });
  const { request } = await world.gates.openGate(
    { taskId: 't1', stepId: 'self-service-gate', inputDigest: 'digest' },
    'plugin:scaffolder',
  );
  return request!.id;
}

describe.each(databases.eachSupportedId())('VoteService on %s', databaseId => {
  it('ends 100 votes at once in exactly one outcome', async () => {
    const world = await createWorld(await databases.init(databaseId));
    const names = Array.from({ length: 100 }, (_, index) => `v${index}`);
    world.catalog.replace(
      group('payments', {
        lead: names.map(name => `user:default/${name}`).join(),
      }),
    );
    names.forEach(name => world.catalog.replace(user(name)));
    const id = await openRequest(world);

    const results = await Promise.allSettled(
      names.map((name, index) =>
        world.votes.castVote(person(name), id, index % 2 ? approve : reject),
      ),
    );

    const lost = results.flatMap(result =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    expect(lost).toHaveLength(99);
    const { request, history } = await world.requests.getDetail(
      person('dana'),
      id,
    );
    expect(['approved', 'rejected']).toContain(request.status);
    for (const error of lost) {
      expect(error.name).toBe('ConflictError');
      expect(error.message).toContain(
        `The request has been ${request.status} already`,
      );
    }
    expect(request.stages[0].votes).toHaveLength(1);
    expect(
      history.filter(({ event }) =>
        ['approved', 'rejected', 'voted'].includes(event),
      ),
    ).toHaveLength(2);
    await world.deliverAll();
    expect(world.signalled).toEqual([{ kind: 'approval', ref: id }]);
  });

  it('lets two people decide two stages at once', async () => {
    const world = await createWorld(await databases.init(databaseId));
    const id = await openRequest(world, { size: 'large' });

    await Promise.all([
      world.votes.castVote(person('leo'), id, approve),
      world.votes.castVote(person('fiona'), id, approve),
    ]);

    expect((await world.store.findRequest(id))?.status).toBe('approved');
  });
});

describe('VoteService', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld(await databases.init('SQLITE_3'));
  });

  const statusOf = async (id: string) =>
    (await world.store.findRequest(id))?.status;

  const vote = (name: string, id: string, what: CastVote, actor?: string) =>
    world.votes.castVote(person(name, actor), id, what);

  it('never counts the requester’s own vote', async () => {
    const id = await openRequest(world, {}, 'user:default/leo');

    await expect(vote('leo', id, approve)).rejects.toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringContaining('asked for this yourself'),
    });
    // The lead asked, so the parent's lead decides.
    await vote('erin', id, approve);
    expect(await statusOf(id)).toBe('approved');
  });

  it('refuses a plugin that acts for an approver, and audits it', async () => {
    const id = await openRequest(world);

    await expect(
      vote('leo', id, approve, 'plugin:scaffolder'),
    ).rejects.toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringContaining('plugin:scaffolder'),
    });

    expect(await statusOf(id)).toBe('pending');
    expect(world.auditor.events).toEqual([
      'gate-open succeeded',
      'vote-cast failed',
    ]);
    expect(world.auditor.metas.at(-1)).toEqual({
      actor: 'user:default/leo',
      requestId: id,
      verdict: 'approve',
      via: 'plugin:scaffolder',
    });
  });

  it('keeps a vote that has decided its stage', async () => {
    const id = await openRequest(world, { size: 'large' });
    await vote('leo', id, approve);

    await expect(
      world.votes.withdrawVote(person('fiona'), id),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(
      world.votes.withdrawVote(person('leo'), id),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining('has been approved already'),
    });
  });

  it('shows who can take a vote back, and lets no plugin do it for them', async () => {
    const { id } = await openWithQuorumOfTwo();
    await vote('sven', id, approve);
    const canWithdraw = async (name: string) =>
      (await world.requests.getDetail(person(name), id)).viewer.canWithdraw;
    expect(await canWithdraw('sven')).toBe(true);
    expect(await canWithdraw('leo')).toBe(false);

    await expect(
      world.votes.withdrawVote(person('sven', 'plugin:scaffolder'), id),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
    await world.votes.withdrawVote(person('sven'), id);

    expect(await canWithdraw('sven')).toBe(false);
    expect(world.auditor.events.slice(-2)).toEqual([
      'vote-withdraw failed',
      'vote-withdraw succeeded',
    ]);
    await vote('sven', id, reject);
    expect(await statusOf(id)).toBe('rejected');
    await expect(
      world.votes.withdrawVote(person('sven'), id),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining('has been rejected already'),
    });
  });

  it('refuses somebody who has left the group since the stage opened', async () => {
    const id = await openRequest(world, { size: 'large' });
    const detail = await world.requests.getDetail(person('frank'), id);
    expect(detail.viewer.votableStages).toHaveLength(1);
    world.catalog.replace(group('finance', { members: ['fiona'] }));

    await expect(vote('frank', id, approve)).rejects.toThrow(
      'not one of the approvers',
    );

    const stored = await world.store.findRequest(id);
    expect(stored?.stages[1].eligible).toEqual(['user:default/fiona']);
  });

  it('lets somebody vote who has joined the group since', async () => {
    const id = await openRequest(world, { size: 'large' });
    world.catalog.replace(user('felix', 'finance'));
    world.catalog.replace(group('finance', { members: ['felix'] }));

    await vote('felix', id, approve);

    const stored = await world.store.findRequest(id);
    expect(stored?.stages[1].status).toBe('approved');
  });

  it('takes no vote while the catalog can’t be read', async () => {
    const id = await openRequest(world);
    world.catalog.failure = new Error('catalog is down');

    await expect(vote('leo', id, approve)).rejects.toThrow('catalog is down');

    expect(await statusOf(id)).toBe('pending');
    // To look is still possible, with the approvers as last known.
    const { request } = await world.requests.getDetail(person('leo'), id);
    expect(request.stages[0].eligible).toEqual(['user:default/leo']);
  });

  it('counts a person who is in two stages in one of them only', async () => {
    const id = await openDeletion();
    const request = await world.store.findRequest(id);
    const [lead, security] = request!.stages;
    expect(lead.eligible).toEqual(['user:default/leo']);
    expect(security.eligible).toEqual([
      'user:default/leo',
      'user:default/sven',
    ]);

    await expect(vote('leo', id, approve)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining(lead.id),
    });
    await expect(
      vote('sven', id, { ...approve, stageId: lead.id }),
    ).rejects.toThrow('may not vote in stage');
    await vote('leo', id, { ...approve, stageId: security.id });
    await expect(
      vote('leo', id, { ...approve, stageId: lead.id }),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining('You have voted already (approve)'),
    });

    const { request: shown } = await world.requests.getDetail(
      person('dana'),
      id,
    );
    expect(shown.status).toBe('pending');
    expect(shown.stages[0].problem).toContain('has voted already');
  });

  it('says what happened to whoever comes late', async () => {
    const id = await openRequest(world);
    await vote('leo', id, reject);

    await expect(vote('leo', id, approve)).rejects.toMatchObject({
      name: 'ConflictError',
      message:
        'The request has been rejected already by user:default/leo at 2026-11-22T10:00:00.000Z',
    });
    await expect(vote('leo', 'unknown', approve)).rejects.toMatchObject({
      name: 'NotFoundError',
    });
  });

  it('tells pages and the run after the vote', async () => {
    const id = await openRequest(world);
    world.signals.length = 0;

    await vote('leo', id, approve);
    await world.deliverAll();

    expect(world.signals).toHaveLength(1);
    expect(world.signalled).toEqual([{ kind: 'approval', ref: id }]);
    expect(world.auditor.events.at(-1)).toBe('vote-cast succeeded');
  });

  async function openWithQuorumOfTwo() {
    const decision = decisionRecord({ taskId: 't1' });
    const request = newRequest(decision, { stages: [{ quorum: 2 }] });
    await world.store.saveDecision(decision, request);
    return request;
  }

  async function openDeletion() {
    world.scaffolder.addTask('t1', {
      steps: [
        {
          id: 'self-service-gate',
          action: 'approval:request',
          ...{
            input: {
              selfService: {
                operation: 'database:delete',
                environment: 'production',
                team: 'payments',
                cost: 0,
              },
            },
          },
        },
      ],
    });
    const { request } = await world.gates.openGate(
      { taskId: 't1', stepId: 'self-service-gate', inputDigest: 'digest' },
      'plugin:scaffolder',
    );
    return request!.id;
  }
});
