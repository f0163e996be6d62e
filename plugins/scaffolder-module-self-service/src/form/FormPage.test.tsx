import { mockApis } from '@backstage/frontend-test-utils';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  makeApprovalPreview,
  makePreview,
  mockFormApi,
} from '../__testUtils__/mockFormApi';
import { DATABASE_MANIFEST, renderForm } from '../__testUtils__/renderForm';

const REF = 'template:default/postgresql-database';

async function findPanel() {
  return within(
    await screen.findByRole('complementary', { name: /What will happen/ }),
  );
}

/** At once: a form that is drawn anew for every letter is slow to test. */
async function fillIn(label: RegExp, value: string) {
  fireEvent.change(await screen.findByLabelText(label), { target: { value } });
}

async function review(name = 'orders') {
  await fillIn(/Name/, name);
  await userEvent.click(screen.getByRole('button', { name: 'Review' }));
  return screen.findByRole('button', { name: 'Create' });
}

describe('the form', () => {
  it('takes one field, two clicks, and says beforehand what it does', async () => {
    const { scaffolderApi, formApi } = renderForm();

    const create = await review();

    const panel = await findPanel();
    expect(panel.getByText('Goes through at once')).toBeInTheDocument();
    expect(panel.getByText('$50 a month')).toBeInTheDocument();
    expect(await panel.findByText('in Terraform by Atlantis')).toBeVisible();
    expect(
      panel.getByText('read on databases/orders to the owning team'),
    ).toBeInTheDocument();
    await waitFor(() =>
      expect(formApi.preview).toHaveBeenLastCalledWith(
        REF,
        { name: 'orders', size: 'small' },
        expect.anything(),
      ),
    );
    expect(
      await screen.findByText('It starts at once when you create it.'),
    ).toBeInTheDocument();

    const rows = screen.getAllByRole('row').map(row => row.textContent);
    expect(rows).toEqual(['Nameorders', 'SizeSmall']);

    await userEvent.click(create);

    expect(
      await screen.findByText('the stock pages at /create/tasks/task-2'),
    ).toBeInTheDocument();
    expect(scaffolderApi.scaffold).toHaveBeenCalledWith({
      templateRef: REF,
      values: { name: 'orders', size: 'small' },
      secrets: {},
    });
  });

  it('says who must approve, why, how long it takes, and how to avoid it', async () => {
    const formApi = mockFormApi();
    formApi.preview.mockImplementation(async (_, { size }) =>
      size === 'small'
        ? makePreview()
        : makeApprovalPreview({
            alternatives: [
              {
                parameter: 'size',
                value: 'small',
                title: 'Size',
                valueTitle: 'Small',
                outcome: 'auto-approve',
                monthlyCost: 50,
                avoids: ['team-lead'],
              },
            ],
            warnings: [{ code: 'freeze-ahead', text: 'A freeze begins soon.' }],
          }),
    );
    renderForm({ formApi, search: '?formData={"size":"large"}' });

    const panel = await findPanel();
    expect(await panel.findByText('Needs approval')).toBeInTheDocument();
    expect(panel.getByText('leo')).toBeInTheDocument();
    expect(panel.getByText('asked to answer within 4 h')).toBeInTheDocument();
    expect(
      panel.getByText('Usually decided in 15 min (3 requests like it)'),
    ).toBeInTheDocument();
    expect(
      panel.getByText(/Production changes need the approval/),
    ).toBeInTheDocument();
    expect(panel.getByText('A freeze begins soon.')).toBeInTheDocument();
    expect(
      panel.getByText('goes through at once, $50 a month'),
    ).toBeInTheDocument();
    expect(await panel.findByRole('status')).toHaveTextContent(
      'Needs approval of leo.',
    );

    await userEvent.click(
      panel.getByRole('button', { name: 'Use it', description: /Size: Small/ }),
    );

    expect(await panel.findByText('Goes through at once')).toBeInTheDocument();
    expect(screen.getByLabelText(/Size/)).toHaveTextContent('Small');
  });

  it('changes a field from the review too, and keeps the others', async () => {
    const formApi = mockFormApi();
    formApi.preview.mockResolvedValue(
      makeApprovalPreview({
        alternatives: [
          {
            parameter: 'size',
            value: 'large',
            title: 'Size',
            valueTitle: 'Large',
            outcome: 'require-approval',
            avoids: [],
          },
        ],
      }),
    );
    renderForm({ formApi });
    await review();
    expect(await screen.findByText(/leo will be asked/)).toBeInTheDocument();

    await userEvent.click(
      screen.getByRole('button', {
        name: 'Use it',
        description: /Size: Large/,
      }),
    );

    expect(await screen.findByLabelText(/Name/)).toHaveValue('orders');
    expect(screen.getByLabelText(/Size/)).toHaveTextContent('Large');
  });

  it('refuses what policy denies, and says what to do', async () => {
    const formApi = mockFormApi();
    formApi.preview.mockResolvedValue(
      makePreview({
        decision: {
          outcome: 'deny',
          stages: [],
          reasons: [
            {
              code: 'invalid.environment',
              dimension: 'environment',
              params: { field: 'environment', value: 'moon' },
            },
          ],
          warnings: [],
        },
        cost: undefined,
      }),
    );
    renderForm({ formApi });

    const create = await review();

    await waitFor(() => expect(create).toBeDisabled());
    expect(
      screen.getByText(/The policy knows no environment "moon"/),
    ).toBeInTheDocument();
    expect(screen.getByText(/policy does not allow it/)).toBeInTheDocument();
    expect(create).toHaveAccessibleDescription(/policy does not allow it/);
  });

  it('asks to fill in what is missing instead of denying it', async () => {
    const formApi = mockFormApi();
    formApi.preview.mockResolvedValue(
      makePreview({
        decision: {
          outcome: 'deny',
          stages: [],
          reasons: [
            { code: 'invalid.cost', dimension: 'cost', params: { field: 'x' } },
          ],
          warnings: [],
        },
        incomplete: ['size'],
        cost: undefined,
        creates: [{ kind: 'PostgreSQL database' }],
      }),
    );
    renderForm({ formApi });

    const panel = await findPanel();
    expect(await panel.findByText('Not filled in yet')).toBeInTheDocument();
    expect(panel.getByText(/^Fill in Size to see/)).toBeInTheDocument();
    expect(panel.getByText('name not filled in yet')).toBeInTheDocument();
    expect(panel.queryByText(/Policy does not allow/)).toBeNull();
    expect(await review()).toBeEnabled();
  });

  it('says at the field that a name is taken, and does not hold it up', async () => {
    const formApi = mockFormApi();
    formApi.check.mockImplementation(async (_, { name }) =>
      name === 'orders'
        ? [
            {
              parameter: 'name',
              severity: 'error',
              code: 'taken',
              message: 'There is a database "orders" already.',
              remedy: 'Choose another name.',
            },
          ]
        : [],
    );
    renderForm({ formApi });

    await fillIn(/Name/, 'orders');

    // Below the field and in the panel; told once.
    const taken = 'There is a database "orders" already. Choose another name.';
    await waitFor(() => expect(screen.getAllByText(taken)).toHaveLength(2));
    const panel = await findPanel();
    expect(panel.getByRole('status')).toHaveTextContent(
      'There is a database "orders" already.',
    );

    await userEvent.click(screen.getByRole('button', { name: 'Review' }));
    expect(
      await screen.findByText('This will probably fail:'),
    ).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Create' })).toBeEnabled();
  });

  it('can be sent when nobody knows what will happen', async () => {
    const formApi = mockFormApi();
    formApi.preview.mockRejectedValue(new Error('the backend is away'));
    formApi.check.mockRejectedValue(new Error('so is this one'));
    const { scaffolderApi } = renderForm({ formApi });

    const create = await review();
    const panel = await findPanel();
    expect(
      await panel.findByText(/could not be worked out: the backend is away/),
    ).toBeInTheDocument();
    expect(
      panel.getByText('Names were not checked: so is this one'),
    ).toBeInTheDocument();

    formApi.preview.mockResolvedValue(makePreview());
    await userEvent.click(panel.getByRole('button', { name: 'Try again' }));
    expect(await panel.findByText('Goes through at once')).toBeInTheDocument();

    await userEvent.click(create);
    expect(scaffolderApi.scaffold).toHaveBeenCalled();
  });

  it('explains a refusal beside the button, and keeps the values', async () => {
    const { scaffolderApi } = renderForm();
    scaffolderApi.scaffold.mockRejectedValueOnce(
      new Error(
        'Backend request failed, 400 Bad Request {"errors":[{"stack":"instance.name is too short"}]}',
      ),
    );

    const create = await review('o');
    await userEvent.click(create);

    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('name is too short');
    expect(alert).toHaveTextContent('Nothing was started');
    expect(create).toBeEnabled();

    await userEvent.click(screen.getByRole('button', { name: 'Back' }));
    expect(await screen.findByLabelText(/Name/)).toHaveValue('o');
  });

  it('never sends secrets before the form is submitted', async () => {
    const { formApi } = renderForm({
      manifest: {
        ...DATABASE_MANIFEST,
        steps: [
          {
            title: 'Database',
            schema: {
              properties: {
                name: { type: 'string', title: 'Name' },
                password: {
                  type: 'string',
                  title: 'Password',
                  'ui:field': 'Secret',
                },
              },
            },
          },
        ],
      },
    });

    await fillIn(/Password/, 's3cret');
    await fillIn(/Name/, 'orders');

    await waitFor(() =>
      expect(formApi.preview).toHaveBeenLastCalledWith(
        REF,
        { name: 'orders' },
        expect.anything(),
      ),
    );
    const asked = [...formApi.preview.mock.calls, ...formApi.check.mock.calls];
    expect(JSON.stringify(asked)).not.toMatch(/s3cret|\*|password/);
  });
});

