import {
  AlternativeCandidate,
  chooseAlternatives,
  listCandidates,
} from './alternatives';
import { Decision } from './decision';
import { SelfServiceSpec } from './selfServiceSpec';

const spec: SelfServiceSpec = {
  operation: 'database:create',
  environment: { parameter: 'environment' },
  team: { parameter: 'owner' },
  affects: ['group:default/a'],
  cost: { parameter: 'size', monthly: { small: 50 } },
};
const form = {
  properties: {
    environment: { title: 'Environment', enum: ['dev', 'production'] },
    size: { title: 'Size', enum: ['small', 'large'], enumNames: ['S', 'L'] },
    owner: { type: 'string' },
  },
};

function decision(...kinds: string[]): Decision {
  const common = { risk: 'low' as const, reasons: [], warnings: [] };
  return kinds.length === 0
    ? { ...common, outcome: 'auto-approve', type: 'auto', stages: [] }
    : {
        ...common,
        outcome: 'require-approval',
        type: 'multiple',
        stages: kinds.map((kind, index) => ({
          id: `${kind}-${index}`,
          kind,
          approvers: [],
          quorum: 1,
          due: 'PT4H',
          escalateAfter: 'PT2H',
          escalateTo: [],
          reasons: ['x'],
        })),
      };
}

const denied: Decision = {
  outcome: 'deny',
  stages: [],
  reasons: [{ code: 'no', dimension: 'x', params: {} }],
  warnings: [],
};

describe('listCandidates', () => {
  it('has every other choice of the fields that facts are read from', () => {
    expect(
      listCandidates({
        spec,
        form,
        parameters: { size: 'large', environment: 'moon', owner: 'x' },
      }),
    ).toEqual([
      {
        parameter: 'size',
        title: 'Size',
        value: 'small',
        valueTitle: 'S',
        instead: 'L',
      },
      ...['dev', 'production'].map(value => ({
        parameter: 'environment',
        title: 'Environment',
        value,
        valueTitle: value,
        instead: 'moon',
      })),
    ]);
  });

  it('stops at twenty, so that no form keeps the policy busy', () => {
    const many = Array.from({ length: 500 }, (_, index) => index);
    const candidates = listCandidates({
      spec,
      form: { properties: { size: { enum: many } } },
      parameters: {},
    });
    expect(candidates).toHaveLength(20);
  });

  it('has none without a declaration', () => {
    expect(listCandidates({ spec: undefined, form, parameters: {} })).toEqual(
      [],
    );
  });
});

describe('chooseAlternatives', () => {
  const candidate: AlternativeCandidate = {
    parameter: 'size',
    title: 'Size',
    value: 'small',
    valueTitle: 'Small',
    instead: 'Large',
  };
  const texts = (current: Decision, ...others: Decision[]) =>
    chooseAlternatives(
      current,
      others.map(other => ({ candidate, decision: other })),
    ).map(({ text, avoids }) => [text, avoids]);

  it('puts what needs nobody first, then what needs fewer', () => {
    expect(
      texts(
        decision('team-lead', 'team-lead', 'finance'),
        decision('team-lead'),
        decision('team-lead', 'team-lead', 'finance'),
        denied,
        decision(),
      ),
    ).toEqual([
      [
        'Size: Small instead of Large needs no approval',
        ['team-lead', 'team-lead', 'finance'],
      ],
      [
        'Size: Small instead of Large needs no approval of team-lead, finance',
        ['team-lead', 'finance'],
      ],
    ]);
  });

  it('offers a way out of a denial', () => {
    expect(texts(denied, denied, decision('finance'))).toEqual([
      ['Size: Small instead of Large is not denied', []],
    ]);
  });

  it('offers nothing where nobody is asked', () => {
    expect(texts(decision(), decision())).toEqual([]);
  });
});
