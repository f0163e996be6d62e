import {
  ApiBlueprint,
  coreExtensionData,
  createFrontendModule,
  fetchApiRef,
  SubPageBlueprint,
} from '@backstage/frontend-plugin-api';
import { SwappableComponentBlueprint } from '@backstage/plugin-app-react';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';
import {
  FormFieldBlueprint,
  TemplateCard as stockTemplateCard,
} from '@backstage/plugin-scaffolder-react/alpha';
import { runsApiRef } from './api/RunsApi';
import { RunsClient } from './api/RunsClient';
import { formApiRef } from './form/api/FormApi';
import { FormClient } from './form/api/FormClient';
import { TemplatesPage } from './form/TemplatesPage';

const runsApi = ApiBlueprint.make({
  name: 'self-service-runs',
  params: defineParams =>
    defineParams({
      api: runsApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => new RunsClient({ fetchApi }),
    }),
});

const formApi = ApiBlueprint.make({
  name: 'self-service-form',
  params: defineParams =>
    defineParams({
      api: formApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => new FormClient({ fetchApi }),
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

/** The stock sub-page, but for the forms, which say what they will do. */
const templatesPage = scaffolderPlugin
  .getExtension('sub-page:scaffolder/templates')
  .override({
    *factory(originalFactory, { config }) {
      const original = originalFactory();
      yield* original;
      yield coreExtensionData.reactElement(
        <TemplatesPage
          stock={original.get(coreExtensionData.reactElement)}
          theme={config.enableBackstageUi ? 'bui' : 'mui'}
        />,
      );
    },
  });

/** On the page of an entity: the runs that created or changed it. */
const entityRuns = EntityContentBlueprint.make({
  name: 'runs',
  params: {
    path: '/runs',
    title: 'Runs',
    filter: { kind: { $in: ['component', 'resource', 'api', 'system'] } },
    loader: async () => {
      const { EntityRuns } = await import('./entity/EntityRuns');
      return <EntityRuns />;
    },
  },
});

/** On the page of an entity: the templates that can be used on it. */
const entityTemplates = EntityCardBlueprint.make({
  name: 'self-service-templates',
  params: {
    type: 'info',
    loader: async () => {
      const { EntityTemplates } = await import('./entity/EntityTemplates');
      return <EntityTemplates />;
    },
  },
});

/** On the page of a template: what is wrong with it. */
const templateCheck = EntityCardBlueprint.make({
  name: 'template-check',
  params: {
    type: 'content',
    filter: { kind: 'template' },
    loader: async () => {
      const { TemplateCheck } = await import('./entity/TemplateCheck');
      return <TemplateCheck />;
    },
  },
});

/** A field for templates that are about something that exists. */
const resourcePicker = FormFieldBlueprint.make({
  name: 'resource-picker',
  params: {
    field: async () =>
      (await import('./fields/resourcePickerField')).resourcePickerField,
  },
});

const templateCard = SwappableComponentBlueprint.make({
  name: 'self-service-template-card',
  params: defineParams =>
    defineParams({
      component: stockTemplateCard,
      loader: async () =>
        (await import('./templates/TemplateCard')).TemplateCard,
    }),
});

/**
 * Puts the run list and the run page of the self-service platform into
 * Create, in place of the stock task pages; says beside every form what it will
 * do; shows on the page of an entity the runs about it and the templates that
 * can be used on it; and on the page of a template what is wrong with it.
 *
 * @public
 */
export const scaffolderModuleSelfService = createFrontendModule({
  pluginId: 'scaffolder',
  extensions: [
    runsApi,
    formApi,
    runPages,
    templatesPage,
    entityRuns,
    entityTemplates,
    templateCheck,
    resourcePicker,
  ],
});

/**
 * Shows on the cards of templates how long their runs take and how many of
 * them succeed. A module of its own, since only modules of the plugin `app`
 * may replace a component of another plugin.
 *
 * @public
 */
export const templateCardModule = createFrontendModule({
  pluginId: 'app',
  extensions: [templateCard],
});
