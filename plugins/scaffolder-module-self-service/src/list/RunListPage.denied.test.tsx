import { screen } from '@testing-library/react';
import { makeTask } from '../__testUtils__/fixtures';
import { renderRuns } from '../__testUtils__/renderRuns';

// In a file of its own: answers about permissions are kept between tests.
describe('RunListPage for those who may not list everybody’s runs', () => {
  it('does not offer them', async () => {
    const { runsApi } = renderRuns(
      { task: makeTask('failed'), events: [], run: {}, approvals: {} },
      '',
      { allowed: false },
    );
    runsApi.pageRuns.mockResolvedValue({ items: [], total: 0 });

    expect(
      await screen.findByRole('radio', { name: 'My teams’' }),
    ).toBeInTheDocument();
    expect(screen.queryByRole('radio', { name: 'All' })).toBeNull();
  });
});
