import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen, within } from '@testing-library/react';
import { makeResource } from '../__testUtils__/fixtures';
import {
  makeResponseError,
  mockResourcesApi,
  renderResources,
} from '../__testUtils__/renderResources';
import { ResourcesApi } from '../api/ResourcesApi';
import { EntityResources } from './EntityResources';

const ENTITY = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Resource',
  metadata: { name: 'Orders', namespace: 'default' },
};

function renderTab(api: ResourcesApi) {
  renderResources(api, '', {
    element: (
      <EntityProvider entity={ENTITY}>
        <EntityResources />
      </EntityProvider>
    ),
  });
}

describe('EntityResources', () => {
  it('shows what belongs to the entity, with what can be done', async () => {
    const api = mockResourcesApi();
    api.listResources.mockResolvedValue({ items: [makeResource()], total: 3 });
    renderTab(api);

    const orders = await screen.findByRole('region', {
      name: /PostgreSQL database orders/,
    });
    expect(orders).toHaveTextContent('Present');
    expect(orders).toHaveTextContent('$150 a month');
    expect(
      within(orders).getByRole('link', { name: 'Remove orders' }),
    ).toBeInTheDocument();
    expect(
      within(orders).getByRole('link', { name: 'All about this resource' }),
    ).toHaveAttribute('href', '/resources/task-1');
    expect(
      screen.getByText('2 more are on the Resources page.'),
    ).toBeInTheDocument();
    expect(api.listResources).toHaveBeenCalledWith(
      { view: 'all', entityRef: 'resource:default/orders', limit: 20 },
      expect.anything(),
    );
  });

  it('says so when nothing does', async () => {
    renderTab(mockResourcesApi());

    expect(await screen.findByText('No resources')).toBeInTheDocument();
  });

  it('says why it does not know', async () => {
    const api = mockResourcesApi();
    api.listResources.mockRejectedValue(makeResponseError(500, 'No database'));
    renderTab(api);

    expect(await screen.findByRole('alert')).toHaveTextContent('No database');
  });
});
