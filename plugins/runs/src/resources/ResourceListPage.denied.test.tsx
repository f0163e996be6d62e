import { screen } from '@testing-library/react';
import {
  mockResourcesApi,
  renderResources,
} from '../__testUtils__/renderResources';

// Alone in its file: `usePermission` remembers answers as long as the module.
describe('ResourceListPage', () => {
  it('has no tab for everybody’s for those who may not see it', async () => {
    renderResources(mockResourcesApi(), '', { allowed: false });

    await screen.findByText('You have no resources');
    expect(screen.getByRole('tab', { name: 'My teams' })).toBeInTheDocument();
    expect(screen.queryByRole('tab', { name: 'Everybody’s' })).toBeNull();
  });
});
