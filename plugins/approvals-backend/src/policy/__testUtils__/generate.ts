import type { Random } from './random';

const teams = ['group:default/a', 'group:default/b', 'group:x/Ä', 'group:x/𝄞'];
const environments = ['dev', 'staging', 'production', 'eu west', '__proto__'];
const operations = ['db:create', 'db:delete', 'audit:export', 'iam:modify'];
const costs = [0, 1, 99.99, 100, 100.01, 499.99, 500, 500.01, 1e12];
const times = [
  '2026-11-22T10:00:00Z',
  '2026-12-19T23:59:59Z',
  '2026-12-20T00:00:00Z',
  '2026-12-31T12:00:00Z',
  '2027-01-03T00:00:00Z',
];

/** Values that have no business where a fact or a setting is expected. */
export const hostileValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  -0.0001,
  1e308,
  '',
  ' ',
  '0',
  '50',
  'dev',
  'dev\u0000',
  'constructor',
  'a'.repeat(5000),
  [],
  {},
  [[]],
  [null],
  ['group:default/a'],
  { '0': 'group:default/a', length: 1 },
  { ref: 'user:default/jane' },
  { approval: false },
  '2026-11-22T10:00:00.000Z',
  '9999-99-99T99:99:99Z',
];

/** Data as the contract has it, with other settings each time. */
export function anyData(random: Random) {
  const from = random.pick([0, 50, 100]);
  const guarded = Object.fromEntries(
    environments.map(name => [
      name,
      random.pick<unknown>([
        { approval: false },
        { approval: false },
        { approval: true },
        { approval: 'false' },
        {},
        null,
      ]),
    ]),
  );
  return {
    environments: guarded,
    cost: {
      currency: 'USD',
      lead_from: from,
      finance_above: random.pick([from, 500, 20]),
    },
    high_risk_operations: random.some(operations, 2),
    compliance_operations: random.some(operations, 1),
    freezes: Array.from(
      { length: Math.floor(random.next() * 3) },
      (_, index) => ({
        id: `freeze-${index}`,
        from: random.pick(times),
        to: random.pick(times),
        reason: 'Frozen',
        ...(random.chance(0.5) && {
          environments: random.some(environments, 2),
        }),
      }),
    ),
    approvers: {
      finance: random.some(['group:default/f', 'group:default/g'], 2),
      security: ['group:default/security'],
      freeze: ['group:default/change'],
    },
    sla: {
      single: { due: 'PT4H', escalate_after: 'PT2H' },
      multiple: { due: 'PT8H', escalate_after: 'PT4H' },
      sequential: { due: 'PT24H', escalate_after: 'PT8H' },
    },
    escalate_to: random.some(['group:default/platform'], 1),
  };
}

/** An input in which every fact can be read; some approve, some ask. */
export function anyInput(random: Random) {
  const own = random.chance(0.7) ? teams : random.some(teams, 3);
  return {
    now: random.pick(times),
    request: {
      template: 'template:default/any',
      operation: random.pick([...operations, 'db:create', 'db:create']),
      environment: random.pick(environments),
      monthlyCost: random.chance(0.6)
        ? random.pick([0, 1])
        : random.pick(costs),
      team: random.pick(teams),
      ...(random.chance(0.7) && { affectedTeams: random.some(teams, 4) }),
      requester: {
        ref: 'user:default/jane',
        ...(random.chance(0.9) && { teams: own }),
      },
      parameters: { name: 'orders' },
    },
  };
}

/** Breaks a value in one random place: replaced, removed, or a key added. */
export function spoil(random: Random, value: unknown): unknown {
  if (
    typeof value !== 'object' ||
    value === null ||
    Object.keys(value).length === 0 ||
    random.chance(0.15)
  ) {
    return random.pick(hostileValues);
  }
  if (Array.isArray(value)) {
    const index = Math.floor(random.next() * value.length);
    return value.map((item, at) => (at === index ? spoil(random, item) : item));
  }
  const entries = new Map(Object.entries(value));
  const key = random.pick([...entries.keys()]);
  if (random.chance(0.3)) {
    entries.delete(key);
  } else {
    entries.set(key, spoil(random, entries.get(key)));
  }
  return Object.fromEntries(entries);
}
