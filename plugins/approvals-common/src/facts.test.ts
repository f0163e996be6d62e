import {
  deriveFacts,
  listAffectedEntities,
  readResourceReference,
  toPolicyTime,
} from './facts';
import { SelfServiceSpec, selfServiceSpecSchema } from './selfServiceSpec';

const DANA = {
  ref: 'user:default/dana',
  teams: ['group:default/payments', 'group:default/guild'],
};

const SPEC: SelfServiceSpec = {
  operation: 'database:create',
  environment: { parameter: 'environment' },
  cost: { parameter: 'size', monthly: { small: 50, large: 400 } },
};

const facts = (
  selfService: SelfServiceSpec | undefined,
  parameters: Parameters<typeof deriveFacts>[0]['parameters'],
  requester = DANA,
) =>
  deriveFacts({
    templateRef: 'template:default/database',
    selfService,
    parameters,
    requester,
  });

describe('deriveFacts', () => {
  it('reads the declaration, the parameters and the requester', () => {
    const parameters = { environment: 'production', size: 'large' };
    expect(facts(SPEC, parameters)).toEqual({
      template: 'template:default/database',
      operation: 'database:create',
      environment: 'production',
      monthlyCost: 400,
      team: 'group:default/payments',
      affectedTeams: ['group:default/payments'],
      requester: DANA,
      parameters,
    });
  });

  it.each([
    ['search', 'group:default/search'],
    ['Group:Default/Search', 'group:default/search'],
    ['group:other/search', 'group:other/search'],
    ['', undefined],
    [42, undefined],
    [undefined, undefined],
    ['user:default/dana', undefined],
    ['a:b:c', undefined],
  ])('reads team %j as %j', (owner, team) => {
    const spec = { ...SPEC, team: { parameter: 'owner' } };
    expect(facts(spec, { owner }).team).toBe(team);
  });

  it.each([
    [
      ['search', 'payments', 'search'],
      ['payments', 'search'],
    ],
    ['search', ['payments', 'search']],
    [undefined, ['payments']],
  ])('affected %j and the own team are %j', (affected, names) => {
    const spec = { ...SPEC, affects: { parameter: 'affected' } };
    expect(facts(spec, { affected }).affectedTeams).toEqual(
      names.map(name => `group:default/${name}`),
    );
  });

  it('leaves a team that it cannot read for the policy to refuse', () => {
    const spec = { ...SPEC, affects: { parameter: 'affected' } };
    const affected = [7, 'user:default/x', 'search'];
    expect(facts(spec, { affected }).affectedTeams).toEqual([
      '',
      'group:default/payments',
      'group:default/search',
    ]);
  });

  it('counts the owners of affected entities as affected teams', () => {
    const selfService = { ...SPEC, affects: { parameter: 'affected' } };
    const parameters = {
      affected: ['component:default/cart', 'Component:cart', 'search'],
    };
    expect(listAffectedEntities(selfService, parameters)).toEqual([
      'component:default/cart',
    ]);
    const of = (owners: Record<string, string[]>) =>
      deriveFacts({
        templateRef: 'template:default/database',
        selfService,
        parameters,
        requester: DANA,
        owners,
      }).affectedTeams;
    expect(of({ 'component:default/cart': ['group:default/shop'] })).toEqual([
      'group:default/payments',
      'group:default/search',
      'group:default/shop',
    ]);
    expect(of({ 'component:default/cart': [] })).toContain('');
    expect(of({})).toContain('');
  });

  it.each([
    [50, 120, 120],
    [150, 120, 150],
    [50, undefined, 50],
    [undefined, 120, undefined],
  ])('declared %s, estimated %s: costs %s', (declared, estimate, expected) => {
    expect(
      deriveFacts({
        templateRef: 'template:default/database',
        selfService:
          declared === undefined ? undefined : { ...SPEC, cost: declared },
        parameters: {},
        requester: DANA,
        estimatedMonthlyCost: estimate,
      }).monthlyCost,
    ).toBe(expected);
  });

  it.each([
    ['a size that the table lacks', { size: 'huge' }],
    ['an inherited property', { size: 'constructor' }],
    ['no size', {}],
    ['a list', { size: ['small'] }],
  ])('knows no cost for %s', (_name, parameters) => {
    expect(facts(SPEC, parameters).monthlyCost).toBeUndefined();
  });

  it('knows no environment that is not a text', () => {
    expect(facts(SPEC, { environment: ['dev'] }).environment).toBeUndefined();
    expect(facts(SPEC, { environment: '' }).environment).toBeUndefined();
  });

  it('takes written-down values', () => {
    const spec = { ...SPEC, environment: 'dev', cost: 12, team: 'search' };
    expect(facts(spec, {})).toMatchObject({
      environment: 'dev',
      monthlyCost: 12,
      team: 'group:default/search',
    });
  });

  it('leaves everything open without a declaration', () => {
    const { operation, environment, monthlyCost } = facts(undefined, {
      environment: 'dev',
    });
    expect([operation, environment, monthlyCost]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('has no team where the requester has none', () => {
    const nobody = { ref: 'user:default/x', teams: [] };
    expect(facts(SPEC, {}, nobody)).toMatchObject({
      team: undefined,
      affectedTeams: [],
    });
  });
});

describe('a run about a resource', () => {
  const REMOVAL: SelfServiceSpec = {
    operation: 'database:delete',
    resource: { parameter: 'resource' },
  };
  const resource = {
    environment: 'production',
    team: 'group:default/search',
    monthlyCost: 400,
  };
  const about = (selfService: SelfServiceSpec, parameters: object) =>
    deriveFacts({
      templateRef: 'template:default/deletion',
      selfService,
      parameters: parameters as Parameters<typeof facts>[1],
      requester: DANA,
      resource,
    });

  it('takes environment, team and cost from the server, not from the form', () => {
    const forged = { ...REMOVAL, environment: 'dev', team: 'payments' };
    expect(about(forged, { resource: 'task-1' })).toMatchObject({
      environment: 'production',
      team: 'group:default/search',
      affectedTeams: ['group:default/search'],
      monthlyCost: 400,
    });
  });

  it('costs what the template declares, where it declares that', () => {
    const change = { ...REMOVAL, cost: SPEC.cost };
    expect(about(change, { size: 'small' }).monthlyCost).toBe(50);
  });

  it('knows nothing of one that is not known', () => {
    expect(facts(REMOVAL, { resource: 'task-2' })).toMatchObject({
      environment: undefined,
      monthlyCost: undefined,
      team: undefined,
      affectedTeams: [],
    });
  });

  it('does not heed a resource that the template does not declare', () => {
    const parameters = { environment: 'dev', size: 'small' };
    expect(about(SPEC, parameters)).toMatchObject({
      environment: 'dev',
      monthlyCost: 50,
      team: DANA.teams[0],
    });
  });

  it.each([
    [REMOVAL, { resource: 'task-1' }, { id: 'task-1' }],
    [
      { ...REMOVAL, resource: { parameter: 'path', by: 'secret' as const } },
      { path: 'databases/orders' },
      { secret: 'databases/orders' },
    ],
    [REMOVAL, { resource: '' }, 'unnamed'],
    [REMOVAL, { resource: 7 }, 'unnamed'],
    [REMOVAL, {}, 'unnamed'],
    [SPEC, { resource: 'task-1' }, undefined],
    [undefined, { resource: 'task-1' }, undefined],
  ])('%j of %j names %j', (selfService, parameters, expected) => {
    expect(
      readResourceReference(
        selfService,
        parameters as Parameters<typeof facts>[1],
      ),
    ).toEqual(expected);
  });
});

describe('selfServiceSpecSchema', () => {
  it.each([
    [{ operation: 'x:y' }, ['environment', 'cost']],
    [{ operation: 'x:y', environment: 'dev' }, ['cost']],
    [{ operation: 'x:y', resource: { parameter: 'resource' } }, []],
  ])('of %j misses %j', (spec, missing) => {
    const { error } = selfServiceSpecSchema.safeParse(spec);
    expect((error?.issues ?? []).map(({ path }) => path.join('.'))).toEqual(
      missing,
    );
  });

  it('refuses keys that it does not know', () => {
    const { error } = selfServiceSpecSchema.safeParse({
      ...SPEC,
      enviroment: 'dev',
    });
    expect(error?.issues[0].message).toContain('enviroment');
  });

  it('refuses a negative cost', () => {
    expect(selfServiceSpecSchema.safeParse({ ...SPEC, cost: -1 }).success).toBe(
      false,
    );
  });
});

describe('toPolicyTime', () => {
  it('cuts to whole seconds in UTC', () => {
    expect(toPolicyTime(new Date('2026-11-22T11:00:00.987+01:00'))).toBe(
      '2026-11-22T10:00:00Z',
    );
  });
});
