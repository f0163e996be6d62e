import { StepReport } from '@self-service/plugin-runs-common';
import { StepView } from './types';

/** Outcomes after which the step was tried once more, or may have been. */
const TRIES: StepReport['outcome'][] = ['failed', 'retrying', 'asked'];

function sortByTime(reports: readonly StepReport[]): StepReport[] {
  return [...reports].sort((left, right) => left.at.localeCompare(right.at));
}

/**
 * Lays over the steps what they have told of their own failures: the stock
 * events of a step that was skipped or done by a person read like a success.
 * Pure.
 *
 * @param steps - as derived from the events
 * @param reports - of the runs backend, in any order
 */
export function applyReports(
  steps: readonly StepView[],
  reports: readonly StepReport[],
): StepView[] {
  const ordered = sortByTime(reports);
  return steps.map(step => {
    const own = ordered.filter(({ stepId }) => stepId === step.id);
    const report = own[own.length - 1];
    if (!report) {
      return step;
    }
    const failures = own.filter(({ outcome }) => TRIES.includes(outcome));
    const isTriedAgain = step.state === 'completed' || step.state === 'running';
    return {
      ...step,
      state:
        step.state === 'completed' && report.outcome === 'skipped'
          ? 'skipped'
          : step.state,
      report,
      tries: isTriedAgain ? failures.length + 1 : failures.length,
    };
  });
}
