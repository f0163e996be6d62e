import { ResourceDetail } from '@self-service/plugin-runs-common';
import { screen, within } from '@testing-library/react';
import { makeResource } from '../__testUtils__/fixtures';
import {
  makeResponseError,
  mockResourcesApi,
  renderResources,
} from '../__testUtils__/renderResources';

function renderResource(detail: Partial<ResourceDetail>) {
  const api = mockResourcesApi();
  api.getResource.mockResolvedValue({
    resource: makeResource(),
    removals: [],
    ...detail,
  });
  renderResources(api, '/task-1');
  return api;
}

describe('ResourcePage', () => {
  it('shows what it is, what it consists of, and whose it is', async () => {
    const api = renderResource({});

    expect(
      await screen.findByRole('heading', { level: 1, name: /orders/ }),
    ).toHaveTextContent('Present');
    const parts = screen.getByRole('region', { name: 'What it consists of' });
    expect(parts).toHaveTextContent('apply · atlantis');
    expect(
      within(parts).getByRole('link', { name: /databases\/orders/ }),
    ).toHaveAttribute('href', 'https://git.example.com/4');
    const facts = screen.getByRole('region', { name: 'Facts' });
    for (const text of ['production', 'payments', '$150 a month', 'No end']) {
      expect(facts).toHaveTextContent(text);
    }
    expect(
      within(facts).getByRole('link', { name: 'The run that made it' }),
    ).toHaveAttribute('href', '/create/tasks/task-1');
    expect(screen.queryByRole('region', { name: 'Removals' })).toBeNull();
    expect(api.getResource).toHaveBeenCalledWith('task-1', expect.anything());
  });

  it('leads to the form of what can be done, and says why the rest can’t', async () => {
    renderResource({});

    expect(
      await screen.findByRole('link', { name: 'Remove orders' }),
    ).toHaveAttribute(
      'href',
      '/create/templates/default/database-deletion?resource=task-1',
    );
    const extend = screen.getByRole('button', { name: 'Extend orders' });
    expect(extend).toBeDisabled();
    expect(extend).toHaveAccessibleDescription(/Extend: it has no end\./);
    expect(
      screen.getByText('Change: another change of it is under way.'),
    ).toBeInTheDocument();
  });

  it.each([
    ['removing', 'It is being removed'],
    ['remove-failed', 'It could not be removed'],
    ['removed', 'It was removed'],
  ] as const)('says what became of what is %s', async (status, title) => {
    renderResource({
      resource: makeResource({ status }),
      removals: [
        {
          taskId: 'task-9',
          status: 'failed',
          createdAt: '2026-11-22T10:00:00Z',
          requester: 'user:default/leo',
        },
        {
          taskId: 'task-8',
          status: 'cancelled',
          createdAt: '2026-11-21T10:00:00Z',
        },
      ],
    });

    expect(await screen.findByText(title)).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Open the run' })).toHaveAttribute(
      'href',
      '/create/tasks/task-9',
    );
    const removals = within(screen.getByRole('region', { name: 'Removals' }));
    expect(
      removals
        .getAllByRole('listitem')
        .map(item => [
          within(item)
            .getByRole('link', { name: 'Removal' })
            .getAttribute('href'),
          /Failed|Cancelled/.exec(item.textContent ?? '')?.[0],
        ]),
    ).toEqual([
      ['/create/tasks/task-9', 'Failed'],
      ['/create/tasks/task-8', 'Cancelled'],
    ]);
    expect(
      screen.queryAllByRole('link', { name: 'Remove orders' }),
    ).toHaveLength(status === 'removed' ? 0 : 1);
  });

  it('links to nothing that would run as the reader', async () => {
    const [part] = makeResource().parts;
    renderResource({
      resource: makeResource({ parts: [{ ...part, url: 'data:text/html,x' }] }),
    });

    const parts = await screen.findByRole('region', {
      name: 'What it consists of',
    });
    expect(parts).toHaveTextContent('databases/orders');
    expect(within(parts).queryByRole('link')).toBeNull();
  });

  it('says so of one that does not exist, or is not theirs to see', async () => {
    const api = mockResourcesApi();
    api.getResource.mockRejectedValue(
      makeResponseError(404, 'There is no resource task-1 that you may see'),
    );
    renderResources(api, '/task-1');

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The resource could not be loaded: There is no resource task-1 that you may see',
    );
  });
});
