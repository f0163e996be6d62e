import {
  ApiBlueprint,
  createFrontendPlugin,
  fetchApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { RiBox3Line, RiPlugLine } from '@remixicon/react';
import { providersApiRef } from './api/ProvidersApi';
import { ProvidersClient } from './api/ProvidersClient';
import { resourcesApiRef } from './api/ResourcesApi';
import { ResourcesClient } from './api/ResourcesClient';
import {
  providersRouteRef,
  resourceRouteRef,
  resourcesRouteRef,
  runRouteRef,
  templatesRouteRef,
} from './routes';

const providersApi = ApiBlueprint.make({
  name: 'providers',
  params: defineParams =>
    defineParams({
      api: providersApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => new ProvidersClient({ fetchApi }),
    }),
});

const resourcesApi = ApiBlueprint.make({
  name: 'resources',
  params: defineParams =>
    defineParams({
      api: resourcesApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => new ResourcesClient({ fetchApi }),
    }),
});

const resourcesPage = PageBlueprint.make({
  name: 'resources',
  params: {
    path: '/resources',
    routeRef: resourcesRouteRef,
    title: 'Resources',
    icon: <RiBox3Line />,
    loader: async () => {
      const { ResourcesPage } = await import('./resources/ResourcesPage');
      return <ResourcesPage />;
    },
  },
});

/** On the page of an entity: what of the portal belongs to it. */
const entityResources = EntityContentBlueprint.make({
  name: 'resources',
  params: {
    path: '/resources',
    title: 'Resources',
    filter: { kind: { $in: ['component', 'resource', 'api', 'system'] } },
    loader: async () => {
      const { EntityResources } = await import('./resources/EntityResources');
      return <EntityResources />;
    },
  },
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
 * Pages about runs that are not inside Create: what runs have made and still
 * exists, for everybody; how the providers are, for the platform team.
 *
 * @public
 */
export const runsPlugin = createFrontendPlugin({
  pluginId: 'runs',
  title: 'Runs',
  icon: <RiPlugLine />,
  info: { packageJson: () => import('../package.json') },
  routes: {
    providers: providersRouteRef,
    resource: resourceRouteRef,
    resources: resourcesRouteRef,
  },
  externalRoutes: { run: runRouteRef, templates: templatesRouteRef },
  extensions: [
    providersApi,
    providersPage,
    resourcesApi,
    resourcesPage,
    entityResources,
  ],
});
