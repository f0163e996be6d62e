import {
  describeCost,
  describeCreations,
  describeGrants,
  describeWarnings,
  fillName,
  listIncomplete,
} from './formPreviewParts';
import { SelfServiceSpec } from './selfServiceSpec';

const spec: SelfServiceSpec = {
  operation: 'database:create',
  environment: { parameter: 'environment' },
  team: { parameter: 'owner' },
  cost: { parameter: 'size', monthly: { small: 50, medium: 400, large: 400 } },
  creates: [
    {
      kind: 'PostgreSQL database',
      name: { parameter: 'name' },
      capability: 'infrastructure',
    },
    { kind: 'Secret', name: '{environment}/{name}' },
  ],
  grants: ['read on databases/{name} to {owner}'],
};
const form = {
  properties: { size: { title: 'Size', enum: ['small', 'large'] } },
};

describe('parts of a preview', () => {
  it('names what is created as soon as all of the name is known', () => {
    expect(describeCreations(spec, { name: 'orders' })).toEqual([
      {
        kind: 'PostgreSQL database',
        name: 'orders',
        capability: 'infrastructure',
      },
      { kind: 'Secret', name: undefined, capability: undefined },
    ]);
    expect(fillName('{a}/{b}', { a: 1, b: 'x' })).toBe('1/x');
    expect(fillName('{a}/{b}', { a: 1, b: '' })).toBeUndefined();
    expect(describeGrants(spec, { name: 'orders' }, undefined)).toEqual([
      'read on databases/orders to …',
    ]);
  });

  it('names the team that gets access, once it is known', () => {
    const owned = { ...spec, grants: ['read on {name} to {owning team}'] };
    const describe = (team: string | undefined) =>
      describeGrants(owned, { name: 'orders' }, team);
    expect(describe('group:default/payments')).toEqual([
      'read on orders to payments',
    ]);
    expect(describe('group:acme/payments')).toEqual([
      'read on orders to acme/payments',
    ]);
    expect(describe(undefined)).toEqual(['read on orders to …']);
  });

  it('puts nothing but the value itself in the place of a name', () => {
    expect(fillName('x/{a}', { a: '$& {b}', b: 'no' })).toBe('x/$& {b}');
  });

  it('lists what facts need, each once, as long as it is empty', () => {
    expect(listIncomplete(spec, { environment: '', size: 'small' })).toEqual([
      'environment',
      'owner',
    ]);
    expect(listIncomplete({ ...spec, team: undefined, cost: 0 }, {})).toEqual([
      'environment',
    ]);
    expect(
      listIncomplete(
        { operation: 'database:delete', resource: { parameter: 'resource' } },
        {},
      ),
    ).toEqual(['resource']);
    expect(listIncomplete(undefined, {})).toEqual([]);
  });

  it('says of what the cost is made', () => {
    const of = (more: object, parameters = { size: 'small' }) =>
      describeCost({
        spec,
        form,
        monthly: 50,
        currency: 'USD',
        parameters,
        ...more,
      });
    expect(of({})).toEqual({
      monthly: 50,
      currency: 'USD',
      parts: [{ label: 'Size: small', monthly: 50 }],
    });
    expect(of({ spec: { ...spec, cost: 50 } })?.parts).toEqual([
      { label: 'Fixed price', monthly: 50 },
    ]);
    const aboutResource = {
      operation: 'database:delete',
      resource: { parameter: 'resource' },
    };
    expect(of({ spec: aboutResource })?.parts).toEqual([
      { label: 'What it costs now', monthly: 50 },
    ]);
    expect(of({ monthly: undefined })).toBeUndefined();
  });

  describe('warnings', () => {
    const now = new Date('2026-12-14T00:00:00Z');
    const freeze = {
      id: 'year-end',
      from: '2026-12-20T00:00:00Z',
      to: '2027-01-03T00:00:00Z',
      environments: ['production'],
    };
    const warn = (more: Partial<Parameters<typeof describeWarnings>[0]>) =>
      describeWarnings({
        spec,
        form,
        parameters: {},
        currency: 'USD',
        environment: 'production',
        freezes: [],
        warnings: [],
        now,
        ...more,
      });
    const codes = (more: Parameters<typeof warn>[0]) =>
      warn(more).map(({ code }) => code);

    it.each([
      ['the most expensive', { size: 'large' }, ['expensive-choice']],
      ['as expensive', { size: 'medium' }, ['expensive-choice']],
      ['a cheap one', { size: 'small' }, []],
      ['an unknown one', { size: 'constructor' }, []],
    ])('of %s choice', (_, parameters, expected) => {
      expect(codes({ parameters })).toEqual(expected);
    });

    it('is silent where everything costs the same', () => {
      const same = {
        ...spec,
        cost: { parameter: 'size', monthly: { small: 50, large: 50 } },
      };
      expect(codes({ spec: same, parameters: { size: 'large' } })).toEqual([]);
    });

    it.each([
      ['six days before', {}, 1],
      ['in another environment', { environment: 'dev' }, 0],
      ['while the environment is open', { environment: undefined }, 0],
      ['eight days before', { now: new Date('2026-12-11T23:59:59Z') }, 0],
      ['once it has begun', { now: new Date('2026-12-20T00:00:00Z') }, 0],
      [
        'for every environment',
        { freezes: [{ ...freeze, environments: undefined }] },
        1,
      ],
    ])('of a freeze %s', (_, more, count) => {
      expect(codes({ freezes: [freeze], ...more })).toEqual(
        Array(count).fill('freeze-ahead'),
      );
    });

    it('passes on what the policy says, in whatever form', () => {
      expect(
        warn({
          warnings: ['Beware', { code: 'x', message: 'Ouch' }, { odd: 1 }, 7],
        }),
      ).toEqual([
        { code: 'policy', text: 'Beware' },
        { code: 'x', text: 'Ouch' },
        { code: 'policy', text: '{"odd":1}' },
        { code: 'policy', text: '7' },
      ]);
    });
  });
});
