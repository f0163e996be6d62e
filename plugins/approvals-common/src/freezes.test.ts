import {
  freezePhase,
  isExempt,
  newExemptionSchema,
  newFreezeSchema,
} from './freezes';

const facts = {
  template: 'template:default/database',
  operation: 'database:create',
  team: 'group:default/payments',
  affectedTeams: ['group:default/payments', 'group:default/search'],
};
const payments = { kind: 'team', value: 'group:default/payments' } as const;
const search = { kind: 'team', value: 'group:default/search' } as const;

describe('isExempt', () => {
  it.each([
    [false, 'nothing', []],
    [false, 'one of two affected teams', [payments]],
    [false, 'an affected team that is not the owner', [search]],
    [true, 'every affected team', [payments, search]],
    [true, 'the template', [{ kind: 'template', value: facts.template }]],
    [true, 'the operation', [{ kind: 'operation', value: 'database:create' }]],
    [false, 'another operation', [{ kind: 'operation', value: 'a:b' }]],
    [
      false,
      'a template that is named like the team',
      [{ kind: 'template', value: payments.value }],
    ],
  ] as const)('is %s for %s', (expected, _name, exemptions) => {
    expect(isExempt([...exemptions], facts)).toBe(expected);
  });

  it('takes unknown facts for not exempt', () => {
    expect(isExempt([payments], { template: '', affectedTeams: [] })).toBe(
      false,
    );
  });
});

describe('freezePhase', () => {
  const freeze = { from: '2026-12-20T00:00:00Z', to: '2026-12-21T00:00:00Z' };
  it.each([
    ['2026-12-19T23:59:59Z', 'upcoming'],
    ['2026-12-20T00:00:00Z', 'active'],
    ['2026-12-20T23:59:59Z', 'active'],
    ['2026-12-21T00:00:00Z', 'over'],
  ])('at %s is %s', (now, phase) => {
    expect(freezePhase(freeze, Date.parse(now))).toBe(phase);
  });

  it('is over once it was ended', () => {
    const ended = { ...freeze, endedAt: '2026-12-20T01:00:00Z' };
    expect(freezePhase(ended, Date.parse('2026-12-20T02:00:00Z'))).toBe('over');
  });
});

describe('what a person may send', () => {
  const freeze = {
    from: '2026-12-20T00:00:00+01:00',
    to: '2026-12-21T00:00:00Z',
    reason: 'Audit',
  };

  it.each([
    ['without a zone', { from: '2026-12-20T00:00:00' }, 'from'],
    ['that ends as it begins', { to: '2026-12-19T23:00:00Z' }, 'to'],
    ['without a reason', { reason: '  ' }, 'reason'],
    ['of no environment', { environments: [] }, 'environments'],
  ])('refuses a freeze %s, naming the field', (_name, more, field) => {
    const { error } = newFreezeSchema.safeParse({ ...freeze, ...more });
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
  });

  it('compares moments, not texts', () => {
    expect(newFreezeSchema.safeParse(freeze).success).toBe(true);
  });

  it.each([
    [true, 'team', 'group:default/payments'],
    [false, 'team', 'payments'],
    [true, 'template', 'template:default/database'],
    [false, 'template', 'group:default/payments'],
    [true, 'operation', 'database:create'],
    [false, 'operation', 'database'],
  ])('is %s for the %s %s', (valid, kind, value) => {
    const parsed = newExemptionSchema.safeParse({ kind, value, reason: 'x' });
    expect(parsed.success).toBe(valid);
  });
});
