import {
  AuthorizeResult,
  PermissionCriteria,
  PermissionCondition,
  PolicyDecision,
} from '@backstage/plugin-permission-common';
import { PermissionRuleset } from '@backstage/plugin-permission-node';
import { JsonObject } from '@backstage/types';
import { get } from 'lodash';
import { authoriseStep, Verdict } from './stepAuthoriser';

/** Rules with the names and meaning of the stock scaffolder's. */
const ruleset = {
  getRuleByName(name: string) {
    const rules: Record<
      string,
      (resource: JsonObject, params: JsonObject) => boolean
    > = {
      HAS_ACTION_ID: (resource, { actionId }) => resource.action === actionId,
      HAS_STRING_PROPERTY: ({ input }, { key, value }) =>
        typeof get(input, key as string) === 'string' &&
        (value === undefined || get(input, key as string) === value),
      HAS_COLOUR: ({ input }) => get(input, 'colour') === 'green',
    };
    if (!rules[name]) {
      throw new Error(`Unexpected permission rule: ${name}`);
    }
    return { apply: rules[name] };
  },
} as unknown as PermissionRuleset<JsonObject>;

const condition = (rule: string, params: Record<string, string> = {}) => ({
  rule,
  resourceType: 'scaffolder-action',
  params,
});
const isAction = (actionId: string) => condition('HAS_ACTION_ID', { actionId });
const has = (key: string, value?: string) =>
  condition('HAS_STRING_PROPERTY', { key, ...(value && { value }) });

function verdict(
  conditions: PermissionCriteria<PermissionCondition>,
  input: JsonObject,
  parameters: JsonObject = {},
): Verdict {
  return authoriseStep(
    {
      result: AuthorizeResult.CONDITIONAL,
      pluginId: 'scaffolder',
      resourceType: 'scaffolder-action',
      conditions,
    } as PolicyDecision,
    ruleset,
    { id: 'x', name: 'x', action: 'debug:log', input },
    parameters,
  );
}

describe('authoriseStep', () => {
  it.each([
    [AuthorizeResult.ALLOW, 'allowed'],
    [AuthorizeResult.DENY, 'denied'],
  ] as const)('follows a plain %s', (result, expected) => {
    const step = { id: 'x', name: 'x', action: 'debug:log' };
    expect(authoriseStep({ result }, ruleset, step, {})).toBe(expected);
  });

  const cases: [
    string,
    PermissionCriteria<PermissionCondition>,
    JsonObject,
    JsonObject,
    Verdict,
  ][] = [
    ['denied action', { not: isAction('debug:log') }, {}, {}, 'denied'],
    ['other action', { not: isAction('fs:delete') }, {}, {}, 'allowed'],
    ['literal match', has('env', 'dev'), { env: 'dev' }, {}, 'allowed'],
    ['literal mismatch', has('env', 'dev'), { env: 'prod' }, {}, 'denied'],
    [
      'exactly one parameter',
      has('env', 'dev'),
      { env: '${{ parameters.env }}' },
      { env: 'dev' },
      'allowed',
    ],
    [
      'exactly one parameter, refused',
      has('env', 'dev'),
      { env: '${{parameters.env}}' },
      { env: 'production' },
      'denied',
    ],
    [
      'parameter within text',
      has('env', 'dev'),
      { env: 'x-${{ parameters.env }}' },
      { env: 'dev' },
      'unknown',
    ],
    [
      'parameter with a filter',
      has('env', 'dev'),
      { env: '${{ parameters.env | lower }}' },
      { env: 'dev' },
      'unknown',
    ],
    [
      'output of a step',
      { not: has('env', 'production') },
      { env: "${{ steps['a'].output.env }}" },
      {},
      'unknown',
    ],
    [
      'parameter that itself looks like an expression',
      { not: has('env', 'production') },
      { env: '${{ parameters.env }}' },
      { env: "${{ steps['a'].output.env }}" },
      'unknown',
    ],
    [
      'key below an expression',
      { not: has('config.env', 'production') },
      { config: "${{ steps['a'].output }}" },
      {},
      'unknown',
    ],
    [
      'key that is itself an expression',
      { not: has('config.env', 'production') },
      { config: { '${{ parameters.key }}': 'production' } },
      { key: 'env' },
      'unknown',
    ],
    [
      'expression in another part',
      has('env', 'dev'),
      { env: 'dev', other: '${{ steps.a.output }}' },
      {},
      'allowed',
    ],
    [
      'custom rule with everything known',
      condition('HAS_COLOUR'),
      { colour: 'green' },
      {},
      'allowed',
    ],
    [
      'custom rule with anything unknown',
      condition('HAS_COLOUR'),
      { colour: 'green', other: '${{ steps.a.output }}' },
      {},
      'unknown',
    ],
    ['unknown rule', condition('HAS_MYSTERY'), {}, {}, 'unknown'],
    [
      'all of: denied beats unknown',
      { allOf: [has('a', '1'), isAction('fs:delete')] },
      { a: '${{ steps.a }}' },
      {},
      'denied',
    ],
    [
      'any of: allowed beats unknown',
      { anyOf: [has('a', '1'), isAction('debug:log')] },
      { a: '${{ steps.a }}' },
      {},
      'allowed',
    ],
    [
      'any of: unknown beats denied',
      { anyOf: [has('a', '1'), isAction('fs:delete')] },
      { a: '${{ steps.a }}' },
      {},
      'unknown',
    ],
  ];

  it.each(cases)('%s', (_name, conditions, input, parameters, expected) => {
    expect(verdict(conditions, input, parameters)).toBe(expected);
  });

  it('does not judge an action whose id is an expression', () => {
    const decision = {
      result: AuthorizeResult.CONDITIONAL,
      pluginId: 'scaffolder',
      resourceType: 'scaffolder-action',
      conditions: { not: isAction('debug:log') },
    } as PolicyDecision;
    const step = { id: 'x', name: 'x', action: '${{ parameters.action }}' };
    expect(authoriseStep(decision, ruleset, step, {})).toBe('unknown');
  });
});
