import { explain, explainReason } from './explanation';
import {
  ExplanationKey,
  explanationMessages,
  TranslateExplanation,
} from './explanationMessages';

const cost = { cost: 150, currency: 'USD' };

describe('explainReason', () => {
  it.each([
    [
      'environment.production',
      { environment: 'production' },
      "Production changes need the approval of the team's lead.",
    ],
    [
      'cost.lead',
      { ...cost, from: 100 },
      "It costs $150 a month; from $100 on the team's lead approves.",
    ],
    [
      'cost.finance',
      { cost: 500.5, currency: 'USD', above: 500 },
      'It costs $500.50 a month; above $500 finance approves as well.',
    ],
    [
      'cost.lead',
      { cost: 150, from: 100, currency: 'credits of ours' },
      "It costs 150 credits of ours a month; from 100 credits of ours on the team's lead approves.",
    ],
    [
      'cost.lead',
      { cost: 150, from: 100 },
      "It costs 150 a month; from 100 on the team's lead approves.",
    ],
    [
      'scope.teams',
      { teams: ['group:default/payments', 'group:default/search'] },
      'It concerns teams that the requester does not belong to (payments, search); the lead of each affected team approves.',
    ],
    [
      'risk.operation',
      { operation: 'database:delete' },
      'database:delete is a high-risk operation; security approves.',
    ],
    [
      'time.freeze',
      {
        freezes: [
          {
            id: 'year-end',
            reason: 'Year-end change freeze',
            from: '2026-12-20T00:00:00Z',
            to: '2027-01-03T00:00:00Z',
          },
          { id: 'audit', from: 'x', to: '2026-12-24T00:00:00Z' },
        ],
      },
      'A change freeze is on: Year-end change freeze (until 2027-01-03T00:00:00Z); audit (until 2026-12-24T00:00:00Z); those who manage the freeze approve.',
    ],
    [
      'compliance.sequential',
      { operation: 'audit-log:export' },
      'audit-log:export is subject to compliance; its approvals are given one after the other.',
    ],
    [
      'invalid.environment',
      { field: 'environment', value: 'moon' },
      'The policy knows no environment "moon". Use one that it knows, or add it to `approval.environments` in the policy data.',
    ],
  ])('%s %j', (code, params, expected) => {
    expect(explainReason({ code, dimension: 'any', params })).toBe(expected);
  });

  it.each([
    ['invalid.environment', {}, '`environment: { parameter: environment }`'],
    ['invalid.operation', {}, '`approvals.undeclared.operation`'],
    ['invalid.cost', {}, '`cost: { parameter: size, monthly: { small: 50 } }`'],
    ['invalid.cost', { value: -1 }, '"-1"'],
    ['invalid.team', { field: 'team' }, '`team: { parameter: owner }`'],
    ['invalid.team', { field: 'affectedTeams' }, '`affects`'],
    ['invalid.requester', {}, 'signed-in user'],
    ['invalid.now', {}, 'fault of the portal'],
    ['invalid.data', { fields: ['cost.lead_from'] }, '(cost.lead_from)'],
    ['invalid.declaration', { problems: ['spec.x: no'] }, 'spec.x: no'],
    ['invalid.resource', { parameter: 'database' }, '`database`'],
    ['invalid.resource', { value: 'task-1' }, 'nothing of task-1'],
    ['policy.error', { message: 'No policy is loaded' }, 'No policy is loaded'],
  ])('%s says what is missing and where: %j', (code, params, expected) => {
    expect(explainReason({ code, dimension: 'any', params })).toContain(
      expected,
    );
  });

  it('falls back to the code and its parameters', () => {
    expect(
      explainReason({ code: 'ours.rule', dimension: 'ours', params: { a: 1 } }),
    ).toBe('ours.rule {"a":1}');
    expect(
      explainReason({ code: 'toString', dimension: 'ours', params: {} }),
    ).toBe('toString');
  });

  it.each([
    'environment.x',
    'cost.lead',
    'cost.finance',
    'scope.teams',
    'risk.operation',
    'time.freeze',
    'compliance.sequential',
    'invalid.data',
    'invalid.declaration',
    'invalid.resource',
    'policy.error',
  ])('reads the parameters of %s with care', code => {
    for (const params of [
      {},
      { freezes: [undefined, 3], teams: [{}], fields: 'x', problems: {} },
      { cost: 'x', from: {}, above: [], environment: 7, operation: [] },
    ]) {
      expect(explainReason({ code, dimension: 'any', params })).not.toMatch(
        /undefined|\[object/,
      );
    }
  });
});

describe('in another language', () => {
  const texts: Partial<Record<ExplanationKey, string>> = {
    environment: 'In {{environment}} entscheidet die Teamleitung.',
    'time.freeze': 'Es gilt: {{freezes}}.',
    'part.freeze': '{{title}} bis {{until}}',
    'part.untitledFreeze': 'Sperre',
    'part.unknown': 'unbekannt',
  };
  const inGerman: TranslateExplanation = (key, values = {}) =>
    (texts[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]);

  it.each([
    [
      'environment.production',
      { environment: 'production' },
      'In production entscheidet die Teamleitung.',
    ],
    ['time.freeze', { freezes: [{ to: '2027' }] }, 'Es gilt: Sperre bis 2027.'],
    ['time.freeze', {}, 'Es gilt: unbekannt.'],
  ])('%s has no English left', (code, params, expected) => {
    expect(explainReason({ code, dimension: 'any', params }, inGerman)).toBe(
      expected,
    );
  });
});

describe('the table of texts', () => {
  const every = new Set<ExplanationKey>();
  const note: TranslateExplanation = (key, values = {}) => {
    every.add(key);
    const wanted = explanationMessages[key].match(/(?<=\{\{)\w+/g) ?? [];
    // A text whose placeholder nobody fills in would show it to people.
    expect(Object.keys(values)).toEqual(expect.arrayContaining(wanted));
    return '';
  };

  it('has no text that no reason uses, and no placeholder without a value', () => {
    for (const code of [
      'environment.x',
      ...Object.keys(explanationMessages),
      'invalid.operation',
      'invalid.team',
    ]) {
      for (const params of [
        {},
        { value: 'x', field: 'affectedTeams', freezes: [{}] },
      ]) {
        explainReason({ code, dimension: 'any', params }, note);
      }
    }
    expect([...every].sort()).toEqual(Object.keys(explanationMessages).sort());
  });
});

describe('explain', () => {
  it('keeps the order of the reasons', () => {
    expect(
      explain({
        reasons: [
          { code: 'b', dimension: 'x', params: {} },
          { code: 'a', dimension: 'x', params: {} },
        ],
      }),
    ).toEqual(['b', 'a']);
  });
});
