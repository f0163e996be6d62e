import {
  ApiBlueprint,
  createFrontendPlugin,
  fetchApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { RiCheckDoubleLine } from '@remixicon/react';
import { approvalsApiRef } from './api/ApprovalsApi';
import { ApprovalsClient } from './api/ApprovalsClient';
import { messagesApiRef } from './api/MessagesApi';
import { MessagesClient } from './api/MessagesClient';
import { policyApiRef } from './api/PolicyApi';
import { PolicyClient } from './api/PolicyClient';
import { guardDecisionTokens } from './components/decide/decisionToken';
import {
  entityRouteRef,
  requestRouteRef,
  rootRouteRef,
  runRouteRef,
  templatesRouteRef,
} from './routes';

// Before the app is rendered: its sign-in would send the token on.
guardDecisionTokens();

const approvalsApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: approvalsApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => new ApprovalsClient({ fetchApi }),
    }),
});

const policyApi = ApiBlueprint.make({
  name: 'policy',
  params: defineParams =>
    defineParams({
      api: policyApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => new PolicyClient({ fetchApi }),
    }),
});

const messagesApi = ApiBlueprint.make({
  name: 'messages',
  params: defineParams =>
    defineParams({
      api: messagesApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => new MessagesClient({ fetchApi }),
    }),
});

const approvalsPage = PageBlueprint.make({
  params: {
    path: '/approvals',
    routeRef: rootRouteRef,
    title: 'Approvals',
    icon: <RiCheckDoubleLine />,
    loader: async () => {
      const { ApprovalsPage } = await import('./components/ApprovalsPage');
      return <ApprovalsPage />;
    },
  },
});

/**
 * The Approvals page: what waits for the signed-in person, what they asked
 * for, and the history.
 *
 * @public
 */
export const approvalsPlugin = createFrontendPlugin({
  pluginId: 'approvals',
  title: 'Approvals',
  icon: <RiCheckDoubleLine />,
  info: { packageJson: () => import('../package.json') },
  routes: { root: rootRouteRef, request: requestRouteRef },
  externalRoutes: {
    entity: entityRouteRef,
    run: runRouteRef,
    templates: templatesRouteRef,
  },
  extensions: [approvalsApi, policyApi, messagesApi, approvalsPage],
});