describe('what the form opens with', () => {
  it('is what the person chose the last time, until they reset it', async () => {
    const key = `user:default/dana ${REF}`;
    const storageApi = mockApis.storage();
    const first = renderForm({
      storageApi,
      search: '?formData={"size":"large"}',
    });
    await userEvent.click(await review());
    await screen.findByText('the stock pages at /create/tasks/task-2');
    first.unmount();
    // What was typed in is not even kept.
    const kept = storageApi.forBucket('self-service-form').snapshot(key);
    expect(kept.value).toEqual({ size: 'large' });

    renderForm({ storageApi });
    expect(await screen.findByLabelText(/Size/)).toHaveTextContent('Large');
    expect(screen.getByLabelText(/Name/)).toHaveValue('');
    expect(screen.getByText('Filled in as last time.')).toBeInTheDocument();

    await fillIn(/Name/, 'shop');
    await userEvent.click(
      screen.getByRole('button', { name: 'Start from the defaults' }),
    );
    await waitFor(() =>
      expect(screen.getByLabelText(/Size/)).toHaveTextContent('Small'),
    );
    expect(screen.getByLabelText(/Name/)).toHaveValue('shop');
    expect(screen.queryByText('Filled in as last time.')).toBeNull();
    expect(storageApi.forBucket('self-service-form').snapshot(key)).toEqual(
      expect.objectContaining({ presence: 'absent' }),
    );
  });

  it('is the resource that the address names', async () => {
    const formApi = mockFormApi();
    const refused = { allowed: false };
    formApi.getResource.mockResolvedValue({
      id: 'task-1',
      title: 'Database orders',
      kind: 'PostgreSQL database',
      name: 'orders',
      environment: 'dev',
      createdAt: '2026-11-22T10:00:00Z',
      status: 'present',
      entityRefs: [],
      parts: [],
      actions: { remove: refused, change: refused, extend: refused },
    });
    renderForm({ formApi, search: '?resource=task-1' });

    expect(
      await screen.findByText('About orders · PostgreSQL database · dev'),
    ).toBeInTheDocument();
    expect(await screen.findByLabelText(/Name/)).toHaveValue('orders');
    expect(formApi.getResource).toHaveBeenCalledWith(
      'task-1',
      expect.anything(),
    );
  });

  it('is said to be unknown where the resource cannot be read', async () => {
    renderForm({ search: '?resource=task-9' });

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The resource in the address could not be read: not mocked',
    );
    expect(await screen.findByLabelText(/Name/)).toHaveValue('');
  });

  it('is the entity on whose page it was opened', async () => {
    renderForm({ search: '?entity=component:default/shop' });

    expect(await screen.findByLabelText(/Name/)).toHaveValue(
      'component:default/shop',
    );
    expect(screen.getByText(/^For/)).toHaveTextContent('For shop');
  });

  it('comes with how it went before', async () => {
    const formApi = mockFormApi();
    formApi.listStatistics.mockResolvedValue([
      {
        templateRef: REF,
        runs: 20,
        completed: 19,
        successRate: 0.95,
        medianSeconds: 42,
        since: '2026-08-24T00:00:00Z',
      },
    ]);
    renderForm({ formApi });

    expect(
      await screen.findByText(
        'Usually done in 42 s · 95 % of 20 runs succeeded',
      ),
    ).toBeInTheDocument();
  });
});
