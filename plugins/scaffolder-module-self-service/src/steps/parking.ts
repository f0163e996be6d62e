import { Suspension } from '@self-service/plugin-runs-common';
import { RunEvent } from './types';

const SECOND = 1000;

/** Whether the run is parked at this suspension, or about to be. */
export function isWaiting(suspension: Suspension): boolean {
  return suspension.status === 'parking' || suspension.status === 'parked';
}

/** Whether an event is from after the beginning of the wait. */
function isSince(event: RunEvent, suspension: Suspension): boolean {
  return (
    Date.parse(event.createdAt) >= Date.parse(suspension.createdAt) - SECOND
  );
}

/**
 * Tells whether a resume is known of which the events that are known say
 * nothing yet: they still end with the parking.
 */
export function isAheadOfEvents(
  suspension: Suspension,
  events: readonly RunEvent[],
): boolean {
  const since = events.filter(event => isSince(event, suspension));
  return (
    suspension.status === 'resumed' &&
    !since.some(({ type }) => type === 'recovered') &&
    since.some(
      ({ type, body }) =>
        type === 'log' &&
        body.stepId === suspension.stepId &&
        body.status === 'failed',
    )
  );
}

/**
 * Tells whether an event of the suspended step only says that the step has
 * parked: the step throws to let its worker go, and the scaffolder reports
 * that as a failure.
 *
 * @remarks
 * The event carries no mark. In the last attempt the suspension's status
 * tells; in an earlier one the time does: what fails between the beginning of
 * the wait and its end is the parking. SQLite keeps event times in whole
 * seconds, hence the second at the beginning.
 */
export function isParkNoise(
  event: RunEvent,
  suspension: Suspension,
  isLastAttempt: boolean,
): boolean {
  const { status } = event.body;
  if (status !== 'failed' && status !== 'cancelled') {
    return false;
  }
  if (!isSince(event, suspension)) {
    return false;
  }
  if (isLastAttempt) {
    return suspension.status !== 'resumed';
  }
  return (
    suspension.resumedAt === undefined ||
    Date.parse(event.createdAt) < Date.parse(suspension.resumedAt)
  );
}
