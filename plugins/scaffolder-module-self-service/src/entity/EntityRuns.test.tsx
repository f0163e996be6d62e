import { renderInTestApp } from '@backstage/frontend-test-utils';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen } from '@testing-library/react';
import { makeRunState } from '../__testUtils__/fixtures';
import { mockRunsApi } from '../__testUtils__/mockRunsApi';
import { runsApiRef } from '../api/RunsApi';
import { EntityRuns } from './EntityRuns';

const ENTITY = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Resource',
  metadata: { name: 'Orders', namespace: 'default' },
};

function renderTab(items: ReturnType<typeof makeRunState>[]) {
  const runsApi = mockRunsApi();
  runsApi.pageRuns.mockResolvedValue({ items, total: items.length });
  renderInTestApp(
    <EntityProvider entity={ENTITY}>
      <EntityRuns />
    </EntityProvider>,
    { apis: [[runsApiRef, runsApi]] },
  );
  return runsApi;
}

describe('EntityRuns', () => {
  it('lists the runs about the entity, whosesoever they are', async () => {
    const runsApi = renderTab([makeRunState({ status: 'completed' })]);

    expect(
      await screen.findByRole('row', { name: /Database orders/ }),
    ).toHaveTextContent('Completed');
    expect(runsApi.pageRuns).toHaveBeenCalledWith(
      { entityRef: 'resource:default/orders', limit: 20 },
      expect.anything(),
    );
  });

  it('says so when there are none', async () => {
    renderTab([]);

    expect(await screen.findByText('No runs')).toBeInTheDocument();
  });
});
