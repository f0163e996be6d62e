import { ResponseError } from '@backstage/errors';
import { useApi } from '@backstage/frontend-plugin-api';
import { ScaffolderTask } from '@backstage/plugin-scaffolder-common';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import {
  approvalsApiRef,
  ApprovalsApi,
  useApprovalsSignal,
  useLiveQuery,
  useNow,
} from '@self-service/plugin-approvals';
import { RunApprovals } from '@self-service/plugin-approvals-common';
import {
  Run,
  RunStatus,
  Suspension,
  toRunStatus,
} from '@self-service/plugin-runs-common';
import { useCallback, useMemo, useState } from 'react';
import { runsApiRef } from '../api/RunsApi';
import { deriveSteps } from '../steps/deriveSteps';
import { RunView } from '../steps/types';
import { useRunSignal } from './useRunSignal';
import { useTaskEvents } from './useTaskEvents';

const ACTIVE_POLL_MILLISECONDS = 5_000;
const ENDED_POLL_MILLISECONDS = 30_000;
const CLOCK_MILLISECONDS = 1_000;

/** Everything that the page of a run shows. */
export interface RunState {
  task: ScaffolderTask;
  status: RunStatus;
  view: RunView;
  run: Run;
  approvals: RunApprovals;
  /** The newest suspension, if there was any. */
  suspension?: Suspension;
  /** Milliseconds since the epoch, renewed while the run is active. */
  now: number;
}

/** Whether a run may still change by itself. */
export function isActive(status: RunStatus): boolean {
  return ['queued', 'running', 'waiting', 'rolling-back'].includes(status);
}

/** Approvals of a run; none where the reader may not read them. */
async function readApprovals(
  approvalsApi: ApprovalsApi,
  taskId: string,
  signal: AbortSignal,
): Promise<RunApprovals> {
  try {
    return await approvalsApi.getRunApprovals(taskId, { signal });
  } catch (error) {
    if (
      error instanceof ResponseError &&
      (error.statusCode === 403 || error.statusCode === 404)
    ) {
      return { decisions: [], requests: [] };
    }
    throw error;
  }
}

function findNewest(suspensions: Suspension[]): Suspension | undefined {
  return [...suspensions].sort((left, right) =>
    right.createdAt.localeCompare(left.createdAt),
  )[0];
}

/**
 * Follows one run: its task, its waits, its approvals and its events, through
 * every wait and without a reload.
 *
 * @returns `state` as soon as everything was read once; `error` of the last
 * reading; `refresh` reads again
 */
export function useRun(taskId: string): {
  state?: RunState;
  error?: Error;
  refresh: () => Promise<void>;
} {
  const scaffolderApi = useApi(scaffolderApiRef);
  const runsApi = useApi(runsApiRef);
  const approvalsApi = useApi(approvalsApiRef);
  const [isLive, setLive] = useState(true);

  const load = useCallback(
    async (signal: AbortSignal) => {
      const [task, run, approvals] = await Promise.all([
        scaffolderApi.getTask(taskId),
        runsApi.getRun(taskId, { signal }),
        readApprovals(approvalsApi, taskId, signal),
      ]);
      return { task, run, approvals };
    },
    [scaffolderApi, runsApi, approvalsApi, taskId],
  );
  const runSignal = useRunSignal(taskId);
  const approvalsSignal = useApprovalsSignal();
  const signal = useMemo(
    () => ({ runSignal, approvalsSignal }),
    [runSignal, approvalsSignal],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    everyMilliseconds: isLive
      ? ACTIVE_POLL_MILLISECONDS
      : ENDED_POLL_MILLISECONDS,
    signal,
  });

  const suspension = value && findNewest(value.run.suspensions);
  const events = useTaskEvents(
    taskId,
    [
      value?.task.status,
      value?.task.lastHeartbeatAt,
      suspension?.id,
      suspension?.status,
    ].join(' '),
  );
  const now = useNow(isLive ? CLOCK_MILLISECONDS : undefined);
  const view = useMemo(
    () =>
      value &&
      deriveSteps(value.task.spec.steps, events, value.run.suspensions, {
        now,
        isTaskActive: ['open', 'processing'].includes(value.task.status),
      }),
    [value, events, now],
  );
  if (!value || !view) {
    return { error, refresh };
  }
  const taskStatus = toRunStatus(value.task.status, suspension);
  // A task that a person cancelled ends as `failed` in the stock scaffolder.
  const status =
    taskStatus === 'failed' && view.isCancelled ? 'cancelled' : taskStatus;
  if (isActive(status) !== isLive) {
    setLive(isActive(status));
  }
  return {
    state: { ...value, status, view, suspension, now },
    error,
    refresh,
  };
}
