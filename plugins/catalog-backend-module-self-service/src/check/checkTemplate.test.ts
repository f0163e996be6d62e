import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Entity } from '@backstage/catalog-model';
import { JsonObject } from '@backstage/types';
import { parse } from 'yaml';
import { checkTemplate } from './checkTemplate';

const options = { hasWorkspaceProvider: true, allowedAsService: [] };
const form = {
  required: ['name'],
  properties: {
    name: { type: 'string' },
    environment: { enum: ['dev', 'production'], default: 'dev' },
    size: { enum: ['small', 'large'], default: 'small' },
  },
};
const selfService: JsonObject = {
  operation: 'database:create',
  environment: { parameter: 'environment' },
  cost: { parameter: 'size', monthly: { small: 1, large: 2 } },
  creates: [{ kind: 'secret', name: 'databases/{name}' }],
};
const gate = { id: 'ask', action: 'approval:request' };

function template(spec: JsonObject): Entity {
  return {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name: 'sample' },
    spec: { parameters: [form], selfService, steps: [], ...spec },
  };
}

function check(spec: JsonObject, changed: Partial<typeof options> = {}) {
  return checkTemplate(template(spec), { ...options, ...changed }).map(
    ({ level, path }) => `${level} ${path}`,
  );
}

describe('checkTemplate', () => {
  it('finds nothing wrong with a sound template', () => {
    expect(
      check({
        steps: [
          { action: 'fetch:template' },
          { action: 'github:pull-request' },
          gate,
          { action: 'terraform:wait-for-apply' },
          { action: 'vault:create-secret' },
        ],
      }),
    ).toEqual([]);
  });

  it.each([
    'new-service',
    'postgresql-database',
    'postgresql-database-reviewed',
  ])('finds nothing wrong with the shipped template %s', name => {
    const path = resolve(
      __dirname,
      `../../../../templates/${name}/template.yaml`,
    );
    const entity = parse(readFileSync(path, 'utf8')) as Entity;
    expect(checkTemplate(entity, options)).toEqual([]);
  });

  const declarations: Array<[string, unknown, string[]]> = [
    ['none', undefined, ['warning spec.selfService']],
    ['no object', 'x', ['error spec.selfService']],
    [
      'an unknown key',
      { ...selfService, owner: 'x' },
      ['error spec.selfService'],
    ],
    [
      'a missing operation',
      { environment: 'dev', cost: 1 },
      ['error spec.selfService.operation'],
    ],
    [
      'a bad kind of effect',
      { ...selfService, creates: [{ kind: '', name: 'x' }] },
      ['error spec.selfService.creates[0].kind'],
    ],
    [
      'parameters that the form lacks',
      {
        ...selfService,
        environment: { parameter: 'stage' },
        team: { parameter: 'owner' },
        creates: [{ kind: 'secret', name: 'databases/{nam}' }],
        grants: ['read by {owner}', '{owning team}', '{own team}'],
      },
      [
        'error spec.selfService.environment.parameter',
        'error spec.selfService.team.parameter',
        'error spec.selfService.creates[0].name',
        'error spec.selfService.grants[0]',
        'error spec.selfService.grants[2]',
      ],
    ],
    [
      'a size without a cost',
      { ...selfService, cost: { parameter: 'size', monthly: { small: 1 } } },
      ['error spec.selfService.cost.monthly'],
    ],
    [
      'a free text as environment',
      { ...selfService, environment: { parameter: 'name' } },
      ['warning spec.selfService.environment.parameter'],
    ],
    [
      'an expression',
      { ...selfService, environment: '${{ parameters.environment }}' },
      ['error spec.selfService.environment'],
    ],
  ];
  it.each(declarations)('declaration: %s', (_, declaration, expected) => {
    expect(check({ selfService: declaration as JsonObject })).toEqual(expected);
  });

  it('warns of an environment that people may leave open', () => {
    const open = {
      properties: { ...form.properties, environment: { enum: ['dev'] } },
    };
    expect(check({ parameters: open })).toEqual([
      'warning spec.selfService.environment.parameter',
    ]);
  });

  it('finds parameters on other pages and behind dependencies', () => {
    const { environment, size, name } = form.properties;
    expect(
      check({
        parameters: [
          { properties: { name, environment } },
          { dependencies: { name: { oneOf: [{ properties: { size } }] } } },
        ],
      }),
    ).toEqual([]);
  });

  const stepTables: Array<[string, JsonObject[], string[]]> = [
    [
      'a gate with a condition',
      [{ ...gate, if: true }],
      ['error spec.steps[0].if'],
    ],
    [
      'a gate under each with a permission tag',
      [{ ...gate, each: [], 'backstage:permissions': {} }],
      ['error spec.steps[0].each', 'error spec.steps[0].backstage:permissions'],
    ],
    [
      'a creating step before a gate',
      [{ action: 'publish:github' }, gate],
      ['error spec.steps[0].action', 'warning spec.steps[0].action'],
    ],
    [
      'an unknown action before a gate',
      [{ action: 'company:do' }, gate],
      ['error spec.steps[0].action', 'warning spec.steps[0].action'],
    ],
    [
      'a wait under each',
      [{ action: 'terraform:wait-for-apply', each: [1] }],
      ['error spec.steps[0].each'],
    ],
    [
      'the reserved id',
      [{ id: 'self-service-gate', action: 'debug:log' }],
      ['error spec.steps[0].id'],
    ],
    [
      'the reserved id at a gate that is none',
      [{ ...gate, id: 'self-service-gate', if: true }],
      ['error spec.steps[0].id', 'error spec.steps[0].if'],
    ],
    [
      'the reserved id at a gate of its author',
      [{ ...gate, id: 'self-service-gate' }],
      [],
    ],
    [
      'registration after the injected gate',
      [{ action: 'catalog:register' }],
      ['error spec.steps[0].action', 'warning spec.steps[0].action'],
    ],
    [
      'a lookup before and after a gate of its author',
      [{ action: 'catalog:fetch' }, gate, { action: 'catalog:fetch' }],
      ['error spec.steps[2].action'],
    ],
    [
      'a token that is gone after a wait',
      [{ action: 'debug:log', input: { x: '${{ secrets.backstageToken }}' } }],
      ['error spec.steps[0]'],
    ],
    [
      'a stock creating action',
      [{ action: 'publish:github' }],
      ['warning spec.steps[0].action'],
    ],
  ];
  it.each(stepTables)('steps: %s', (_, steps, expected) => {
    expect(check({ steps })).toEqual(expected);
  });

  it('lets allow-listed actions act as a service', () => {
    expect(
      check({ steps: [{ action: 'catalog:fetch' }] }, {
        allowedAsService: ['catalog:fetch'],
      } as {}),
    ).toEqual([]);
  });

  it('refuses a wait after fetch without a workspace provider', () => {
    const steps = [
      { action: 'fetch:plain' },
      { action: 'terraform:wait-for-apply' },
    ];
    expect(check({ steps }, { hasWorkspaceProvider: false })).toEqual([
      'error spec.steps[1].action',
    ]);
    expect(check({ steps })).toEqual([]);
  });

  it('counts a step that may park as a wait', () => {
    const manual = { group: 'platform-team', instructions: 'Look' };
    const of = (onFailure: string | JsonObject) =>
      check(
        {
          steps: [
            { action: 'fetch:plain' },
            { action: 'github:pull-request', onFailure },
          ],
        },
        { hasWorkspaceProvider: false },
      );
    expect(of({ manual })).toEqual(['error spec.steps[1].action']);
    expect(of('skip')).toEqual([]);
  });

  it('checks failure behaviour with the rest', () => {
    expect(check({ steps: [{ ...gate, onFailure: 'skip' }] })).toEqual([
      'error spec.steps[0].onFailure',
    ]);
  });

  it.each([['x'], [{ a: 1 }], [['fetch:plain']]])(
    'refuses %j as steps',
    steps => {
      expect(check({ steps })).toEqual(['error spec.steps']);
    },
  );
});
