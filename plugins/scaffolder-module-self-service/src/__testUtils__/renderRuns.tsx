import { identityApiRef } from '@backstage/frontend-plugin-api';
import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { LogEvent, ScaffolderTask } from '@backstage/plugin-scaffolder-common';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { Observable } from '@backstage/types';
import { approvalsApiRef, rootRouteRef } from '@self-service/plugin-approvals';
import { RunApprovals } from '@self-service/plugin-approvals-common';
import { Run } from '@self-service/plugin-runs-common';
import { RunsApi, runsApiRef } from '../api/RunsApi';
import { RunPages } from '../RunPages';
import { createRootRouteRef } from '../routes';
import { mockRunsApi } from './mockRunsApi';

/** What the backends know of the run `task-1`; tests change it as it goes on. */
export interface Backends {
  task: ScaffolderTask;
  events: LogEvent[];
  run: Partial<Run>;
  approvals: Partial<RunApprovals>;
  /** Why backends do not answer. */
  failing?: { log?: Error; approvals?: Error };
}

const TEMPLATE = {
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: {
    name: 'postgresql-database',
    namespace: 'default',
    title: 'PostgreSQL database',
  },
  spec: { type: 'resource' },
};

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

/** A stream that is cut before it says anything. */
function brokenStream(error: Error): Observable<LogEvent> {
  return {
    [Symbol.observable]() {
      return this;
    },
    subscribe(observer) {
      if (typeof observer === 'object') {
        observer.error?.(error);
      }
      return { closed: true, unsubscribe: () => {} };
    },
  };
}

/** Renders the run pages before backends that know one run. */
export function renderRuns(
  backends: Backends,
  path = '/task-1',
  options: {
    /** Mocked beforehand, where the first answer matters. */
    runsApi?: jest.Mocked<RunsApi>;
    /** What the permission framework says to everything; by default yes. */
    allowed?: boolean;
    /** Entity refs of the reader and their groups. */
    ownershipEntityRefs?: string[];
  } = {},
) {
  const scaffolderApi = {
    getTask: jest.fn(async () => backends.task),
    streamLogs: jest.fn(({ after }: { after?: number }) =>
      backends.failing?.log
        ? brokenStream(backends.failing.log)
        : streamOf(backends.events, after),
    ),
    cancelTask: jest.fn(async () => ({ status: 'cancelled' as const })),
  };
  const runsApi = options.runsApi ?? mockRunsApi();
  runsApi.getRun.mockImplementation(async () => ({
    taskId: 'task-1',
    suspensions: [],
    effects: [],
    ...backends.run,
  }));
  const approvalsApi = {
    getRunApprovals: jest.fn(async () => {
      if (backends.failing?.approvals) {
        throw backends.failing.approvals;
      }
      return { decisions: [], requests: [], ...backends.approvals };
    }),
  };
  renderInTestApp(<RunPages />, {
    apis: [
      [scaffolderApiRef, scaffolderApi],
      [runsApiRef, runsApi],
      [approvalsApiRef, approvalsApi],
      [catalogApiRef, catalogApiMock({ entities: [TEMPLATE] })],
      [
        identityApiRef,
        mockApis.identity({
          ownershipEntityRefs: options.ownershipEntityRefs ?? [
            'user:default/dana',
          ],
        }),
      ],
      [
        permissionApiRef,
        mockApis.permission({
          authorize:
            options.allowed ?? true
              ? AuthorizeResult.ALLOW
              : AuthorizeResult.DENY,
        }),
      ],
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
