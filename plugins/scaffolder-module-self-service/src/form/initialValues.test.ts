import { JsonObject, JsonValue } from '@backstage/types';
import { SelfServiceSpec } from '@self-service/plugin-approvals-common';
import { Resource } from '@self-service/plugin-runs-common';
import { listFields } from './formFields';
import {
  makeInitialValues,
  pickRememberable,
  readResourceValues,
} from './initialValues';

const SELF_SERVICE: SelfServiceSpec = {
  operation: 'database:create',
  environment: { parameter: 'environment' },
  team: { parameter: 'owner' },
  cost: {
    parameter: 'size',
    monthly: { large: 400, small: 50, medium: 150 },
  },
};

const TEAMS = ['group:default/payments', 'group:default/search'];

function fieldsOf(properties: JsonObject, more: JsonObject = {}) {
  return listFields({
    steps: [{ title: 'Database', schema: { properties, ...more } }],
  });
}

function initialOf(
  properties: JsonObject,
  options: {
    given?: Record<string, JsonValue>;
    last?: Record<string, JsonValue>;
    selfService?: SelfServiceSpec;
    teams?: string[];
  } = {},
) {
  return makeInitialValues({
    fields: fieldsOf(properties),
    selfService: 'selfService' in options ? options.selfService : SELF_SERVICE,
    given: options.given ?? {},
    last: options.last ?? {},
    teams: options.teams ?? TEAMS,
  });
}

const SIZE = { type: 'string', enum: ['large', 'medium', 'small'] };
const ENVIRONMENT = { type: 'string', enum: ['production', 'dev'] };

describe('makeInitialValues', () => {
  it('begins with the own team, dev and the cheapest size', () => {
    expect(
      initialOf({
        name: { type: 'string' },
        owner: { type: 'string' },
        environment: ENVIRONMENT,
        size: SIZE,
      }),
    ).toEqual({
      values: {
        owner: 'group:default/payments',
        environment: 'dev',
        size: 'small',
      },
      asLastTime: [],
    });
  });

  it('leaves to the form what the template says', () => {
    expect(
      initialOf(
        {
          owner: { type: 'string', default: 'group:default/search' },
          size: { ...SIZE, default: 'medium' },
        },
        { last: { owner: 'group:default/payments', size: 'large' } },
      ),
    ).toEqual({ values: {}, asLastTime: [] });
  });

  it('takes what the address says before everything else', () => {
    expect(
      initialOf(
        { size: { ...SIZE, default: 'medium' }, environment: ENVIRONMENT },
        { given: { size: 'large' }, last: { size: 'small' } },
      ).values,
    ).toEqual({ size: 'large', environment: 'dev' });
  });

  it('suggests what was chosen the last time, and says which that is', () => {
    expect(
      initialOf(
        {
          size: SIZE,
          environment: ENVIRONMENT,
          owner: { type: 'string', 'ui:field': 'OwnerPicker' },
          backups: { type: 'boolean' },
        },
        {
          last: {
            size: 'medium',
            environment: 'gone',
            owner: 'group:default/search',
            backups: true,
          },
        },
      ),
    ).toEqual({
      values: {
        size: 'medium',
        environment: 'dev',
        owner: 'group:default/search',
        backups: true,
      },
      asLastTime: ['size', 'owner', 'backups'],
    });
  });

  it.each<[string, JsonObject, JsonValue | undefined]>([
    ['a picker of owners', { 'ui:field': 'OwnerPicker' }, TEAMS[0]],
    ['a choice by name', { enum: ['search', 'payments'] }, 'payments'],
    ['a choice among others', { enum: ['search'] }, 'search'],
    ['a choice of strangers', { enum: ['finance'] }, undefined],
  ])('fills in the team in %s', (_, schema, expected) => {
    expect(
      initialOf({ owner: { type: 'string', ...schema } }).values.owner,
    ).toBe(expected);
  });

  it('suggests no team that the person has left', () => {
    expect(
      initialOf(
        { owner: { type: 'string' } },
        { last: { owner: 'group:default/finance' } },
      ),
    ).toEqual({ values: { owner: TEAMS[0] }, asLastTime: [] });
  });

  it('knows an owner without a declaration, and else nothing', () => {
    expect(
      initialOf(
        { owner: { 'ui:field': 'OwnerPicker' }, size: SIZE, team: {} },
        { selfService: undefined },
      ).values,
    ).toEqual({ owner: TEAMS[0] });
  });

  it('fills in nothing for a person without a team', () => {
    expect(initialOf({ owner: {} }, { teams: [] }).values).toEqual({});
  });
});

describe('pickRememberable', () => {
  it('keeps what was chosen, never what was typed in or is secret', () => {
    const fields = fieldsOf(
      {
        name: { type: 'string' },
        size: SIZE,
        backups: { type: 'boolean' },
        component: { 'ui:field': 'EntityPicker' },
        password: { 'ui:field': 'Secret', enum: ['a'] },
      },
      {
        dependencies: {
          backups: { properties: { region: { enum: ['north', 'south'] } } },
        },
      },
    );

    expect(
      pickRememberable(
        {
          name: 'orders',
          size: 'small',
          backups: false,
          component: 'component:default/shop',
          password: '******',
          region: 'north',
          unknown: 'x',
        },
        fields,
      ),
    ).toEqual({
      size: 'small',
      backups: false,
      component: 'component:default/shop',
      region: 'north',
    });
  });
});

describe('readResourceValues', () => {
  const refused = { allowed: false };
  const resource: Resource = {
    id: 'task-1',
    title: 'Database orders',
    kind: 'PostgreSQL database',
    name: 'orders',
    team: 'group:default/payments',
    createdAt: '2026-11-22T10:00:00Z',
    status: 'present',
    entityRefs: [],
    parts: [
      {
        effectId: 'effect-1',
        capability: 'secrets',
        provider: 'vault',
        kind: 'secret',
        name: 'databases/orders',
        status: 'created',
      },
    ],
    actions: { remove: refused, change: refused, extend: refused },
  };

  it('fills in which resource it is, and what the form asks of it', () => {
    const values = readResourceValues(
      resource,
      fieldsOf({ database: {}, name: {}, environment: {}, owner: {} }),
      { ...SELF_SERVICE, resource: { parameter: 'database' } },
    );

    expect(values).toEqual({
      database: 'task-1',
      name: 'orders',
      owner: 'group:default/payments',
    });
  });

  it('names it by its secret where the template does', () => {
    const selfService: SelfServiceSpec = {
      ...SELF_SERVICE,
      resource: { parameter: 'path', by: 'secret' },
    };
    const fields = fieldsOf({ path: {} });

    expect(readResourceValues(resource, fields, selfService)).toEqual({
      path: 'databases/orders',
    });
    expect(
      readResourceValues({ ...resource, parts: [] }, fields, selfService),
    ).toEqual({});
  });

  it('takes the parameter "resource" where the template says nothing', () => {
    expect(
      readResourceValues(resource, fieldsOf({ resource: {} }), undefined),
    ).toEqual({ resource: 'task-1' });
  });
});
