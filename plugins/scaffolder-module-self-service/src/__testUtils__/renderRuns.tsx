import { renderInTestApp } from '@backstage/frontend-test-utils';
import { LogEvent, ScaffolderTask } from '@backstage/plugin-scaffolder-common';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { Observable } from '@backstage/types';
import { approvalsApiRef, rootRouteRef } from '@self-service/plugin-approvals';
import { RunApprovals } from '@self-service/plugin-approvals-common';
import { Run } from '@self-service/plugin-runs-common';
import { runsApiRef } from '../api/RunsApi';
import { RunPages } from '../RunPages';
import { createRootRouteRef } from '../routes';

/** What the backends know of the run `task-1`; tests change it as it goes on. */
export interface Backends {
  task: ScaffolderTask;
  events: LogEvent[];
  run: Partial<Run>;
  approvals: Partial<RunApprovals>;
}

/** A stream like the scaffolder's: gives what there is after `after`, ends. */
function streamOf(events: LogEvent[], after = 0): Observable<LogEvent> {
  return {
    [Symbol.observable]() {
      return this;
    },
    subscribe(observer) {
      const { next, complete } =
        typeof observer === 'function'
          ? { next: observer, complete: undefined }
          : observer ?? {};
      events.filter(({ id }) => id > after).forEach(event => next?.(event));
      complete?.();
      return { closed: true, unsubscribe: () => {} };
    },
  };
}

/** Renders the run pages before backends that know one run. */
export function renderRuns(backends: Backends, path = '/task-1') {
  const scaffolderApi = {
    getTask: jest.fn(async () => backends.task),
    listTasks: jest.fn(async () => ({ tasks: [backends.task], totalTasks: 1 })),
    streamLogs: jest.fn(({ after }: { after?: number }) =>
      streamOf(backends.events, after),
    ),
    cancelTask: jest.fn(async () => ({ status: 'cancelled' as const })),
    retry: jest.fn(async () => ({ id: 'task-1' })),
  };
  const runsApi = {
    getRun: jest.fn(async () => ({
      taskId: 'task-1',
      suspensions: [],
      effects: [],
      ...backends.run,
    })),
    listRuns: jest.fn(async () => ({
      items: (backends.run.suspensions ?? []).map(suspension => ({
        taskId: 'task-1',
        suspension,
      })),
    })),
  };
  const approvalsApi = {
    getRunApprovals: jest.fn(async () => ({
      decisions: [],
      requests: [],
      ...backends.approvals,
    })),
  };
  renderInTestApp(<RunPages />, {
    apis: [
      [scaffolderApiRef, scaffolderApi],
      [runsApiRef, runsApi],
      [approvalsApiRef, approvalsApi],
    ],
    mountPath: '/create/tasks/*',
    mountedRoutes: {
      '/create': createRootRouteRef,
      '/approvals': rootRouteRef,
    },
    initialRouteEntries: [`/create/tasks${path}`],
  });
  return { scaffolderApi, runsApi, approvalsApi };
}
