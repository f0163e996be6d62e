import { screen, within } from '@testing-library/react';
import { makeResource } from '../__testUtils__/fixtures';
import {
  mockResourcesApi,
  renderResources,
} from '../__testUtils__/renderResources';

// The screen of a test is narrow otherwise.
jest.mock('@backstage/ui', () => ({
  ...jest.requireActual('@backstage/ui'),
  useBreakpoint: () => ({
    breakpoint: 'lg',
    up: () => true,
    down: () => false,
  }),
}));

describe('ResourceTable', () => {
  it('has a column for each fact where there is room', async () => {
    renderResources(mockResourcesApi([makeResource()]));

    const row = await screen.findByRole('row', { name: /orders/ });
    expect(
      screen.getAllByRole('columnheader').map(header => header.textContent),
    ).toEqual([
      'Resource',
      'Environment',
      'Team',
      'Cost / month',
      'Until',
      'Status',
    ]);
    expect(
      [
        within(row).getByRole('rowheader'),
        ...within(row).getAllByRole('gridcell'),
      ].map(cell => cell.textContent),
    ).toEqual([
      'ordersPostgreSQL database',
      'production',
      'payments',
      '$150',
      'No end',
      'Present',
    ]);
  });
});
