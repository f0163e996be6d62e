import { Suspension } from '@self-service/plugin-runs-common';
import { z } from 'zod';
import { cleanLogText } from './cleanLogText';
import { isAheadOfEvents, isParkNoise, isWaiting } from './parking';
import { LogLine, RunEvent, RunView, SpecStep, StepView } from './types';

const completionSchema = z.object({
  output: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ message: z.string() }).optional(),
});

/** Ends the line of a step that is left out since one before it failed. */
const AFTER_FAILURE = / because (?:a|the) previous step (?:has )?failed/;

interface Draft extends Omit<StepView, 'log'> {
  log: LogLine[];
}

interface Attempt {
  completion?: RunEvent;
  cancellation?: RunEvent;
}

/** Lines that only repeat what the step's state says. */
const STATE_LINE = /^(Beginning step|Finished step|Skipping step) /;

function startStep(step: Draft, event: RunEvent) {
  step.startedAt ??= event.createdAt;
  step.endedAt = undefined;
  step.state = 'running';
}

function applyStatus(step: Draft, event: RunEvent) {
  switch (event.body.status) {
    case 'processing':
      startStep(step, event);
      break;
    case 'completed':
      // An attempt repeats this for what an earlier one had finished.
      if (step.state !== 'completed') {
        step.endedAt = event.createdAt;
      }
      step.state = 'completed';
      break;
    case 'failed':
      step.state = 'failed';
      step.endedAt = event.createdAt;
      break;
    case 'skipped':
      // After a failure it has not begun: a retry may still come to it.
      step.state = AFTER_FAILURE.test(event.body.message) ? 'open' : 'skipped';
      break;
    case 'cancelled':
      step.state = 'cancelled';
      step.endedAt = event.createdAt;
      break;
    default:
  }
}

function applyLog(
  step: Draft,
  event: RunEvent,
  suspension: Suspension | undefined,
  isLastAttempt: boolean,
) {
  if (suspension && isParkNoise(event, suspension, isLastAttempt)) {
    return;
  }
  applyStatus(step, event);
  const text = cleanLogText(event.body.message);
  if (text !== '' && !STATE_LINE.test(text)) {
    step.log.push({ id: event.id, at: event.createdAt, text });
  }
}

/** A new attempt begins: what had finished stays, the rest starts anew. */
function startAttempt(steps: Iterable<Draft>) {
  for (const step of steps) {
    if (step.state === 'failed' || step.state === 'cancelled') {
      // The time until somebody pressed Retry was not spent on the step.
      step.startedAt = undefined;
    }
    if (step.state !== 'completed') {
      step.state = 'open';
      step.endedAt = undefined;
    }
  }
}

function measureWait(suspension: Suspension, now: number): number {
  const end =
    suspension.resumedAt !== undefined ? Date.parse(suspension.resumedAt) : now;
  return Math.max(0, end - Date.parse(suspension.createdAt));
}

/** Lays over the steps what the runs backend knows of waits. */
function applySuspensions(
  steps: Draft[],
  suspensions: Map<string, Suspension>,
  now: number,
) {
  let isParked = false;
  for (const step of steps) {
    const suspension = suspensions.get(step.id);
    if (isParked && step.state !== 'completed') {
      // "Skipped because a previous step failed": the step before is parked.
      step.state = 'open';
      step.log = [];
    }
    if (!suspension) {
      continue;
    }
    step.waitedMilliseconds = measureWait(suspension, now);
    if (step.state === 'completed') {
      continue;
    }
    if (isWaiting(suspension)) {
      step.state = 'waiting';
      step.endedAt = undefined;
      isParked = true;
    } else if (suspension.status === 'resuming') {
      step.state = 'running';
      step.endedAt = undefined;
      isParked = true;
    } else if (suspension.status === 'cancelled') {
      step.state = 'cancelled';
    }
  }
  return isParked;
}

/** After a person's cancel the step that ran has failed only because of it. */
function applyCancellation(steps: Draft[], cancellation: RunEvent) {
  for (const step of steps) {
    if (step.state === 'failed' || step.state === 'running') {
      step.state = 'cancelled';
      step.endedAt ??= cancellation.createdAt;
    }
  }
}

/**
 * Derives what people see of a run from its events and its waits. Pure: the
 * same arguments give the same view.
 *
 * @remarks
 * The stock event stream of a parked and resumed run reads like a failure
 * followed by a second start: parking cancels the task, the step that parks
 * throws, later steps are skipped, and a retry deletes the `cancelled` and
 * `completion` events and adds `recovered`. Here the parked step is waiting,
 * later steps have not begun, and what had finished stays finished.
 *
 * @param steps - `spec.steps` of the task, in their order
 * @param events - all events known, in any order, each once
 * @param suspensions - of the runs backend
 * @param context.now - milliseconds since the epoch, for waits that go on
 * @param context.isTaskActive - whether the scaffolder's task is open or
 * processing
 */
export function deriveSteps(
  steps: readonly SpecStep[],
  events: readonly RunEvent[],
  suspensions: readonly Suspension[],
  context: { now: number; isTaskActive: boolean },
): RunView {
  const drafts = new Map<string, Draft>(
    steps.map(({ id, name, action }) => [
      id,
      { id, name: name || id, action, state: 'open', log: [] },
    ]),
  );
  const newestSuspension = new Map<string, Suspension>(
    [...suspensions]
      .sort((left, right) => left.createdAt.localeCompare(right.createdAt))
      .map(suspension => [
        suspension.stepId,
        context.isTaskActive && isAheadOfEvents(suspension, events)
          ? { ...suspension, status: 'resuming' as const }
          : suspension,
      ]),
  );
  const ordered = [...events].sort((left, right) => left.id - right.id);
  const lastStart = ordered
    .filter(({ type }) => type === 'recovered')
    .reduce((last, { id }) => Math.max(last, id), 0);
  let attempt: Attempt = {};

  for (const event of ordered) {
    const step = event.body.stepId ? drafts.get(event.body.stepId) : undefined;
    switch (event.type) {
      case 'recovered':
        attempt = {};
        startAttempt(drafts.values());
        break;
      case 'completion':
        attempt.completion = event;
        break;
      case 'cancelled':
        attempt.cancellation = event;
        break;
      default:
        if (step) {
          applyLog(
            step,
            event,
            newestSuspension.get(step.id),
            event.id > lastStart,
          );
        }
    }
  }

  const views = [...drafts.values()];
  const isParked = applySuspensions(views, newestSuspension, context.now);
  const isCancelled = !isParked && attempt.cancellation !== undefined;
  if (isCancelled && attempt.cancellation) {
    applyCancellation(views, attempt.cancellation);
  }
  const completion = completionSchema.safeParse(attempt.completion?.body).data;
  return {
    steps: views,
    output: completion?.output,
    error: isParked || isCancelled ? undefined : completion?.error?.message,
    endedAt: isParked ? undefined : attempt.completion?.createdAt,
    isCancelled,
  };
}
