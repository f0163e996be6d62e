import { renderInTestApp } from '@backstage/frontend-test-utils';
import { ProviderStatus } from '@self-service/plugin-runs-common';
import { ProvidersApi, providersApiRef } from '../api/ProvidersApi';
import { ProvidersPage } from '../providers/ProvidersPage';
import { runRouteRef } from '../routes';

/** Renders the Providers page before a backend that knows these providers. */
export function renderProviders(
  providers: ProviderStatus[] | Error,
): jest.Mocked<ProvidersApi> {
  const providersApi: jest.Mocked<ProvidersApi> = {
    listProviders: jest.fn(async () => {
      if (providers instanceof Error) {
        throw providers;
      }
      return { providers };
    }),
    checkProvider: jest.fn().mockRejectedValue(new Error('not mocked')),
  };
  renderInTestApp(<ProvidersPage />, {
    apis: [[providersApiRef, providersApi]],
    mountedRoutes: { '/create/tasks/:taskId': runRouteRef },
  });
  return providersApi;
}
