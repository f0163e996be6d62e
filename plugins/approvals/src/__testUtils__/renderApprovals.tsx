import { renderInTestApp } from '@backstage/frontend-test-utils';
import { ApprovalsApi, approvalsApiRef } from '../api/ApprovalsApi';
import { ApprovalsPage } from '../components/ApprovalsPage';
import { rootRouteRef } from '../routes';

/** An {@link ApprovalsApi} whose methods refuse until a test says otherwise. */
export function mockApprovalsApi(): jest.Mocked<ApprovalsApi> {
  return {
    listRequests: jest.fn().mockResolvedValue({ items: [], total: 0 }),
    countInbox: jest.fn().mockResolvedValue(0),
    getRequest: jest.fn().mockRejectedValue(new Error('not mocked')),
    castVote: jest.fn().mockRejectedValue(new Error('not mocked')),
    cancelRequest: jest.fn().mockRejectedValue(new Error('not mocked')),
    getRunApprovals: jest.fn().mockRejectedValue(new Error('not mocked')),
  };
}

/** Renders the Approvals pages at an address below `/approvals`. */
export function renderApprovals(api: ApprovalsApi, path = '') {
  return renderInTestApp(<ApprovalsPage />, {
    apis: [[approvalsApiRef, api]],
    mountPath: '/approvals/*',
    mountedRoutes: { '/approvals': rootRouteRef },
    initialRouteEntries: [`/approvals${path}`],
  });
}

/** What a client throws when a backend refuses. */
export function makeResponseError(statusCode: number, message: string): Error {
  return Object.assign(new Error(`Request failed with ${statusCode}`), {
    name: 'ResponseError',
    statusCode,
    cause: new Error(message),
  });
}
