import { TestDatabases } from '@backstage/backend-test-utils';
import {
  databaseDeclaration,
  databaseTemplate,
} from '../../__testUtils__/databaseTask';
import { group } from '../../__testUtils__/organisation';
import { person } from '../../__testUtils__/person';
import { decisionRecord, newRequest } from '../../__testUtils__/records';
import { createWorld, World } from '../../__testUtils__/world';
import { DecidedRequests } from '../../database';
import { PolicyError } from '../../policy';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const MINUTE = 60_000;

const large = {
  name: 'orders',
  environment: 'production',
  size: 'large',
  owner: 'group:default/payments',
};

function ask(world: World, parameters: object, name = 'dana') {
  return world.previews.preview(
    { templateRef: 'template:default/database', parameters: { ...parameters } },
    person(name),
  );
}

describe('FormPreviews', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld(await databases.init('SQLITE_3'));
    world.catalog.replace(databaseTemplate());
  });

  it('says who must approve, what it costs and what is created', async () => {
    const preview = await ask(world, large);

    expect(preview.decision.outcome).toBe('require-approval');
    expect(preview.explanations).toContain(
      "Production changes need the approval of the team's lead.",
    );
    expect(preview.facts.requester).toEqual({
      ref: 'user:default/dana',
      teams: ['group:default/payments'],
    });
    expect(preview.creates).toEqual([
      { kind: 'PostgreSQL database', name: 'databases/orders' },
    ]);
    expect(preview.grants).toEqual(['read on databases/orders to payments']);
    expect(preview.cost).toEqual({
      monthly: 800,
      currency: 'USD',
      parts: [{ label: 'Size: Large', monthly: 800 }],
    });
    expect(preview.stages).toMatchObject([
      {
        kind: 'team-lead',
        quorum: 1,
        approvers: [{ leadOf: 'group:default/payments' }],
        eligible: ['user:default/leo'],
        due: 'PT8H',
        samples: 0,
      },
      {
        kind: 'finance',
        eligible: ['user:default/fiona', 'user:default/frank'],
      },
    ]);
    expect(preview.incomplete).toEqual([]);
    expect(preview.typical).toBeUndefined();
  });

  it('says what to change for fewer approvals, by the same policy', async () => {
    const { alternatives } = await ask(world, large);

    expect(alternatives.map(({ text }) => text)).toEqual([
      'Size: Small instead of Large needs no approval of finance',
      'Size: Medium instead of Large needs no approval of finance',
    ]);
    expect(alternatives[0]).toMatchObject({
      parameter: 'size',
      value: 'small',
      outcome: 'require-approval',
      monthlyCost: 50,
      avoids: ['finance'],
    });

    const inDev = await ask(world, {
      ...large,
      environment: 'dev',
      size: 'medium',
    });
    expect(inDev.alternatives).toMatchObject([
      {
        text: 'Size: Small instead of Medium needs no approval',
        outcome: 'auto-approve',
        avoids: ['team-lead'],
      },
    ]);
  });

  it('names the parameters that facts lack, and offers no alternatives for them', async () => {
    const preview = await ask(world, { environment: 'production' });

    expect(preview.incomplete).toEqual(['size', 'owner']);
    expect(preview.creates).toEqual([
      { kind: 'PostgreSQL database', name: undefined },
    ]);
    expect(preview.cost).toBeUndefined();
    expect(preview.alternatives).toEqual([]);
  });

  it('says why nobody can decide a stage', async () => {
    world.catalog.replace(group('payments', { members: ['dana'] }));

    const { stages } = await ask(world, large);

    expect(stages[0]).toMatchObject({
      eligible: [],
      problem: expect.stringContaining('Group payments has no lead'),
    });
  });

  it('warns of the most expensive choice and of a freeze ahead', async () => {
    expect((await ask(world, large)).warnings).toEqual([
      {
        code: 'expensive-choice',
        text: 'Large is the most expensive choice: $800 a month. The cheapest one costs $50.',
      },
    ]);

    world.clock.advance(Date.parse('2026-12-14') - Date.parse('2026-11-22'));
    const { warnings } = await ask(world, { ...large, size: 'small' });
    expect(warnings).toEqual([
      {
        code: 'freeze-ahead',
        text: expect.stringContaining(
          'begins on 2026-12-20T00:00:00Z and lasts until 2027-01-03T00:00:00Z: Year-end change freeze',
        ),
      },
    ]);
  });

  it('drops what the form hides, and never says it', async () => {
    const preview = await ask(world, {
      ...large,
      password: 'hunter2',
      mask: '******',
      nested: [{ password: 'hunter2', kept: 1 }],
    });

    expect(JSON.stringify(preview)).not.toContain('hunter2');
    expect(preview.facts.parameters).toEqual({
      ...large,
      nested: [{ kept: 1 }],
    });
  });

  it('asks a broken policy once, and denies', async () => {
    const evaluate = jest.fn(async () => {
      throw new PolicyError('evaluation', 'no answer');
    });
    const failing = await createWorld(await databases.init('SQLITE_3'), {
      policy: { evaluate, artifacts: () => undefined },
    });
    failing.catalog.replace(databaseTemplate());

    const preview = await ask(failing, large);

    expect(preview.decision.outcome).toBe('deny');
    expect(preview.alternatives).toEqual([]);
    expect(evaluate).toHaveBeenCalledTimes(1);
  });

  it('denies a declaration that can’t be read, and still answers', async () => {
    world.catalog.replace(
      databaseTemplate({ selfService: { ...databaseDeclaration, cost: -1 } }),
    );

    const preview = await ask(world, large);

    expect(preview.decision.reasons).toMatchObject([
      { code: 'invalid.declaration' },
    ]);
    expect(preview).toMatchObject({ creates: [], grants: [], incomplete: [] });
  });

  it('fails, and says nothing, while the catalog can’t be read', async () => {
    world.catalog.failure = new Error('catalog is down');

    await expect(ask(world, large)).rejects.toThrow('catalog is down');
  });

  it('asks the catalog once in a short time, apart for each person', async () => {
    const remembering = await createWorld(await databases.init('SQLITE_3'), {
      previewMemoryMilliseconds: 60_000,
    });
    const { catalog } = remembering;
    catalog.replace(databaseTemplate());

    await ask(remembering, large);
    const { getEntityByRef } = catalog.service;
    getEntityByRef.mockClear();
    await ask(remembering, large);
    expect(getEntityByRef).not.toHaveBeenCalled();

    const { facts, stages } = await ask(remembering, large, 'leo');
    expect(facts.requester.teams).toEqual([
      'group:default/payments',
      'group:default/security',
    ]);
    expect(stages[0].eligible).toEqual(['user:default/erin']);
    expect(getEntityByRef.mock.calls.map(([ref]) => ref)).toContain(
      'template:default/database',
    );
  });
});

