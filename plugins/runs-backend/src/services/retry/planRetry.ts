import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import { Effect, RetryStep } from '@self-service/plugin-runs-common';
import { TaskEvent } from '../TaskReader';

/**
 * What a retry would do with each step: those that have finished are kept,
 * those that had begun run again, the others follow.
 *
 * @remarks
 * The scaffolder (with task recovery) skips what has finished in any attempt.
 * A step that has parked reads as failed and finishes in a later attempt; one
 * that its condition skipped never begins. One of those before the step that
 * failed has nothing left to do, like what is kept.
 *
 * @param steps - of the task, in their order
 * @param events - of the task, of all its attempts
 * @param effects - of the run
 */
export function planRetry(
  steps: TaskSpec['steps'],
  events: readonly TaskEvent[],
  effects: readonly Effect[],
): RetryStep[] {
  const having = (...statuses: string[]) =>
    new Set(
      events
        .filter(
          ({ type, body }) =>
            type === 'log' && statuses.includes(body.status ?? ''),
        )
        .map(({ body }) => body.stepId),
    );
  const finished = having('completed');
  const begun = having('processing', 'failed', 'cancelled');
  const plans = steps.map(({ id }): RetryStep['plan'] => {
    if (finished.has(id)) {
      return 'kept';
    }
    return begun.has(id) ? 'again' : 'next';
  });
  const failed = plans.indexOf('again');
  return steps.map(({ id, name, action }, position) => ({
    stepId: id,
    name: name ?? id,
    action,
    plan:
      position < failed && plans[position] === 'next'
        ? 'kept'
        : plans[position],
    effects: effects.filter(({ stepId }) => stepId === id),
  }));
}
