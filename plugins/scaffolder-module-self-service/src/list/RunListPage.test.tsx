import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { RunsApi } from '../api/RunsApi';
import { makeRunState, makeTask } from '../__testUtils__/fixtures';
import { mockRunsApi } from '../__testUtils__/mockRunsApi';
import { renderRuns } from '../__testUtils__/renderRuns';

function renderList(
  search = '',
  prepare: (pageRuns: jest.Mocked<RunsApi>['pageRuns']) => void = () => {},
) {
  const runsApi = mockRunsApi();
  runsApi.pageRuns.mockResolvedValue({
    items: [
      makeRunState({ status: 'waiting', waitsFor: 'Waits for the lead' }),
    ],
    total: 1,
  });
  prepare(runsApi.pageRuns);
  return renderRuns(
    { task: makeTask('failed'), events: [], run: {}, approvals: {} },
    search,
    { runsApi },
  );
}

describe('RunListPage', () => {
  it('lists my runs with their true status and what they wait for', async () => {
    const { runsApi } = renderList();

    const row = await screen.findByRole('row', { name: /Database orders/ });
    expect(row).toHaveTextContent('postgresql-database');
    expect(row).toHaveTextContent('dana');
    expect(row).toHaveTextContent('Waiting');
    expect(row).toHaveTextContent('Waits for the lead');
    expect(row).toHaveAttribute('data-href', '/create/tasks/task-1');
    expect(runsApi.pageRuns).toHaveBeenCalledWith(
      expect.objectContaining({ scope: 'mine', status: undefined }),
      expect.anything(),
    );
    expect(screen.getByText('1 run')).toBeInTheDocument();
  });

  it('says how long a run took that has ended, and what went wrong', async () => {
    renderList('', pageRuns =>
      pageRuns.mockResolvedValue({
        items: [
          makeRunState({
            status: 'failed',
            problem: 'Rejected by user:default/leo: not now',
            createdAt: '2026-11-22T10:00:00Z',
            endedAt: '2026-11-22T10:00:42Z',
          }),
        ],
        total: 1,
      }),
    );

    const row = await screen.findByRole('row', { name: /Database orders/ });
    expect(row).toHaveTextContent('took 42 s');
    expect(row).toHaveTextContent('Rejected by leo: not now');
  });

  it('lists those of my teams, and of everybody where that is allowed', async () => {
    const { runsApi } = renderList();

    for (const [name, scope] of [
      ['My teams’', 'team'],
      ['All', 'all'],
    ]) {
      await userEvent.click(await screen.findByRole('radio', { name }));
      await waitFor(() =>
        expect(runsApi.pageRuns).toHaveBeenLastCalledWith(
          expect.objectContaining({ scope }),
          expect.anything(),
        ),
      );
    }
  });

  it('takes its filters from the address, and ignores what is wrong', async () => {
    const { runsApi } = renderList(
      '?scope=team&status=needs-attention&templateRef=template:default/x&text=ord',
    );
    await screen.findByRole('row', { name: /Database orders/ });

    expect(runsApi.pageRuns).toHaveBeenCalledWith(
      {
        scope: 'team',
        status: 'needs-attention',
        templateRef: 'template:default/x',
        text: 'ord',
        cursor: undefined,
        limit: 20,
      },
      expect.anything(),
    );
    expect(screen.getByRole('searchbox')).toHaveValue('ord');
    expect(
      screen.getByRole('button', { name: /Needs attention.*Status/ }),
    ).toBeInTheDocument();
  });

  it('filters by template and status, and clears', async () => {
    const { runsApi } = renderList('?status=nonsense');

    await userEvent.click(
      await screen.findByRole('button', { name: /Every template/ }),
    );
    await userEvent.click(
      await screen.findByRole('option', { name: 'PostgreSQL database' }),
    );
    await waitFor(() =>
      expect(runsApi.pageRuns).toHaveBeenLastCalledWith(
        expect.objectContaining({
          templateRef: 'template:default/postgresql-database',
          status: undefined,
        }),
        expect.anything(),
      ),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Clear filters' }),
    );

    await waitFor(() =>
      expect(runsApi.pageRuns).toHaveBeenLastCalledWith(
        expect.objectContaining({ templateRef: undefined }),
        expect.anything(),
      ),
    );
  });

  it('pages by cursor', async () => {
    renderList('', pageRuns =>
      pageRuns.mockImplementation(async ({ cursor }) =>
        cursor
          ? {
              items: [makeRunState({ taskId: 'b', title: 'Second' })],
              total: 21,
            }
          : {
              items: [makeRunState({ taskId: 'a', title: 'First' })],
              total: 21,
              nextCursor: 'next',
            },
      ),
    );

    await screen.findByRole('row', { name: /First/ });
    expect(screen.getByText('1 - 20 of 21')).toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: 'Next table page' }),
    );

    expect(await screen.findByRole('row', { name: /Second/ })).toBeVisible();
    expect(screen.queryByRole('row', { name: /First/ })).toBeNull();
  });

  it.each([
    ['', 'No runs yet'],
    ['?scope=team', 'No runs yet'],
    ['?text=x', 'No run matches'],
  ])('says what an empty list at "%s" means', async (search, title) => {
    renderList(search, pageRuns =>
      pageRuns.mockResolvedValue({ items: [], total: 0 }),
    );

    expect(await screen.findByText(title)).toBeInTheDocument();
  });

  it('says why the list is missing, and tries again when asked', async () => {
    renderList('', pageRuns =>
      pageRuns.mockRejectedValueOnce(new Error('the database is away')),
    );

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The list of runs could not be loaded: the database is away',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));

    expect(
      await screen.findByRole('row', { name: /Database orders/ }),
    ).toBeInTheDocument();
  });
});