describe.each(databases.eachSupportedId())('typical times on %s', id => {
  it('are the medians of what was decided in the last 90 days', async () => {
    const world = await createWorld(await databases.init(id));
    world.catalog.replace(databaseTemplate());
    const start = await world.clock.now();
    const decideAfter = async (taskId: string, minutes: number) => {
      const createdAt = (await world.clock.now()).toISOString();
      const decision = decisionRecord({ taskId, createdAt });
      const request = newRequest(decision, {
        createdAt,
        stages: [{ kind: 'team-lead' }],
      });
      await world.store.saveDecision(decision, request);
      world.clock.advance(minutes * MINUTE);
      await world.votes.castVote(person('leo'), request.id, {
        verdict: 'approve',
      });
    };
    await decideAfter('old', 1);
    world.clock.advance(90 * 24 * 60 * MINUTE);
    for (const [index, minutes] of [30, 10, 20].entries()) {
      await decideAfter(`t${index}`, minutes);
    }
    const cancelled = decisionRecord({ taskId: 'cancelled' });
    await world.store.saveDecision(cancelled, newRequest(cancelled));
    await world.requests.closeRun('cancelled', { comment: 'x' }, 'plugin:runs');

    const small = await ask(world, { ...large, size: 'small' });
    const both = await ask(world, large);

    expect(small.stages).toMatchObject([{ typicalSeconds: 1200, samples: 3 }]);
    expect(small.typical).toEqual({ seconds: 1200, samples: 3 });
    expect(both.stages).toMatchObject([{ samples: 3 }, { samples: 0 }]);
    expect(both.typical).toBeUndefined();
    const all = await new DecidedRequests(world.knex).list(start, 100);
    expect(all.map(({ seconds }) => seconds)).toEqual([1200, 600, 1800, 60]);
  });
});
