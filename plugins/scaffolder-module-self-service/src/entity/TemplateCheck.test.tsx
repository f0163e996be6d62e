import { renderInTestApp } from '@backstage/frontend-test-utils';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen } from '@testing-library/react';
import { TemplateCheck } from './TemplateCheck';

const WARNING = {
  type: 'self-service/template-check',
  level: 'warning',
  message: 'spec.steps[1].action: github:x does not check: put a gate before.',
};
const ERROR = {
  type: 'backstage.io/catalog-processing',
  level: 'error',
  message: 'spec.steps[0].onFailure: It can only abort.',
  error: {
    name: 'TemplateCheckError',
    message: 'spec.steps[0].onFailure: It can only abort.',
  },
};
const OTHER = {
  type: 'backstage.io/catalog-processing',
  level: 'error',
  message: 'InputError: Unable to read url',
  error: { name: 'InputError', message: 'Unable to read url' },
};

function renderCheck(items: object[] | undefined) {
  const entity = {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name: 'database' },
    ...(items && { status: { items } }),
  };
  renderInTestApp(
    <EntityProvider entity={entity}>
      <TemplateCheck />
    </EntityProvider>,
  );
}

describe('TemplateCheck', () => {
  it('lists errors before warnings, with their places, and nothing else', async () => {
    renderCheck([WARNING, OTHER, ERROR, 'nonsense' as unknown as object]);

    const problems = await screen.findAllByRole('listitem');
    expect(problems.map(({ textContent }) => textContent)).toEqual([
      'Errorspec.steps[0].onFailureIt can only abort.',
      'Warningspec.steps[1].actiongithub:x does not check: put a gate before.',
    ]);
    expect(screen.getByText(/As long as there are errors/)).toBeVisible();
  });

  it('does not speak of errors where there are none', async () => {
    renderCheck([WARNING]);

    expect(await screen.findByText('Warning')).toBeVisible();
    expect(
      screen.queryByText(/As long as there are errors/),
    ).not.toBeInTheDocument();
  });

  it('says that nothing is wrong', async () => {
    renderCheck(undefined);

    expect(
      await screen.findByText('Nothing is wrong with this template.'),
    ).toBeVisible();
  });
});
