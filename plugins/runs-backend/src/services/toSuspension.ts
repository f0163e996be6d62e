import { Suspension } from '@self-service/plugin-runs-common';
import { StoredSuspension } from '../database/SuspensionStore';

/** What people and other plugins see of a suspension. */
export function toSuspension(stored: StoredSuspension): Suspension {
  const { id, taskId, stepId, status, wait, title, url, attention } = stored;
  return {
    id,
    taskId,
    stepId,
    status,
    wait,
    title,
    url,
    attention,
    createdAt: stored.createdAt.toISOString(),
    resumedAt:
      status === 'resumed' ? stored.resumedAt?.toISOString() : undefined,
  };
}
