import { ResponseError } from '@backstage/errors';
import { useApi } from '@backstage/frontend-plugin-api';
import { LogEvent, ScaffolderTask } from '@backstage/plugin-scaffolder-common';
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
import { useCallback, useEffect, useMemo, useState } from 'react';
import { runsApiRef } from '../api/RunsApi';
import { applyReports } from '../steps/applyReports';
import { deriveSteps } from '../steps/deriveSteps';
import { RunView } from '../steps/types';
import { useRunSignal } from './useRunSignal';
import { useTaskEvents } from './useTaskEvents';

const ACTIVE_POLL_MILLISECONDS = 5_000;
const ENDED_POLL_MILLISECONDS = 30_000;
const CLOCK_MILLISECONDS = 1_000;

/** Everything that the page of a run shows. */
export interface ShownRun {
  task: ScaffolderTask;
  status: RunStatus;
  view: RunView;
  run: Run;
  approvals: RunApprovals;
  /** Why the approvals can't be renewed; `approvals` is what was known. */
  approvalsError?: Error;
  /** Every event of the run that is known, by id. */
  events: LogEvent[];
  /** Whether the log is known; until then nobody knows how the steps stand. */
  isLogRead: boolean;
  /** Why the log can't be read, or not be renewed. */
  logError?: Error;
  /** The newest suspension, if there was any. */
  suspension?: Suspension;
  /** Milliseconds since the epoch, renewed while the run is active. */
  now: number;
}

/** Whether a run may still change by itself. */
export function isActive(status: RunStatus): boolean {
  return ['queued', 'running', 'waiting', 'rolling-back'].includes(status);
}

/**
 * Whether the run may still finish what it has begun outside: not while it is
 * undone, nor while a person is asked because a step could not go on.
 */
export function isActing({
  status,
  suspension,
}: Pick<ShownRun, 'status' | 'suspension'>): boolean {
  return (
    isActive(status) &&
    status !== 'rolling-back' &&
    !(status === 'waiting' && suspension?.wait.kind === 'intervention')
  );
}

const NO_APPROVALS: RunApprovals = { decisions: [], requests: [] };

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
      return NO_APPROVALS;
    }
    throw error;
  }
}

function findNewest(suspensions: Suspension[]): Suspension | undefined {
  return [...suspensions].sort((left, right) =>
    right.createdAt.localeCompare(left.createdAt),
  )[0];
}

function deriveView(
  value: { task: ScaffolderTask; run: Run },
  events: LogEvent[],
  now: number,
): RunView {
  const { task, run } = value;
  // What was still waited for then is so no more.
  const endedAt =
    run.state && !isActive(run.state.status) ? run.state.endedAt : undefined;
  const view = deriveSteps(task.spec.steps, events, run.suspensions, {
    now: endedAt ? Date.parse(endedAt) : now,
    isTaskActive: ['open', 'processing'].includes(task.status),
  });
  const steps = applyReports(view.steps, run.state?.stepReports ?? []);
  // A step that parks is cancelled in the events a moment before its wait is
  // known here; had a person cancelled the run, its status would say so.
  const isParking = run.state !== undefined && isActive(run.state.status);
  return {
    ...view,
    steps: isParking
      ? steps.map(step =>
          step.state === 'cancelled'
            ? { ...step, state: 'running', endedAt: undefined }
            : step,
        )
      : steps,
  };
}

/** The backend's word, or where it does not know the run, what events say. */
function readStatus(
  value: { task: ScaffolderTask; run: Run },
  suspension: Suspension | undefined,
  view: RunView,
): RunStatus {
  if (value.run.state) {
    return value.run.state.status;
  }
  const status = toRunStatus(value.task.status, suspension);
  // A task that a person cancelled ends as `failed` in the stock scaffolder.
  return status === 'failed' && view.isCancelled ? 'cancelled' : status;
}

/**
 * Follows one run: its task, its waits, its approvals and its events, through
 * every wait and without a reload.
 *
 * @returns `state` as soon as everything was read once; `error` of the last
 * reading; `refresh` reads again
 */
export function useRun(taskId: string): {
  state?: ShownRun;
  error?: Error;
  refresh: () => Promise<void>;
} {
  const scaffolderApi = useApi(scaffolderApiRef);
  const runsApi = useApi(runsApiRef);
  const approvalsApi = useApi(approvalsApiRef);
  const [isLive, setLive] = useState(true);

  const load = useCallback(
    async (signal: AbortSignal) => {
      const [task, run] = await Promise.all([
        scaffolderApi.getTask(taskId),
        runsApi.getRun(taskId, { signal }),
      ]);
      return { task, run };
    },
    [scaffolderApi, runsApi, taskId],
  );
  // By themselves: the run is there to be seen when approvals are not.
  const loadApprovals = useCallback(
    (signal: AbortSignal) => readApprovals(approvalsApi, taskId, signal),
    [approvalsApi, taskId],
  );
  const runSignal = useRunSignal(taskId);
  const approvalsSignal = useApprovalsSignal();
  const signal = useMemo(
    () => ({ runSignal, approvalsSignal }),
    [runSignal, approvalsSignal],
  );
  const query = {
    everyMilliseconds: isLive
      ? ACTIVE_POLL_MILLISECONDS
      : ENDED_POLL_MILLISECONDS,
    signal,
  };
  const { value, error, refresh: refreshRun } = useLiveQuery(load, query);
  const approvals = useLiveQuery(loadApprovals, query);
  const { refresh: refreshApprovals } = approvals;

  const suspension = value && findNewest(value.run.suspensions);
  const log = useTaskEvents(
    taskId,
    [
      value?.task.status,
      value?.task.lastHeartbeatAt,
      suspension?.id,
      suspension?.status,
    ].join(' '),
  );
  const { events, retry: retryLog } = log;
  const refresh = useCallback(async () => {
    retryLog();
    await Promise.all([refreshRun(), refreshApprovals()]);
  }, [retryLog, refreshRun, refreshApprovals]);
  // A signal may be lost; that an attempt has begun or ended is not.
  const turns = events.filter(({ type }) => type !== 'log').length;
  useEffect(() => {
    if (turns > 0) {
      refresh();
    }
  }, [turns, refresh]);
  const now = useNow(isLive ? CLOCK_MILLISECONDS : undefined);
  const view = useMemo(
    () => value && deriveView(value, events, now),
    [value, events, now],
  );
  const isApprovalsKnown = approvals.value || approvals.error;
  if (!value || !view || !isApprovalsKnown) {
    return { error, refresh };
  }
  const status = readStatus(value, suspension, view);
  if (isActive(status) !== isLive) {
    setLive(isActive(status));
  }
  return {
    state: {
      ...value,
      approvals: approvals.value ?? NO_APPROVALS,
      approvalsError: approvals.error,
      status,
      view,
      events,
      isLogRead: log.isRead,
      logError: log.error,
      suspension,
      now,
    },
    error,
    refresh,
  };
}
