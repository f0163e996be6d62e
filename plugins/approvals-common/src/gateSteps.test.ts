import { GateStep, isGate, isGated } from './gateSteps';

const GATE: GateStep = { action: 'approval:request' };
const steps = (...actions: string[]): GateStep[] =>
  actions.map(action => ({ action }));

describe('isGate', () => {
  it.each<[GateStep, boolean]>([
    [GATE, true],
    [{ action: 'debug:log' }, false],
    [{ ...GATE, if: '${{ parameters.x }}' }, false],
    [{ ...GATE, if: true }, false],
    [{ ...GATE, each: [] }, false],
    [{ ...GATE, 'backstage:permissions': { tags: ['x'] } }, false],
  ])('%j: %s', (step, expected) => {
    expect(isGate(step)).toBe(expected);
  });
});

describe('isGated', () => {
  it.each<[string, GateStep[], boolean]>([
    ['first', [GATE, ...steps('vault:create-secret')], true],
    ['after rendering', [...steps('fetch:template'), GATE], true],
    ['after a pull request', [...steps('github:pull-request'), GATE], true],
    [
      'after a planned pull request',
      [...steps('terraform:plan', 'git:pull-request:create'), GATE],
      true,
    ],
    ['after something that creates', [...steps('publish:github'), GATE], false],
    ['after an unknown action', [...steps('acme:do'), GATE], false],
    ['after a step without an action', [{}, GATE], false],
    ['nowhere', steps('debug:log'), false],
    ['no steps', [], false],
    ['skippable', [{ ...GATE, if: 'x' }, ...steps('acme:do')], false],
    [
      'skippable, then a creating step, then a real one',
      [{ ...GATE, if: 'x' }, ...steps('acme:do'), GATE],
      false,
    ],
  ])('%s', (_name, list, expected) => {
    expect(isGated(list)).toBe(expected);
  });
});
