import { ProviderStatus } from '@self-service/plugin-runs-common';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  makeFailure,
  makeProvider,
  makeSealedVault,
} from '../__testUtils__/fixtures';
import { renderProviders } from '../__testUtils__/renderProviders';

function makeResponseError(statusCode: number, message: string): Error {
  return Object.assign(new Error(`Request failed with ${statusCode}`), {
    statusCode,
    cause: new Error(message),
  });
}

describe('ProvidersPage', () => {
  it('shows providers by what they are for', async () => {
    renderProviders([
      makeProvider(),
      makeProvider({ id: 'gitlab:git.example.com', vendor: 'GitLab' }),
      makeSealedVault(),
      makeProvider({
        id: 'x',
        capability: 'feature-flags',
        features: ['undo'],
      }),
    ]);

    const git = await screen.findByRole('region', { name: 'Git' });
    expect(
      within(git)
        .getAllByRole('article')
        .map(article => article.querySelector('h3')?.textContent),
    ).toEqual(['GitHub github', 'GitLab gitlab:git.example.com']);
    const github = within(git).getByRole('article', { name: 'GitHub github' });
    expect(github).toHaveTextContent('OK');
    expect(github).toHaveTextContent('Signed in as self-service.');
    expect(github).toHaveTextContent('https://api.github.com');
    expect(github).toHaveTextContent('Internal repositories');
    expect(github.querySelector('time')).toHaveAttribute(
      'datetime',
      '2026-11-22T10:00:00Z',
    );
    // A third party's are shown by the names that it gives them.
    expect(
      screen.getByRole('region', { name: 'Feature flags' }),
    ).toHaveTextContent('Undo');
    const summary = screen.getByRole('list', { name: 'How the providers are' });
    expect(
      within(summary)
        .getAllByRole('listitem')
        .map(item => item.textContent),
    ).toEqual(['1 failing', '3 OK']);
  });

  it('says whose problem it is and what to do, and folds away the rest', async () => {
    renderProviders([makeSealedVault()]);

    const vault = await screen.findByRole('article', {
      name: 'Vault vault:payments',
    });
    expect(vault).toHaveTextContent('Failing');
    expect(within(vault).getAllByText('Vault is sealed.')).toHaveLength(1);
    expect(vault).toHaveTextContent('whoever runs this portal has to act');
    expect(vault).toHaveTextContent('Unseal it.');
    for (const hidden of ['request-77', '{"errors":["sealed"]}']) {
      const details = within(vault).getByText(hidden).closest('details');
      expect(details).not.toHaveAttribute('open');
    }
  });

  it.each<[ProviderStatus['health']['status'], string, string]>([
    ['degraded', 'Degraded', '1 degraded'],
    ['unknown', 'Not checked yet', '1 not checked yet'],
  ])('tells %s', async (status, label, count) => {
    renderProviders([
      makeProvider({ health: { status, description: 'It is so.' } }),
    ]);

    const article = await screen.findByRole('article');
    expect(within(article).getByText(label)).toBeInTheDocument();
    expect(screen.getByText(count)).toBeInTheDocument();
    expect(within(article).queryByText('Last check')).toBeNull();
  });

  it('leads to the runs that failed there, and folds away all but three', async () => {
    const recentFailures = ['a', 'b', 'c', 'd', 'e'].map(taskId =>
      makeFailure({ taskId }),
    );
    renderProviders([makeProvider({ recentFailures })]);

    const runs = await screen.findAllByRole('link', {
      name: 'Run, step “pull-request”',
      hidden: true,
    });
    expect(
      runs.map(link => [
        link.getAttribute('href'),
        link.closest('details') !== null,
      ]),
    ).toEqual([
      ['/create/tasks/a', false],
      ['/create/tasks/b', false],
      ['/create/tasks/c', false],
      ['/create/tasks/d', true],
      ['/create/tasks/e', true],
    ]);
    expect(screen.getByText('Show 2 more')).toBeInTheDocument();
    expect(screen.getAllByText('The branch exists already.')).toHaveLength(5);
  });

  it('checks a provider, and shows what came out', async () => {
    const providersApi = renderProviders([makeProvider(), makeSealedVault()]);
    let answer: (checked: ProviderStatus) => void = () => {};
    providersApi.checkProvider.mockReturnValue(
      new Promise(resolve => {
        answer = resolve;
      }),
    );
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Check now: Vault vault:payments',
      }),
    );
    const button = screen.getByRole('button', { name: /Check now: Vault/ });
    expect(button).toHaveAttribute('data-pending', 'true');
    expect(providersApi.checkProvider).toHaveBeenCalledWith(
      expect.objectContaining({ capability: 'secrets', id: 'vault:payments' }),
    );

    answer(
      makeSealedVault({
        health: { status: 'ok', description: 'It is open again.' },
      }),
    );

    expect(await screen.findByText('It is open again.')).toBeInTheDocument();
    expect(screen.getByText('2 OK')).toBeInTheDocument();
    expect(
      screen.getByText('Vault vault:payments was checked: OK'),
    ).toHaveAttribute('role', 'status');
    expect(button).not.toHaveAttribute('data-pending');
    // The other one stays, and nothing was asked besides.
    expect(screen.getByText('Signed in as self-service.')).toBeInTheDocument();
    expect(providersApi.listProviders).toHaveBeenCalledTimes(1);
  });

  it('keeps the answers of two checks at once', async () => {
    const providersApi = renderProviders([makeProvider(), makeSealedVault()]);
    const answers: (() => void)[] = [];
    providersApi.checkProvider.mockImplementation(
      ({ id }) =>
        new Promise(resolve => {
          const make = id === 'github' ? makeProvider : makeSealedVault;
          answers.push(() =>
            resolve(
              make({
                health: { status: 'degraded', description: `${id} is slow.` },
              }),
            ),
          );
        }),
    );
    for (const button of await screen.findAllByRole('button', {
      name: /Check now/,
    })) {
      await userEvent.click(button);
    }

    answers.forEach(answer => answer());

    expect(await screen.findByText('github is slow.')).toBeInTheDocument();
    expect(
      await screen.findByText('vault:payments is slow.'),
    ).toBeInTheDocument();
    expect(screen.getByText('2 degraded')).toBeInTheDocument();
  });

  it('says why a provider was not checked', async () => {
    const providersApi = renderProviders([makeProvider()]);
    providersApi.checkProvider.mockRejectedValue(
      makeResponseError(503, 'The backend is stopping'),
    );

    await userEvent.click(
      await screen.findByRole('button', { name: /Check now/ }),
    );

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'It was not checked: The backend is stopping',
    );
    expect(screen.getByText('Signed in as self-service.')).toBeInTheDocument();
  });

  it('says how to install providers where there are none', async () => {
    renderProviders([]);

    expect(
      await screen.findByText('No provider is installed'),
    ).toBeInTheDocument();
    expect(
      screen.getByText('In app-config.yaml').closest('figure'),
    ).toHaveTextContent('providers: vault: address:');
  });

  it('says who may see it, and whom to ask', async () => {
    renderProviders(makeResponseError(403, 'no'));

    expect(
      await screen.findByText('Only the platform team sees the providers'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(
        /permission runs\.provider\.read.*Ask the platform team/,
      ),
    ).toBeInTheDocument();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('hides everything as soon as somebody may not see it any more', async () => {
    const providersApi = renderProviders([makeProvider()]);
    await screen.findByRole('article');
    providersApi.listProviders.mockRejectedValue(makeResponseError(403, 'no'));

    window.dispatchEvent(new Event('focus'));

    expect(
      await screen.findByText('Only the platform team sees the providers'),
    ).toBeInTheDocument();
    expect(screen.queryByRole('article')).toBeNull();
  });

  it('says why there is no list, and tries again', async () => {
    const providersApi = renderProviders(makeResponseError(500, 'No database'));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The list of providers could not be loaded: No database',
    );
    providersApi.listProviders.mockResolvedValue({
      providers: [makeProvider()],
    });

    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));

    expect(await screen.findByRole('article')).toBeInTheDocument();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('keeps what it knows when it cannot be renewed', async () => {
    const providersApi = renderProviders([makeProvider()]);
    await screen.findByRole('article');
    providersApi.listProviders.mockRejectedValue(
      makeResponseError(500, 'No database'),
    );

    window.dispatchEvent(new Event('focus'));

    expect(
      await screen.findByText('This may be out of date'),
    ).toBeInTheDocument();
    expect(screen.getByRole('article')).toBeInTheDocument();
  });
});
