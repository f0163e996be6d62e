import { digestOf } from './digest';
import { injectGate } from './injectGate';

const selfService = {
  operation: 'database:create',
  environment: 'dev',
  cost: 1,
};
const declared = { selfService, selfServiceDigest: digestOf(selfService) };
const injected = {
  id: 'self-service-gate',
  name: 'Approval',
  action: 'approval:request',
  input: declared,
};

describe('injectGate', () => {
  it('puts a gate in front, and pins the ids that steps would have had', () => {
    expect(
      injectGate(
        [
          { action: 'fetch:template' },
          { id: 'pr', action: 'publish:github:pull-request' },
          { action: 'debug:log' },
        ],
        selfService,
      ),
    ).toEqual([
      injected,
      { id: 'step-1', action: 'fetch:template' },
      { id: 'pr', action: 'publish:github:pull-request' },
      { id: 'step-3', action: 'debug:log' },
    ]);
  });

  it('leaves a gate where its author put it, and gives it the declaration', () => {
    expect(
      injectGate(
        [
          { action: 'github:pull-request' },
          {
            id: 'ask',
            action: 'approval:request',
            input: { prUrl: '${{ x }}', selfService: { operation: 'mine' } },
          },
        ],
        selfService,
      ),
    ).toEqual([
      { action: 'github:pull-request' },
      {
        id: 'ask',
        action: 'approval:request',
        input: { prUrl: '${{ x }}', ...declared },
      },
    ]);
  });

  it('takes facts away that an author wrote at a gate of a template without a declaration', () => {
    expect(
      injectGate(
        [
          {
            action: 'approval:request',
            input: { selfService, selfServiceDigest: 'x' },
          },
        ],
        undefined,
      ),
    ).toEqual([{ action: 'approval:request', input: {} }]);
  });

  it.each([
    ['a condition', { if: '${{ parameters.urgent }}' }],
    ['an iteration', { each: [] }],
    ['a permission tag', { 'backstage:permissions': { tags: ['x'] } }],
  ])('does not take a gate with %s for one', (_, extra) => {
    const steps = injectGate(
      [{ id: 'ask', action: 'approval:request', ...extra }],
      selfService,
    );
    expect(steps.map(({ id }) => id)).toEqual(['self-service-gate', 'ask']);
  });

  it('does not take a gate behind a creating step for one', () => {
    const steps = injectGate(
      [{ action: 'publish:github' }, { action: 'approval:request' }],
      selfService,
    );
    expect(steps.map(({ action }) => action)).toEqual([
      'approval:request',
      'publish:github',
      'approval:request',
    ]);
  });
});

describe('digestOf', () => {
  it('depends on the content, not on the order of keys', () => {
    expect(digestOf({ a: 1, b: { c: [1, 2], d: 2 } })).toBe(
      digestOf({ b: { d: 2, c: [1, 2] }, a: 1 }),
    );
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }));
  });
});
