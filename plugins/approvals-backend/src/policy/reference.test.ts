import { fixture } from './__testUtils__/cases';
import {
  anyData,
  anyInput,
  hostileValues,
  spoil,
} from './__testUtils__/generate';
import { Random } from './__testUtils__/random';
import { referenceDecision } from './__testUtils__/reference';
import { loadRawPolicy, type RawPolicy } from './__testUtils__/shippedBundle';

type Result = ReturnType<typeof referenceDecision> & {
  reasons: { code: string }[];
};

function comparable(result: unknown) {
  const { reasons, ...rest } = result as Result;
  return { ...rest, codes: reasons.map(({ code }) => code) };
}

const isNumber = (value: unknown) => typeof value === 'number';
const isFilled = (value: unknown) => typeof value === 'string' && value !== '';
const isList = (value: unknown) => Array.isArray(value);
const isFilledList = (value: unknown) =>
  Array.isArray(value) && value.every(isFilled);
const isNothing = () => false;

/** What each setting must be for the policy to decide at all. */
const usable: Record<string, (value: unknown) => boolean> = {
  environments: value =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
  cost: isNothing,
  'cost.lead_from': isNumber,
  'cost.finance_above': isNumber,
  high_risk_operations: isList,
  compliance_operations: isList,
  freezes: value => Array.isArray(value) && value.length === 0,
  'freezes.0.from': isNothing,
  'freezes.0.to': isNothing,
  'freezes.0.environments': isList,
  approvers: isNothing,
  'approvers.finance': isFilledList,
  'approvers.security': isFilledList,
  'approvers.freeze': isFilledList,
  sla: isNothing,
  'sla.single': isNothing,
  'sla.multiple.due': isFilled,
  'sla.sequential.escalate_after': isFilled,
  escalate_to: isFilledList,
};

describe('the compiled policy against the reference', () => {
  let policy: RawPolicy;

  beforeAll(async () => {
    policy = await loadRawPolicy();
  });

  it('agrees on 2,000 readable requests', () => {
    const random = new Random(1);
    const seen = new Map<string, number>();
    for (let round = 0; round < 100; round++) {
      const approval = anyData(random);
      const data = { approval };
      for (let turn = 0; turn < 20; turn++) {
        const input = anyInput(random);
        const expected = referenceDecision(input, approval);
        expect({ input, approval, ...comparable(policy(input, data)) }).toEqual(
          {
            input,
            approval,
            ...expected,
          },
        );
        const key = 'type' in expected ? expected.type : expected.outcome;
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
    }
    // Chance must reach every kind of answer, or agreeing says little.
    expect([...seen.keys()].sort()).toEqual([
      'auto',
      'multiple',
      'sequential',
      'single',
    ]);
    expect(Math.min(...seen.values())).toBeGreaterThan(50);
  });

  it('agrees on 3,000 requests that are broken in some place', () => {
    const random = new Random(2);
    let data = { approval: anyData(random) };
    const seen = { 'auto-approve': 0, 'require-approval': 0, deny: 0 };
    for (let round = 0; round < 3000; round++) {
      if (round % 20 === 0) {
        // Half of the time nothing but the break itself stands in the way.
        const approval = anyData(random);
        const calm = {
          environments: { dev: { approval: false } },
          freezes: [],
        };
        data = {
          approval: random.chance(0.5) ? { ...approval, ...calm } : approval,
        };
      }
      const [environment] = Object.keys(data.approval.environments);
      const whole = anyInput(random);
      const request = { ...whole.request, environment };
      let input: unknown = random.chance(0.8)
        ? { ...whole, request: spoil(random, request) }
        : spoil(random, { ...whole, request });
      if (random.chance(0.3)) {
        input = spoil(random, input);
      }
      const expected = referenceDecision(input, data.approval);
      expect({ input, ...comparable(policy(input, data)) }).toEqual({
        input,
        ...expected,
      });
      seen[expected.outcome as keyof typeof seen] += 1;
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });

  it.each(Object.entries(usable))(
    'denies where data.approval.%s is not usable',
    (path, accepts) => {
      const refused = hostileValues.filter(value => !accepts(value));
      expect(refused.length).toBeGreaterThan(10);
      for (const value of refused) {
        const approval = structuredClone(fixture.approval);
        const keys = path.split('.');
        const last = keys.pop() as string;
        const holder = keys.reduce<Record<string, unknown>>(
          (inner, key) => inner[key] as Record<string, unknown>,
          approval,
        );
        holder[last] = value;
        expect({
          value,
          result: policy(fixture.input, { approval }),
        }).toMatchObject({
          value,
          result: {
            outcome: 'deny',
            reasons: expect.arrayContaining([
              expect.objectContaining({ code: 'invalid.data' }),
            ]),
          },
        });
      }
    },
  );

  it.each(hostileValues.map(value => [value]))(
    'denies %j as a whole input',
    value => {
      expect(policy(value, { approval: anyData(new Random(5)) })).toMatchObject(
        {
          outcome: 'deny',
        },
      );
    },
  );

  it('gives the same answer each time', () => {
    const data = { approval: anyData(new Random(6)) };
    const input = anyInput(new Random(7));
    const first = JSON.stringify(policy(input, data));
    for (let round = 0; round < 100; round++) {
      expect(JSON.stringify(policy(input, data))).toBe(first);
    }
  });
});
