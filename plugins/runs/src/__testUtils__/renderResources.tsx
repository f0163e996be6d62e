import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { SignalApi, signalApiRef } from '@backstage/plugin-signals-react';
import { Resource } from '@self-service/plugin-runs-common';
import { ReactElement } from 'react';
import { ResourcesApi, resourcesApiRef } from '../api/ResourcesApi';
import { ResourcesPage } from '../resources/ResourcesPage';
import { resourcesRouteRef, runRouteRef, templatesRouteRef } from '../routes';

/** A {@link ResourcesApi} that knows these resources. */
export function mockResourcesApi(
  items: Resource[] = [],
): jest.Mocked<ResourcesApi> {
  return {
    listResources: jest.fn().mockResolvedValue({ items, total: items.length }),
    getResource: jest.fn().mockRejectedValue(new Error('not mocked')),
  };
}

/** Renders the Resources pages at an address below `/resources`. */
export function renderResources(
  api: ResourcesApi,
  path = '',
  options: {
    element?: ReactElement;
    /** Where signals come from; by default none come. */
    signalApi?: SignalApi;
    /** What the permission framework says to everything; by default yes. */
    allowed?: boolean;
  } = {},
) {
  const {
    element = <ResourcesPage />,
    signalApi = { subscribe: () => ({ unsubscribe: () => {} }) },
    allowed = true,
  } = options;
  return renderInTestApp(element, {
    apis: [
      [resourcesApiRef, api],
      [catalogApiRef, catalogApiMock()],
      [signalApiRef, signalApi],
      [
        permissionApiRef,
        mockApis.permission({
          authorize: allowed ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
        }),
      ],
    ],
    mountPath: '/resources/*',
    mountedRoutes: {
      '/resources': resourcesRouteRef,
      '/create': templatesRouteRef,
      '/create/tasks/:taskId': runRouteRef,
    },
    initialRouteEntries: [`/resources${path}`],
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
