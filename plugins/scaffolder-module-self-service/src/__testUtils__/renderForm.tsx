import {
  identityApiRef,
  StorageApi,
  storageApiRef,
} from '@backstage/frontend-plugin-api';
import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import {
  formDecoratorsApiRef,
  formFieldsApiRef,
} from '@backstage/plugin-scaffolder/alpha';
import {
  scaffolderApiRef,
  TemplateParameterSchema,
} from '@backstage/plugin-scaffolder-react';
import { JsonObject } from '@backstage/types';
import { Route, Routes, useLocation } from 'react-router-dom';
import { runsApiRef } from '../api/RunsApi';
import { formApiRef } from '../form/api/FormApi';
import { TemplatesPage } from '../form/TemplatesPage';
import { createRootRouteRef } from '../routes';
import { mockFormApi } from './mockFormApi';
import { mockRunsApi } from './mockRunsApi';

/** The form of a database: one field to fill in. */
export const DATABASE_MANIFEST: TemplateParameterSchema = {
  title: 'PostgreSQL database',
  steps: [
    {
      title: 'Database',
      schema: {
        required: ['name', 'size'],
        properties: {
          name: { type: 'string', title: 'Name' },
          size: {
            type: 'string',
            title: 'Size',
            enum: ['small', 'large'],
            enumNames: ['Small', 'Large'],
          },
        },
      },
    },
  ],
};

const SELF_SERVICE = {
  operation: 'database:create',
  environment: 'dev',
  cost: { parameter: 'size', monthly: { large: 400, small: 50 } },
  offeredOn: [{ kind: 'Component', parameter: 'name' }],
};

function Stock() {
  return <p>the stock pages at {useLocation().pathname}</p>;
}

/**
 * Renders the form of a template for Dana of the team Payments.
 *
 * @param options.search - query of the address
 */
export function renderForm(
  options: {
    search?: string;
    manifest?: TemplateParameterSchema;
    selfService?: JsonObject;
    formApi?: ReturnType<typeof mockFormApi>;
    storageApi?: StorageApi;
  } = {},
) {
  const {
    search = '',
    manifest = DATABASE_MANIFEST,
    selfService = SELF_SERVICE,
    formApi = mockFormApi(),
    storageApi = mockApis.storage(),
  } = options;
  const scaffolderApi = {
    getTemplateParameterSchema: jest.fn(async () => manifest),
    scaffold: jest.fn(async () => ({ taskId: 'task-2' })),
  };
  const template = {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name: 'postgresql-database', namespace: 'default' },
    spec: { type: 'resource', selfService },
  };
  const { unmount } = renderInTestApp(
    <Routes>
      <Route path="templates/*" element={<TemplatesPage stock={<Stock />} />} />
      <Route path="tasks/*" element={<Stock />} />
    </Routes>,
    {
      apis: [
        [scaffolderApiRef, scaffolderApi],
        [runsApiRef, mockRunsApi()],
        [formApiRef, formApi],
        [storageApiRef, storageApi],
        [
          identityApiRef,
          mockApis.identity({
            userEntityRef: 'user:default/dana',
            ownershipEntityRefs: [
              'user:default/dana',
              'group:default/payments',
            ],
          }),
        ],
        [catalogApiRef, catalogApiMock({ entities: [template] })],
        [formFieldsApiRef, { loadFormFields: async () => [] }],
        [formDecoratorsApiRef, { getFormDecorators: async () => [] }],
      ],
      mountPath: '/create/*',
      mountedRoutes: { '/create': createRootRouteRef },
      initialRouteEntries: [
        `/create/templates/default/postgresql-database${search}`,
      ],
    },
  );
  return { scaffolderApi, formApi, unmount };
}
