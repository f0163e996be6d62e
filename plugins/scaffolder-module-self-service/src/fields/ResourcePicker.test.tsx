import { renderInTestApp } from '@backstage/frontend-test-utils';
import { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { Resource } from '@self-service/plugin-runs-common';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes } from 'react-router-dom';
import { mockFormApi } from '../__testUtils__/mockFormApi';
import { formApiRef } from '../form/api/FormApi';
import { ResourcePicker } from './ResourcePicker';

function makeResource(id: string, template: string, allowed = true): Resource {
  const refused = { allowed: false };
  return {
    id,
    title: `Database ${id}`,
    kind: 'PostgreSQL database',
    name: id,
    environment: 'dev',
    createdAt: '2026-11-22T10:00:00Z',
    status: 'present',
    entityRefs: [],
    parts: [],
    actions: {
      remove: {
        allowed,
        formPath: `/create/templates/default/${template}?resource=${id}`,
      },
      change: refused,
      extend: refused,
    },
  };
}

function renderPicker(formData?: string, formApi = mockFormApi()) {
  const onChange = jest.fn();
  const props = {
    name: 'resource',
    schema: { title: 'Database', description: 'Which one to delete.' },
    formData,
    onChange,
    required: true,
  } as unknown as FieldExtensionComponentProps<string>;
  renderInTestApp(
    <Routes>
      <Route
        path="/:namespace/:templateName"
        element={<ResourcePicker {...props} />}
      />
    </Routes>,
    {
      apis: [[formApiRef, formApi]],
      initialRouteEntries: ['/default/database-deletion'],
    },
  );
  return onChange;
}

describe('ResourcePicker', () => {
  it('offers what the template can be used on, each once', async () => {
    const formApi = mockFormApi();
    const orders = makeResource('orders', 'database-deletion');
    formApi.listResources.mockImplementation(async view =>
      view === 'mine'
        ? [orders, makeResource('shop', 'service-deletion')]
        : [orders, makeResource('held', 'database-deletion', false)],
    );
    const onChange = renderPicker(undefined, formApi);

    await userEvent.click(
      await screen.findByRole('button', { name: /Database/ }),
    );
    const options = await screen.findAllByRole('option');
    expect(options.map(({ textContent }) => textContent)).toEqual([
      'orders · PostgreSQL database · dev',
    ]);

    await userEvent.click(options[0]);
    expect(onChange).toHaveBeenCalledWith('orders');
  });

  it('keeps a value that is not among them', async () => {
    renderPicker('task-9');

    expect(
      await screen.findByRole('button', { name: /Database/ }),
    ).toHaveTextContent('task-9');
  });

  it('says so when there is nothing', async () => {
    renderPicker();

    expect(
      await screen.findByText(/There is nothing of yours/),
    ).toBeInTheDocument();
  });

  it('says so when the list cannot be loaded', async () => {
    const formApi = mockFormApi();
    formApi.listResources.mockRejectedValue(new Error('it is away'));
    renderPicker(undefined, formApi);

    expect(
      await screen.findByText('The list could not be loaded: it is away'),
    ).toBeInTheDocument();
  });
});
