import { Suspension } from '@self-service/plugin-runs-common';
import { StepDuration } from '../database/StepStore';
import { TaskEvent } from './TaskReader';

/** Waits for people say nothing about how long a step takes. */
const FOR_PEOPLE = ['approval', 'intervention'];

/**
 * How long each completed step took: its last attempt, and what it waited for
 * outside systems while it was parked.
 *
 * @param events - of the task, oldest first
 */
export function measureSteps(
  events: readonly TaskEvent[],
  suspensions: readonly Suspension[],
): StepDuration[] {
  const begun = new Map<string, number>();
  const seconds = new Map<string, number>();
  for (const { type, createdAt, body } of events) {
    const time = Date.parse(createdAt);
    if (type !== 'log' || !body.stepId || Number.isNaN(time)) {
      continue;
    }
    if (body.status === 'processing') {
      begun.set(body.stepId, time);
    }
    const start = begun.get(body.stepId);
    // A newer attempt repeats this for what an earlier one had finished.
    if (body.status === 'completed' && start !== undefined) {
      seconds.set(body.stepId, (time - start) / 1_000);
      begun.delete(body.stepId);
    }
  }
  return [...seconds].map(([stepId, worked]) => ({
    stepId,
    seconds: Math.max(0, worked) + waited(stepId, suspensions),
  }));
}

function waited(stepId: string, suspensions: readonly Suspension[]): number {
  return suspensions
    .filter(one => one.stepId === stepId)
    .filter(({ wait }) => !FOR_PEOPLE.includes(wait.kind))
    .map(({ createdAt, resumedAt }) =>
      resumedAt ? (Date.parse(resumedAt) - Date.parse(createdAt)) / 1_000 : 0,
    )
    .reduce((sum, one) => sum + Math.max(0, one), 0);
}
