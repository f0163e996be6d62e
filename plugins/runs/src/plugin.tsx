import {
  ApiBlueprint,
  createFrontendPlugin,
  fetchApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { RiPlugLine } from '@remixicon/react';
import { providersApiRef } from './api/ProvidersApi';
import { ProvidersClient } from './api/ProvidersClient';
import { providersRouteRef, runRouteRef } from './routes';

const providersApi = ApiBlueprint.make({
  name: 'providers',
  params: defineParams =>
    defineParams({
      api: providersApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => new ProvidersClient({ fetchApi }),
    }),
});

const providersPage = PageBlueprint.make({
  name: 'providers',
  params: {
    path: '/providers',
    routeRef: providersRouteRef,
    title: 'Providers',
    icon: <RiPlugLine />,
    loader: async () => {
      const { ProvidersPage } = await import('./providers/ProvidersPage');
      return <ProvidersPage />;
    },
  },
});

/**
 * Pages about runs that are not inside Create: how the providers are, for the
 * platform team.
 *
 * @public
 */
export const runsPlugin = createFrontendPlugin({
  pluginId: 'runs',
  title: 'Runs',
  icon: <RiPlugLine />,
  info: { packageJson: () => import('../package.json') },
  routes: { providers: providersRouteRef },
  externalRoutes: { run: runRouteRef },
  extensions: [providersApi, providersPage],
});
