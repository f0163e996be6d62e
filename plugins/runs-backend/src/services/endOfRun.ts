import {
  Problem,
  RunPhase,
  RunState,
  StepReport,
} from '@self-service/plugin-runs-common';
import { z } from 'zod';
import { RunChange, StoredRun } from '../database/RunStore';
import { after } from './leases';
import { TaskEvent } from './TaskReader';

/** How often the sweep looks at an active run that nothing tells of. */
export const LOOK_EVERY_MS = 30_000;

/** After an end, something may still turn up that was claimed before it. */
const LATE_EFFECT_MS = 120_000;
/** Most of the raw message that is kept. */
const MAX_RAW = 4_000;

const completionSchema = z.object({
  error: z.object({ message: z.string() }),
});

/**
 * What becomes of a run whose task has ended without being completed.
 *
 * @param end.hasEffects - something of it exists, or may exist
 */
export function decideEnd(end: {
  isCancelled: boolean;
  hasEffects: boolean;
  onFailure: 'hold' | 'rollback';
}): RunPhase {
  if (end.hasEffects) {
    return end.onFailure === 'rollback' ? 'rolling-back' : 'held';
  }
  return end.isCancelled ? 'cancelled' : 'failed';
}

/** What changes when a run ends, or turns out to have left something. */
export function toEnded(run: StoredRun, phase: RunPhase, now: Date): RunChange {
  const heldUntil =
    phase === 'held' ? after(now, run.holdHours * 3_600_000) : undefined;
  return {
    phase,
    endedAt: run.endedAt ?? now,
    heldUntil,
    remindedAt: undefined,
    nextLookAt: after(
      now,
      phase === 'failed' || phase === 'cancelled' ? LATE_EFFECT_MS : 0,
    ),
  };
}

/** What it takes to make an ended run active again. */
export function toReopened(now: Date): RunChange {
  return {
    phase: 'active',
    failure: undefined,
    heldUntil: undefined,
    remindedAt: undefined,
    endedAt: undefined,
    endedBy: undefined,
    endComment: undefined,
    nextLookAt: after(now, LOOK_EVERY_MS),
  };
}

/**
 * Why a run has failed: what its failed step reported, or else what the
 * scaffolder says, which is honest about not being understood.
 *
 * @param events - of the task, oldest first
 * @param reports - of the run's steps, oldest first
 */
export function describeFailure(
  events: readonly TaskEvent[],
  reports: readonly StepReport[],
): RunState['failure'] {
  const stepId = findFailedStep(events);
  const report = [...reports]
    .reverse()
    .find(
      one =>
        one.problem !== undefined &&
        (stepId === undefined || one.stepId === stepId),
    );
  if (report?.problem && report.outcome !== 'skipped') {
    return { stepId: report.stepId, problem: report.problem };
  }
  return { stepId, problem: describeUnknown(stepId, events) };
}

/** The last step that failed in the newest attempt. */
function findFailedStep(events: readonly TaskEvent[]): string | undefined {
  return [...events]
    .reverse()
    .find(({ type, body }) => type === 'log' && body.status === 'failed')?.body
    .stepId;
}

function describeUnknown(
  stepId: string | undefined,
  events: readonly TaskEvent[],
): Problem {
  const completion = [...events]
    .reverse()
    .find(({ type }) => type === 'completion');
  const raw = completionSchema.safeParse(completion?.body).data?.error.message;
  return {
    what: stepId
      ? `Step ${stepId} failed, and nobody has described this error yet.`
      : 'The run failed, and nobody has described this error yet.',
    whose: 'unknown',
    canPass: true,
    remedy:
      'Read the log of the step. Try again if it looks like something that passes; else ask the platform team.',
    ...(raw && { raw: raw.slice(0, MAX_RAW) }),
  };
}

/** When the owner of a held run is reminded: a quarter of the time is left. */
export function toReminderTime(heldUntil: Date, holdHours: number): Date {
  return after(heldUntil, (-holdHours * 3_600_000) / 4);
}
