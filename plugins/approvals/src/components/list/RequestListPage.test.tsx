import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { makeRequest } from '../../__testUtils__/fixtures';
import {
  makeResponseError,
  mockApprovalsApi,
  renderApprovals,
} from '../../__testUtils__/renderApprovals';

describe('RequestListPage', () => {
  it('lists what waits for the reader, with a link to each request', async () => {
    const api = mockApprovalsApi();
    api.countInbox.mockResolvedValue(1);
    api.listRequests.mockResolvedValue({ items: [makeRequest()], total: 1 });

    renderApprovals(api);

    const row = await screen.findByRole('row', { name: /orders/ });
    expect(row).toHaveAttribute('data-href', '/approvals/request-1');
    expect(row).toHaveTextContent('dana');
    expect(row).toHaveTextContent('production');
    expect(row).toHaveTextContent('$150');
    expect(row).toHaveTextContent('Elevated');
    expect(row).toHaveTextContent('Production changes need');
    expect(
      await screen.findByRole('tab', { name: 'Waiting for me (1)' }),
    ).toHaveAttribute('aria-selected', 'true');
    expect(api.listRequests).toHaveBeenCalledWith(
      expect.objectContaining({ view: 'inbox' }),
      expect.anything(),
    );
  });

  it.each([
    ['', 'Nothing waits for you'],
    ['/mine', 'You have asked for nothing that needed approval'],
    ['/history', 'No requests'],
  ])('says what an empty list at "%s" means', async (path, title) => {
    renderApprovals(mockApprovalsApi(), path);

    expect(await screen.findByText(title)).toBeInTheDocument();
  });

  it('says why the list is missing, and tries again when asked', async () => {
    const api = mockApprovalsApi();
    api.listRequests.mockRejectedValueOnce(
      makeResponseError(503, 'the database is away'),
    );
    renderApprovals(api);

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The list of requests could not be loaded: the database is away',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));

    expect(
      await screen.findByText('Nothing waits for you'),
    ).toBeInTheDocument();
  });

  it('pages by cursor', async () => {
    const api = mockApprovalsApi();
    api.listRequests.mockImplementation(async ({ cursor }) =>
      cursor
        ? { items: [makeRequest({ id: 'b', title: 'Second' })], total: 2 }
        : {
            items: [makeRequest({ id: 'a', title: 'First' })],
            total: 2,
            nextCursor: 'next',
          },
    );
    renderApprovals(api, '/history');

    await screen.findByRole('row', { name: /First/ });
    await userEvent.click(
      screen.getByRole('button', { name: 'Next table page' }),
    );

    expect(await screen.findByRole('row', { name: /Second/ })).toBeVisible();
    await waitFor(() =>
      expect(api.listRequests).toHaveBeenLastCalledWith(
        expect.objectContaining({ view: 'all', cursor: 'next' }),
        expect.anything(),
      ),
    );
  });

  it('takes its filters from the address', async () => {
    const api = mockApprovalsApi();
    renderApprovals(
      api,
      '/history?text=orders&environment=prod&risk=high&status=rejected&team=group:default/payments&limit=99',
    );

    await screen.findByText('No request matches');
    expect(api.listRequests).toHaveBeenCalledWith(
      {
        view: 'all',
        text: 'orders',
        environment: 'prod',
        risk: 'high',
        status: 'rejected',
        team: 'group:default/payments',
        cursor: undefined,
        limit: 20,
      },
      expect.anything(),
    );
    expect(screen.getByRole('searchbox')).toHaveValue('orders');
    expect(
      screen.getByRole('button', { name: /^prod.*Environment/ }),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('button', { name: /Payments.*Team/ }),
    ).toBeInTheDocument();
  });

  it('filters by keyboard', async () => {
    const api = mockApprovalsApi();
    renderApprovals(api);
    await userEvent.click(await screen.findByRole('searchbox'));

    await userEvent.keyboard('bills');
    await userEvent.tab();
    await userEvent.keyboard('{Enter}');
    await userEvent.click(
      await screen.findByRole('option', { name: 'staging' }),
    );
    // The focus goes back to the field once its list has closed.
    const risk = await screen.findByRole('button', { name: /Every risk/ });
    act(() => risk.focus());
    await userEvent.keyboard('{Enter}');
    await userEvent.click(
      await screen.findByRole('option', { name: 'Elevated' }),
    );

    await waitFor(() =>
      expect(api.listRequests).toHaveBeenLastCalledWith(
        expect.objectContaining({
          view: 'inbox',
          text: 'bills',
          environment: 'staging',
          risk: 'elevated',
        }),
        expect.anything(),
      ),
    );
  }, 20_000);

  it('offers to clear the filters when nothing matches', async () => {
    const api = mockApprovalsApi();
    api.listRequests.mockImplementation(async ({ text }) =>
      text
        ? { items: [], total: 0 }
        : { items: [makeRequest({ title: 'First' })], total: 1 },
    );
    renderApprovals(api, '?text=bills');
    await screen.findByText('No request matches');

    const [, inPage] = screen.getAllByRole('button', { name: 'Clear filters' });
    await userEvent.click(inPage);

    expect(await screen.findByRole('row', { name: /First/ })).toBeVisible();
    expect(screen.getByRole('searchbox')).toHaveValue('');
    expect(screen.queryByRole('button', { name: 'Clear filters' })).toBeNull();
  }, 20_000);

  it('ignores a filter that the address got wrong', async () => {
    const api = mockApprovalsApi();
    renderApprovals(api, '?risk=huge&status=rejected');

    await screen.findByText('Nothing waits for you');
    expect(api.listRequests).toHaveBeenCalledWith(
      expect.objectContaining({ risk: undefined, status: undefined }),
      expect.anything(),
    );
  });
});
