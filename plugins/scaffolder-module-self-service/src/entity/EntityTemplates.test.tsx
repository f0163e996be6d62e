import { renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef, EntityProvider } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { JsonObject } from '@backstage/types';
import { screen, waitFor } from '@testing-library/react';
import { mockFormApi } from '../__testUtils__/mockFormApi';
import { formApiRef } from '../form/api/FormApi';
import { createRootRouteRef } from '../routes';
import { EntityTemplates } from './EntityTemplates';

const SERVICE = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'shop', namespace: 'default' },
  spec: { type: 'service' },
};

function makeTemplate(name: string, offeredOn: JsonObject[] | undefined) {
  return {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name, namespace: 'default', title: `Title of ${name}` },
    spec: {
      selfService: {
        operation: 'database:create',
        environment: 'dev',
        cost: 0,
        ...(offeredOn && { offeredOn }),
      },
    },
  };
}

function renderCard(catalogApi: ReturnType<typeof catalogApiMock>) {
  renderInTestApp(
    <EntityProvider entity={SERVICE}>
      <EntityTemplates />
    </EntityProvider>,
    {
      apis: [
        [catalogApiRef, catalogApi],
        [formApiRef, mockFormApi()],
      ],
      mountedRoutes: { '/create': createRootRouteRef },
    },
  );
}

describe('EntityTemplates', () => {
  it('offers the templates for this kind and type, with the entity filled in', async () => {
    // The mock compares keys of filters as they are written, the catalog does
    // not: so what is asked for is looked at here.
    const catalogApi = catalogApiMock();
    const ask = jest.spyOn(catalogApi, 'queryEntities').mockResolvedValue({
      items: [
        makeTemplate('database', [{ kind: 'component', type: 'Service' }]),
        makeTemplate('page', [{ kind: 'Component', type: 'website' }]),
        makeTemplate('group', [{ kind: 'Group' }]),
        makeTemplate('unoffered', undefined),
      ],
      totalItems: 4,
      pageInfo: {},
    });
    renderCard(catalogApi);

    const link = await screen.findByRole('link', {
      name: 'Open form: Title of database',
    });
    expect(link).toHaveAttribute(
      'href',
      '/create/templates/default/database?entity=component%3Adefault%2Fshop',
    );
    expect(screen.getAllByRole('link')).toHaveLength(1);
    expect(ask).toHaveBeenCalledWith(
      expect.objectContaining({
        filter: {
          kind: 'Template',
          'spec.selfService.offeredOn.kind': 'Component',
        },
      }),
    );
  });

  it('is not there where nothing is offered', async () => {
    const catalogApi = catalogApiMock({ entities: [] });
    const ask = jest.spyOn(catalogApi, 'queryEntities');
    renderCard(catalogApi);

    await waitFor(() => expect(ask).toHaveBeenCalled());
    expect(screen.queryByText('Self-service')).toBeNull();
  });

  it('says so when the catalog cannot be asked', async () => {
    const catalogApi = catalogApiMock();
    jest
      .spyOn(catalogApi, 'queryEntities')
      .mockRejectedValue(new Error('the catalog is away'));
    renderCard(catalogApi);

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'the catalog is away',
    );
  });
});
