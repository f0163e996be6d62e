import { ConflictError } from '@backstage/errors';
import { RunPhase } from '@self-service/plugin-runs-common';
import { RunStore } from '../database/RunStore';
import { RunHints } from './RunHints';

const REASONS: Record<RunPhase, string> = {
  active: 'is running',
  completed: 'is completed',
  failed: 'has failed',
  cancelled: 'was cancelled',
  held: 'has failed and is held',
  'rolling-back': 'is being rolled back',
  'rolled-back': 'was rolled back',
  'rollback-failed': 'is being rolled back',
};

/**
 * @param deps.hints - for a look at the run: somebody may have opened it again
 * @param consequence - what it can't do any more, for people
 * @throws ConflictError - the run may not act: it was cancelled, is rolled
 * back, or has ended
 */
export async function assertActive(
  deps: { runs: RunStore; hints: RunHints },
  taskId: string,
  consequence: string,
): Promise<void> {
  const { runs, hints } = deps;
  let phase = await runs.findClosed(taskId);
  const mayBeOpen = phase === 'held' || phase === 'failed';
  if (mayBeOpen) {
    await hints.follow(taskId);
    phase = await runs.findClosed(taskId);
  }
  if (phase !== undefined) {
    const remedy = mayBeOpen
      ? 'Press Retry on its page, or start a new one.'
      : 'Start a new one.';
    throw new ConflictError(
      `Run ${taskId} ${REASONS[phase]}${consequence} ${remedy}`,
    );
  }
}
