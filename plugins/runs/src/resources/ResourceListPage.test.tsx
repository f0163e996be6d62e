import { RUNS_SIGNAL } from '@self-service/plugin-runs-common';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { makeResource } from '../__testUtils__/fixtures';
import {
  makeResponseError,
  mockResourcesApi,
  renderResources,
} from '../__testUtils__/renderResources';

const HOUR = 3600 * 1000;

function inHours(hours: number): string {
  return new Date(Date.now() + hours * HOUR).toISOString();
}

describe('ResourceListPage', () => {
  it('shows what there is, what it costs, until when, and how it stands', async () => {
    const api = mockResourcesApi();
    api.listResources.mockResolvedValue({
      items: [
        makeResource(),
        makeResource({
          id: 'task-2',
          kind: 'Access grant',
          name: 'orders-read',
          monthlyCost: undefined,
          expiresAt: inHours(50),
        }),
        makeResource({
          id: 'task-3',
          name: 'ledger',
          status: 'remove-failed',
          expiresAt: inHours(-50),
        }),
      ],
      total: 23,
      monthlyCost: 1250,
      currency: 'USD',
      nextCursor: 'next',
    });

    renderResources(api);

    const orders = await screen.findByRole('row', {
      name: /^orders ?PostgreSQL/,
    });
    // The screen of a test is narrow: all that counts stands below the name.
    expect(orders).toHaveTextContent(
      'ordersPostgreSQL database · production · $150Present',
    );
    expect(orders).toHaveAttribute('data-href', '/resources/task-1');
    expect(screen.getByRole('row', { name: /orders-read/ })).toHaveTextContent(
      'Ends in 2 days',
    );
    expect(screen.getByRole('row', { name: /ledger/ })).toHaveTextContent(
      /Overdue 2 days ago.*Removal failed/,
    );
    expect(screen.getByRole('status')).toHaveTextContent(
      'Altogether:$1,250 a month23 resources',
    );
    expect(api.listResources).toHaveBeenCalledWith(
      { view: 'mine', limit: 20, cursor: undefined },
      expect.anything(),
    );
  });

  it('goes on to the next page', async () => {
    const api = mockResourcesApi();
    api.listResources.mockImplementation(async ({ cursor }) =>
      cursor === 'next'
        ? { items: [makeResource({ name: 'last' })], total: 21 }
        : {
            items: [makeResource({ name: 'first' })],
            total: 21,
            nextCursor: 'next',
          },
    );
    renderResources(api, '/team');
    await screen.findByRole('row', { name: /first/ });

    await userEvent.click(screen.getByRole('button', { name: /next/i }));

    expect(
      await screen.findByRole('row', { name: /last/ }),
    ).toBeInTheDocument();
    expect(api.listResources).toHaveBeenLastCalledWith(
      { view: 'team', limit: 20, cursor: 'next' },
      expect.anything(),
    );
  });

  it('narrows down by kind, status and text', async () => {
    const api = mockResourcesApi([makeResource()]);
    renderResources(api);
    await screen.findByRole('row', { name: /orders/ });

    await userEvent.click(screen.getByRole('button', { name: /Kind/ }));
    await userEvent.click(
      await screen.findByRole('option', { name: 'PostgreSQL database' }),
    );
    await userEvent.click(screen.getByRole('button', { name: /Status/ }));
    await userEvent.click(
      await screen.findByRole('option', { name: 'Removed' }),
    );
    await userEvent.type(
      screen.getByRole('searchbox', { name: 'Search in names' }),
      'ord',
    );

    await waitFor(() =>
      expect(api.listResources).toHaveBeenCalledWith(
        expect.objectContaining({
          kind: 'PostgreSQL database',
          status: 'removed',
          text: 'ord',
        }),
        expect.anything(),
      ),
    );
    expect(await screen.findByText('What these filters show:')).toBeVisible();
    await userEvent.click(
      screen.getByRole('button', { name: 'Clear filters' }),
    );
    expect(await screen.findByText('Altogether:')).toBeInTheDocument();
  });

  it.each([
    ['', 'You have no resources'],
    ['/team', 'Your teams have no resources'],
    ['/all', 'There are no resources'],
    ['?kind=Cluster', 'No resource matches'],
  ])('says what an empty list means at %s', async (path, title) => {
    renderResources(mockResourcesApi(), path);

    expect(await screen.findByText(title)).toBeInTheDocument();
  });

  it('leads those who have nothing to the templates', async () => {
    renderResources(mockResourcesApi());

    expect(
      await screen.findByRole('link', { name: 'Browse templates' }),
    ).toHaveAttribute('href', '/create');
  });

  it('says who may see everybody’s', async () => {
    const api = mockResourcesApi();
    api.listResources.mockRejectedValue(makeResponseError(403, 'no'));

    renderResources(api, '/all');

    expect(
      await screen.findByText(/takes the permission runs\.run\.list/),
    ).toBeInTheDocument();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('says why there is no list, and tries again', async () => {
    const api = mockResourcesApi([makeResource()]);
    const page = { items: [makeResource()], total: 1 };
    api.listResources.mockRejectedValue(makeResponseError(500, 'No database'));
    renderResources(api);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The list of resources could not be loaded: No database',
    );
    api.listResources.mockResolvedValue(page);

    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));

    expect(
      await screen.findByRole('row', { name: /orders/ }),
    ).toBeInTheDocument();
  });

  it('keeps what it knows when it cannot be renewed', async () => {
    const api = mockResourcesApi([makeResource()]);
    renderResources(api);
    await screen.findByRole('row', { name: /orders/ });
    api.listResources.mockRejectedValue(makeResponseError(500, 'No database'));

    window.dispatchEvent(new Event('focus'));

    expect(
      await screen.findByText('This may be out of date'),
    ).toBeInTheDocument();
    expect(screen.getByRole('row', { name: /orders/ })).toBeInTheDocument();
  });

  it('asks again as soon as a run has changed', async () => {
    const api = mockResourcesApi([makeResource()]);
    const tell = new Map<string, (message: { taskId: string }) => void>();
    renderResources(api, '', {
      signalApi: {
        subscribe: (channel, onMessage) => {
          tell.set(channel, onMessage as (message: object) => void);
          return { unsubscribe: () => {} };
        },
      },
    });
    await screen.findByRole('row', { name: /orders/ });
    api.listResources.mockResolvedValue({
      items: [makeResource({ status: 'removing' })],
      total: 1,
    });

    act(() => tell.get(RUNS_SIGNAL)?.({ taskId: 'task-9' }));

    await waitFor(
      () =>
        expect(screen.getByRole('row', { name: /orders/ })).toHaveTextContent(
          'Removing',
        ),
      // Less than the time after which it asks in any case.
      { timeout: 8_000 },
    );
  });

  it('adds no amounts of several currencies', async () => {
    const api = mockResourcesApi();
    api.listResources.mockResolvedValue({
      items: [makeResource(), makeResource({ id: 'b', currency: 'EUR' })],
      total: 2,
      monthlyCost: 300,
    });

    renderResources(api);

    expect(await screen.findByRole('status')).toHaveTextContent(
      'Altogether:2 resources',
    );
  });

  it('has a tab for everybody’s only for those who may see it', async () => {
    renderResources(mockResourcesApi());

    const tabs = await screen.findByRole('tablist');
    expect(
      await within(tabs).findByRole('tab', { name: 'Everybody’s' }),
    ).toBeInTheDocument();
  });
});
