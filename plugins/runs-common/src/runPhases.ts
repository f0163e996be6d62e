import { RunPhase } from './runs';

/**
 * The transitions that the phase of a run may take.
 *
 * @remarks
 * `failed` and `cancelled` can still become `held`: something of the run came
 * to exist, or was found to, after it ended; and the other way round, where
 * all that may have existed turned out not to. A run that was cancelled or
 * rolled back never acts again.
 *
 * @public
 */
export const RUN_PHASE_TRANSITIONS: Record<RunPhase, readonly RunPhase[]> = {
  active: ['completed', 'failed', 'cancelled', 'held', 'rolling-back'],
  completed: [],
  failed: ['active', 'held', 'rolling-back'],
  cancelled: ['held', 'rolling-back'],
  held: ['active', 'failed', 'cancelled', 'rolling-back'],
  'rolling-back': ['rolled-back', 'rollback-failed'],
  'rolled-back': [],
  'rollback-failed': ['rolling-back'],
};
