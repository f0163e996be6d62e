import { screen } from '@testing-library/react';
import {
  mockApprovalsApi,
  renderApprovals,
} from '../__testUtils__/renderApprovals';

// Alone in its file: `usePermission` remembers answers as long as the module.
describe('ApprovalsTabs', () => {
  it('shows freezes and policy to nobody who may not see them', async () => {
    renderApprovals(mockApprovalsApi(), '', { allowed: false });
    await screen.findByText('Nothing waits for you');
    expect(screen.getByRole('tab', { name: 'History' })).toBeInTheDocument();
    expect(screen.queryByRole('tab', { name: 'Freezes' })).toBeNull();
    expect(screen.queryByRole('tab', { name: 'Policy' })).toBeNull();
  });
});
