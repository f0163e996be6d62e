import { RunsService } from '@self-service/plugin-runs-node';
import { RunContext } from '../run/RunContext';

/**
 * The head of a pull request that this run's own pull-request step made, if
 * one of ours did: what anybody pushed since then was not decided on.
 */
export async function findPinnedHead(
  run: RunContext,
  runs: RunsService,
  prUrl: string,
): Promise<string | undefined> {
  const effects = await runs.listEffects(run.taskId);
  const pullRequest = effects.find(
    ({ kind, reference }) =>
      kind === 'pull request' && reference?.url === prUrl,
  );
  const head = pullRequest?.reference?.headCommit;
  return typeof head === 'string' ? head : undefined;
}
