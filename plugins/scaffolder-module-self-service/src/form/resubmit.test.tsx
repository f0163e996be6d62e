import { renderInTestApp } from '@backstage/frontend-test-utils';
import {
  formDecoratorsApiRef,
  formFieldsApiRef,
} from '@backstage/plugin-scaffolder/alpha';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes, useLocation } from 'react-router-dom';
import {
  HELD_OPTIONS,
  makeRunState,
  makeTask,
} from '../__testUtils__/fixtures';
import { mockFormApi } from '../__testUtils__/mockFormApi';
import { mockRunsApi } from '../__testUtils__/mockRunsApi';
import { runsApiRef } from '../api/RunsApi';
import { createRootRouteRef } from '../routes';
import { formApiRef } from './api/FormApi';
import { TemplatesPage } from './TemplatesPage';

const MANIFEST = {
  title: 'PostgreSQL database',
  steps: [
    {
      title: 'Database',
      schema: {
        required: ['name', 'password'],
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
};

function Stock() {
  return <p>the stock pages at {useLocation().pathname}</p>;
}

function renderForm(
  search: string,
  options = HELD_OPTIONS,
  getTask = async () => makeTask('failed'),
) {
  const scaffolderApi = {
    getTask: jest.fn(getTask),
    getTemplateParameterSchema: jest.fn(async () => MANIFEST),
    scaffold: jest.fn(async () => ({ taskId: 'task-2' })),
  };
  const runsApi = mockRunsApi();
  runsApi.getRun.mockResolvedValue({
    taskId: 'task-1',
    suspensions: [],
    effects: [],
    state: makeRunState({ status: 'failed', phase: 'failed', options }),
  });
  runsApi.rollBack.mockResolvedValue();
  runsApi.replace.mockResolvedValue();
  renderInTestApp(
    <Routes>
      <Route path="templates/*" element={<TemplatesPage stock={<Stock />} />} />
      <Route path="tasks/*" element={<Stock />} />
    </Routes>,
    {
      apis: [
        [scaffolderApiRef, scaffolderApi],
        [runsApiRef, runsApi],
        [formApiRef, mockFormApi()],
        [catalogApiRef, catalogApiMock()],
        [formFieldsApiRef, { loadFormFields: async () => [] }],
        [formDecoratorsApiRef, { getFormDecorators: async () => [] }],
      ],
      mountPath: '/create/*',
      mountedRoutes: { '/create': createRootRouteRef },
      initialRouteEntries: [
        `/create/templates/default/postgresql-database${search}`,
      ],
    },
  );
  return { scaffolderApi, runsApi };
}

async function fillInAndSubmit() {
  await userEvent.clear(await screen.findByLabelText(/Name/));
  await userEvent.type(screen.getByLabelText(/Name/), 'invoices');
  await userEvent.type(screen.getByLabelText(/Password/), 's3cret');
  await userEvent.click(screen.getByRole('button', { name: 'Review' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Create' }));
}

describe('the form with the values of a run', () => {
  it('opens with the values, without secrets', async () => {
    renderForm('?from=task-1');

    expect(await screen.findByLabelText(/Name/)).toHaveValue('orders');
    expect(screen.getByLabelText(/Password/)).toHaveValue('');
    expect(
      screen.getByText(/the earlier run is rolled back first/),
    ).toHaveTextContent('Secrets are left empty');

    await userEvent.click(screen.getByRole('button', { name: 'Review' }));

    // The asterisks of the earlier run must not pass for an answer.
    expect(screen.queryByRole('button', { name: 'Create' })).toBeNull();
  });

  it('rolls the earlier run back, starts the new one and goes there', async () => {
    const { scaffolderApi, runsApi } = renderForm('?from=task-1');

    await fillInAndSubmit();

    expect(
      await screen.findByText('the stock pages at /create/tasks/task-2'),
    ).toBeInTheDocument();
    expect(runsApi.rollBack).toHaveBeenCalledWith('task-1');
    expect(scaffolderApi.scaffold).toHaveBeenCalledWith({
      templateRef: 'template:default/postgresql-database',
      values: { name: 'invoices', password: '******' },
      secrets: { password: 's3cret' },
    });
    expect(runsApi.replace).toHaveBeenCalledWith('task-2', 'task-1');
  });

  it('leaves a run alone that must not be replaced', async () => {
    const refused = { allowed: false, reason: 'It is completed.' };
    const { runsApi } = renderForm('?from=task-1', {
      ...HELD_OPTIONS,
      resubmit: refused,
    });

    await fillInAndSubmit();

    expect(
      await screen.findByText('the stock pages at /create/tasks/task-2'),
    ).toBeInTheDocument();
    expect(runsApi.rollBack).not.toHaveBeenCalled();
    expect(runsApi.replace).not.toHaveBeenCalled();
  });

  it('says why a run was not started, and keeps the form', async () => {
    const { scaffolderApi } = renderForm('?from=task-1');
    scaffolderApi.scaffold.mockRejectedValue(new Error('name is taken'));

    await fillInAndSubmit();

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The run was not started: name is taken',
    );
    expect(screen.getByRole('button', { name: 'Create' })).toBeEnabled();
  });

  it('says so when the earlier run cannot be read', async () => {
    renderForm('?from=task-1', HELD_OPTIONS, async () => {
      throw new Error('no such run');
    });

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The run to start from could not be loaded: no such run',
    );
  });
});
