import { ConflictError } from '@backstage/errors';
import { ScaffolderApi } from '@backstage/plugin-scaffolder-common';
import { Run } from '@self-service/plugin-runs-common';
import { RunsApi } from '../api/RunsApi';
import { FormResult } from './runDecorators';

const POLL_MILLISECONDS = 1_000;
const LINK_ATTEMPTS = 5;

/** What a submit needs from outside. */
export interface SubmitTools {
  runsApi: RunsApi;
  scaffolderApi: Pick<ScaffolderApi, 'scaffold'>;
  /** Waits so many milliseconds; rejects when the page is left. */
  pause: (milliseconds: number) => Promise<void>;
  /** Is told how the rollback of the earlier run stands. */
  onRollback: (run: Run) => void;
}

/** Whether submitting the form anew has to roll an earlier run back. */
export function isReplaceable(run: Run): boolean {
  return run.state?.options.resubmit.allowed === true;
}

async function rollBack(taskId: string, tools: SubmitTools): Promise<void> {
  const { runsApi, pause, onRollback } = tools;
  let run = await runsApi.getRun(taskId);
  if (run.state?.options.rollback.allowed) {
    await runsApi.rollBack(taskId);
    run = await runsApi.getRun(taskId);
  }
  while (run.state?.phase === 'rolling-back') {
    onRollback(run);
    await pause(POLL_MILLISECONDS);
    run = await runsApi.getRun(taskId);
  }
  if (run.state?.phase === 'rollback-failed') {
    onRollback(run);
    throw new ConflictError(
      'Something of the earlier run could not be undone, so this one was not started',
    );
  }
}

/** The new run is known to the backend a moment after it was submitted. */
async function link(
  taskId: string,
  replaced: string,
  tools: SubmitTools,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await tools.runsApi.replace(taskId, replaced);
      return;
    } catch (error) {
      if (attempt === LINK_ATTEMPTS) {
        throw error;
      }
      await tools.pause(POLL_MILLISECONDS);
    }
  }
}

/**
 * Starts a run with corrected values in place of an earlier one.
 *
 * @remarks
 * The earlier run is rolled back first: as long as its database `orders`
 * exists, the new run can't make one of that name. It is linked last; a run
 * that could not be linked still runs.
 *
 * @param replaced - task id of the earlier run
 * @returns task id of the new run, and why it could not be linked, if so
 * @throws ConflictError - the earlier run could not be rolled back; nothing
 * was started
 */
export async function submitReplacement(
  templateRef: string,
  result: FormResult,
  replaced: string,
  tools: SubmitTools,
): Promise<{ taskId: string; linkError?: Error }> {
  await rollBack(replaced, tools);
  const { taskId } = await tools.scaffolderApi.scaffold({
    templateRef,
    ...result,
  });
  try {
    await link(taskId, replaced, tools);
    return { taskId };
  } catch (error) {
    return { taskId, linkError: error as Error };
  }
}
