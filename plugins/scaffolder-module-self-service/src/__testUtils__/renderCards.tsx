import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import {
  catalogApiRef,
  MockStarredEntitiesApi,
  starredEntitiesApiRef,
} from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { TemplateEntityV1beta3 } from '@backstage/plugin-scaffolder-common';
import { mockFormApi } from './mockFormApi';
import { formApiRef } from '../form/api/FormApi';
import { TemplateCard } from '../templates/TemplateCard';

function makeTemplate(name: string): TemplateEntityV1beta3 {
  return {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: {
      name,
      namespace: 'default',
      title: `Title of ${name}`,
      description: 'A **database**',
      tags: ['sql'],
    },
    spec: { type: 'resource', steps: [] },
    relations: [{ type: 'ownedBy', targetRef: 'group:default/platform-team' }],
  };
}

/**
 * Renders cards of templates; that of `database` has been used once.
 *
 * @param allowed - what the permission framework says to everything
 */
export function renderCards(names: string[], allowed = true) {
  const formApi = mockFormApi();
  formApi.listStatistics.mockResolvedValue([
    {
      templateRef: 'template:default/database',
      runs: 1,
      completed: 1,
      successRate: 1,
      medianSeconds: 42,
      since: '2026-08-24T00:00:00Z',
    },
  ]);
  const choose = jest.fn();
  renderInTestApp(
    <>
      {names.map(name => (
        <TemplateCard
          key={name}
          template={makeTemplate(name)}
          onSelected={choose}
        />
      ))}
    </>,
    {
      apis: [
        [formApiRef, formApi],
        [catalogApiRef, catalogApiMock()],
        [starredEntitiesApiRef, new MockStarredEntitiesApi()],
        [
          permissionApiRef,
          mockApis.permission({
            authorize: allowed ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
          }),
        ],
      ],
    },
  );
  return { formApi, choose };
}
