import { createHash } from 'node:crypto';
import { toRunKey } from '@self-service/plugin-runs-node';

/**
 * The key under which a run reverts a pull request: the same for undoing the
 * apply and the pull request itself, so that there is one revert.
 */
export function toRevertKey(taskId: string, pullRequestUrl: string): string {
  const digest = createHash('sha256').update(pullRequestUrl).digest('hex');
  return toRunKey(taskId, 'revert', digest);
}
