import { renderInTestApp } from '@backstage/frontend-test-utils';
import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { LivePage, LivePages } from './LivePages';

type Load = (page: {
  cursor: string | undefined;
  limit: number;
}) => Promise<LivePage<string>>;

function renderPages(
  load: Load,
  readRefusal?: (error: Error) => JSX.Element | undefined,
) {
  renderInTestApp(
    <LivePages
      what="The list"
      load={load}
      everyMilliseconds={60_000}
      signal={undefined}
      empty={<p>There is nothing.</p>}
      readRefusal={readRefusal}
    >
      {({ items }, pagination) => (
        <>
          <p>{items.join(' ')}</p>
          {pagination.type === 'page' && (
            <>
              <p>
                {pagination.offset} of {pagination.totalCount}
              </p>
              <button onClick={pagination.onNextPage}>Next</button>
              <button onClick={pagination.onPreviousPage}>Back</button>
            </>
          )}
        </>
      )}
    </LivePages>,
  );
}

function focusWindow() {
  act(() => {
    window.dispatchEvent(new Event('focus'));
  });
}

describe('LivePages', () => {
  it('turns pages by their cursors, and back', async () => {
    const load = jest.fn<ReturnType<Load>, Parameters<Load>>(
      async ({ cursor }) =>
        cursor === 'two'
          ? { items: ['c'] }
          : { items: ['a', 'b'], nextCursor: 'two' },
    );
    renderPages(load);

    expect(await screen.findByText('a b')).toBeVisible();
    // Of a list without a total, there is one more at least.
    expect(screen.getByText('0 of 3')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Next' }));
    expect(await screen.findByText('c')).toBeVisible();
    expect(screen.getByText('20 of 21')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Back' }));
    expect(await screen.findByText('a b')).toBeVisible();
    expect(load.mock.calls.map(([page]) => page)).toEqual([
      { cursor: undefined, limit: 20 },
      { cursor: 'two', limit: 20 },
      { cursor: undefined, limit: 20 },
    ]);
  });

  it('has no pages where there is one, and believes the total', async () => {
    const load = jest.fn<ReturnType<Load>, Parameters<Load>>(async () => ({
      items: ['a'],
      total: 1,
    }));
    renderPages(load);
    await screen.findByText('a');
    expect(screen.queryByRole('button')).not.toBeInTheDocument();

    load.mockResolvedValue({ items: ['a'], total: 99, nextCursor: 'two' });
    focusWindow();
    expect(await screen.findByText('0 of 99')).toBeVisible();
  });

  it('says that there is nothing', async () => {
    renderPages(async () => ({ items: [] }));

    expect(await screen.findByText('There is nothing.')).toBeVisible();
  });

  it('says why there is no list, and keeps one that it can not renew', async () => {
    const load = jest.fn<ReturnType<Load>, Parameters<Load>>(async () => ({
      items: ['a'],
    }));
    load.mockRejectedValueOnce(new Error('away'));
    renderPages(load);

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The list could not be loaded: away',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('a')).toBeVisible();

    load.mockRejectedValueOnce(new Error('away again'));
    focusWindow();
    expect(await screen.findByText(/may be out of date/)).toBeVisible();
    expect(screen.getByText('a')).toBeVisible();
  });

  it('shows nothing any more to those who may not see it', async () => {
    const load = jest.fn<ReturnType<Load>, Parameters<Load>>(async () => ({
      items: ['a'],
    }));
    renderPages(load, ({ message }) =>
      message === 'denied' ? <p>Ask your lead.</p> : undefined,
    );
    await screen.findByText('a');

    load.mockRejectedValue(new Error('denied'));
    focusWindow();
    expect(await screen.findByText('Ask your lead.')).toBeVisible();
    expect(screen.queryByText('a')).not.toBeInTheDocument();
  });
});
