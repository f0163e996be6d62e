import { NotFoundError } from '@backstage/errors';
import { StoredSuspension } from '../database/SuspensionStore';
import { ScaffolderRuns, TaskLook } from './ScaffolderRuns';

type Parked = Pick<StoredSuspension, 'parkEventId' | 'cancelsSent'>;

/**
 * Whether a person cancelled the attempt that parks or is parked: there is a
 * `cancelled` event after the park's own, or more of them than we sent.
 *
 * @remarks
 * An attempt that was killed between our note to cancel and the cancel, and
 * that a person then cancelled within the seconds until its recovery, can't
 * be told from one that we cancelled: it counts as ours, and the run waits.
 */
export function isCancelledByPerson(row: Parked, look: TaskLook): boolean {
  const { parkEventId } = row;
  return parkEventId === undefined
    ? look.cancelledEventIds.length > row.cancelsSent
    : look.cancelledEventIds.some(id => id > parkEventId);
}

/** Whether the attempt that was parked is still the task's newest. */
export function isStillParked(row: Parked, look: TaskLook): boolean {
  return (
    row.parkEventId !== undefined &&
    (look.cancelledEventIds.includes(row.parkEventId) ||
      look.completionEventId === row.parkEventId)
  );
}

/** The event by whose absence a newer attempt will be known. */
export function findParkEvent(look: TaskLook): number | undefined {
  return look.cancelledEventIds.at(-1) ?? look.completionEventId;
}

/**
 * Whether a person's cancel came between our last look and our retry, which
 * deleted it: it is gone, and no attempt began between the park and it.
 *
 * @param cancelEventId - as the event told
 */
export function isLostCancel(
  row: Parked,
  look: TaskLook,
  cancelEventId: number,
): boolean {
  const { parkEventId } = row;
  return (
    parkEventId !== undefined &&
    cancelEventId > parkEventId &&
    !look.cancelledEventIds.includes(cancelEventId) &&
    !look.recoveredEventIds.some(id => id > parkEventId && id < cancelEventId)
  );
}

/** Whether the newest attempt was told to end. */
export function isBeingCancelled({
  cancelledEventIds,
  recoveredEventIds,
}: TaskLook): boolean {
  return (cancelledEventIds.at(-1) ?? 0) > (recoveredEventIds.at(-1) ?? 0);
}

/** Looks at a task; one that is gone counts as one that has failed. */
export async function lookAtTask(
  scaffolderRuns: ScaffolderRuns,
  taskId: string,
): Promise<TaskLook> {
  try {
    return await scaffolderRuns.look(taskId);
  } catch (error) {
    if (!(error instanceof NotFoundError)) {
      throw error;
    }
    return {
      status: 'failed',
      terminal: true,
      completed: false,
      cancelledEventIds: [],
      recoveredEventIds: [],
    };
  }
}
