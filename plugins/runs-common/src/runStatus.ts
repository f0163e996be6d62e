import { z } from 'zod';
import { RunPhase, runStatusSchema } from './runs';
import { Suspension } from './suspensions';

/** Status of a run as shown to people. @public */
export type RunStatus = z.infer<typeof runStatusSchema>;

/**
 * The status that people see, from the stock task status and what the runs
 * backend knows: a parked task reads `failed` or `cancelled` in the stock
 * scaffolder, but its run is waiting. An unknown stock status is
 * `needs-attention`.
 *
 * @param taskStatus - `open`, `processing`, `completed`, `failed`,
 * `cancelled` or `skipped`
 * @param suspension - the run's newest suspension
 * @param phase - what the runs backend has made of it, where it knows the run
 * @public
 */
export function toRunStatus(
  taskStatus: string,
  suspension?: Pick<Suspension, 'status' | 'attention'>,
  phase: RunPhase = 'active',
): RunStatus {
  switch (phase) {
    case 'held':
    case 'rollback-failed':
      return 'needs-attention';
    case 'active':
      break;
    default:
      return phase;
  }
  if (taskStatus === 'completed') {
    return 'completed';
  }
  if (suspension?.attention) {
    return 'needs-attention';
  }
  switch (suspension?.status) {
    case 'parking':
    case 'parked':
      return 'waiting';
    case 'resuming':
      return 'running';
    case 'cancelled':
      return 'cancelled';
    default:
  }
  switch (taskStatus) {
    case 'open':
      return 'queued';
    case 'processing':
      return 'running';
    case 'failed':
    case 'cancelled':
      return taskStatus;
    default:
      return 'needs-attention';
  }
}
