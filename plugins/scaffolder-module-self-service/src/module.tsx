import {
  ApiBlueprint,
  createFrontendModule,
  fetchApiRef,
  SubPageBlueprint,
} from '@backstage/frontend-plugin-api';
import { runsApiRef } from './api/RunsApi';
import { RunsClient } from './api/RunsClient';

const runsApi = ApiBlueprint.make({
  name: 'self-service-runs',
  params: defineParams =>
    defineParams({
      api: runsApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => new RunsClient({ fetchApi }),
    }),
});

/** Has the name of the stock sub-page and so takes its place. */
const runPages = SubPageBlueprint.make({
  name: 'tasks',
  params: {
    path: 'tasks',
    title: 'Runs',
    loader: async () => {
      const { RunPages } = await import('./RunPages');
      return <RunPages />;
    },
  },
});

/**
 * Puts the run list and the run page of the self-service platform into
 * Create, in place of the stock task pages.
 *
 * @public
 */
export const scaffolderModuleSelfService = createFrontendModule({
  pluginId: 'scaffolder',
  extensions: [runsApi, runPages],
});
