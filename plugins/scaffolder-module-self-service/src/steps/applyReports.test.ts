import { StepReport } from '@self-service/plugin-runs-common';
import { applyReports } from './applyReports';
import { StepState, StepView } from './types';

const PROBLEM = {
  what: 'The registry is down.',
  whose: 'vendor' as const,
  canPass: true,
  remedy: 'Wait.',
};

function makeStep(state: StepState): StepView {
  return { id: 'a', name: 'A', action: 'a:do', state, log: [] };
}

function makeReport(
  outcome: StepReport['outcome'],
  second: number,
  stepId = 'a',
): StepReport {
  return {
    stepId,
    outcome,
    problem: PROBLEM,
    at: `2026-11-22T10:00:0${second}Z`,
  };
}

describe('applyReports', () => {
  it.each<[string, StepState, StepReport[], StepState, number | undefined]>([
    ['nothing reported', 'completed', [], 'completed', undefined],
    [
      'another step',
      'completed',
      [makeReport('skipped', 1, 'b')],
      'completed',
      undefined,
    ],
    ['skipped', 'completed', [makeReport('skipped', 1)], 'skipped', 1],
    [
      'skipped once, done since',
      'completed',
      [makeReport('continued', 2), makeReport('skipped', 1)],
      'completed',
      1,
    ],
    [
      'worked at the third try',
      'completed',
      [makeReport('retrying', 1), makeReport('retrying', 2)],
      'completed',
      3,
    ],
    [
      'failed for good',
      'failed',
      [makeReport('retrying', 1), makeReport('failed', 2)],
      'failed',
      2,
    ],
    ['waits for a person', 'waiting', [makeReport('asked', 1)], 'waiting', 1],
  ])('%s', (_, state, reports, expected, tries) => {
    const [step] = applyReports([makeStep(state)], reports);

    expect(step.state).toBe(expected);
    expect(step.tries).toBe(tries);
  });

  it('keeps the newest report, whatever their order', () => {
    const [step] = applyReports(
      [makeStep('failed')],
      [makeReport('failed', 3), makeReport('retrying', 1)],
    );

    expect(step.report).toMatchObject({ outcome: 'failed', problem: PROBLEM });
  });
});
