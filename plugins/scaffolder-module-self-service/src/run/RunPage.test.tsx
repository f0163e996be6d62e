import { act, screen, waitFor, within } from '@testing-library/react';
import {
  makeEffect,
  makeEvents,
  makeRequest,
  makeRunState,
  makeSuspension,
  makeTask,
} from '../__testUtils__/fixtures';
import { Backends, renderRuns } from '../__testUtils__/renderRuns';

const RUNNING = makeEvents(
  ['log', { stepId: 'gate', status: 'processing' }],
  ['log', { stepId: 'gate', status: 'completed' }],
  ['log', { stepId: 'apply', status: 'processing' }],
  ['log', { stepId: 'apply', message: 'info: see https://git.example.com/4' }],
);
const PARKED = makeEvents(
  ['log', { stepId: 'gate', status: 'processing' }],
  ['cancelled', { stepId: 'gate', status: 'cancelled' }],
  ['log', { stepId: 'gate', status: 'failed', message: 'Error: parked' }],
  ['log', { stepId: 'apply', status: 'skipped' }],
  ['completion', { ...{ error: { message: 'parked' } } }],
);

function makeBackends(overrides: Partial<Backends>): Backends {
  return {
    task: makeTask('processing'),
    events: [],
    run: {},
    approvals: {},
    ...overrides,
  };
}

function findTitle() {
  return screen.findByRole('heading', { level: 1 });
}

describe('RunPage', () => {
  it('shows a running run: steps, the log of the running one, and its links', async () => {
    renderRuns(
      makeBackends({ events: RUNNING, run: { effects: [makeEffect()] } }),
    );

    expect(await findTitle()).toHaveTextContent('ordersRunning');
    expect(
      await screen.findByRole('button', { name: /Approval.*Completed/ }),
    ).toHaveAttribute('aria-expanded', 'false');
    expect(
      screen.getByRole('button', { name: /Apply.*Running/ }),
    ).toHaveAttribute('aria-expanded', 'true');
    expect(
      within(screen.getByRole('log', { name: 'Log of Apply' })).getByRole(
        'link',
      ),
    ).toHaveAttribute('href', 'https://git.example.com/4');
    expect(
      screen.getByRole('region', { name: 'What exists now' }),
    ).toHaveTextContent('myorg/infrastructure#4');
    expect(document.title).toBe('● Running – orders');
  });

  it('shows a parked run as waiting: who can approve, why, and no error', async () => {
    renderRuns(
      makeBackends({
        task: makeTask('failed'),
        events: PARKED,
        run: { suspensions: [makeSuspension({})] },
        approvals: { requests: [makeRequest()] },
      }),
    );

    expect(await findTitle()).toHaveTextContent('ordersWaiting');
    const card = screen.getByRole('region', { name: 'Waiting for approval' });
    expect(card).toHaveTextContent('Team lead: leo can decide');
    expect(card).toHaveTextContent('Production changes need the approval');
    expect(
      within(card).getByRole('link', { name: 'Open the request' }),
    ).toHaveAttribute('href', '/approvals/request-1');
    expect(
      await screen.findByRole('button', { name: /Approval.*Waiting/ }),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('button', { name: /Apply.*Waiting to start/ }),
    ).toBeInTheDocument();
    expect(screen.queryByText(/parked/)).toBeNull();
    expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
  });

  it('follows the run through its wait to its end without a reload', async () => {
    const backends = makeBackends({
      task: makeTask('failed'),
      events: PARKED,
      run: { suspensions: [makeSuspension({})] },
      approvals: { requests: [makeRequest()] },
    });
    renderRuns(backends);
    expect(await findTitle()).toHaveTextContent('Waiting');

    backends.task = makeTask('completed');
    backends.run = {
      suspensions: [
        makeSuspension({
          status: 'resumed',
          resumedAt: '2026-11-22T10:05:00Z',
        }),
      ],
    };
    backends.events = makeEvents(
      ...PARKED.map(
        ({ type, body }) => [type, body] as [typeof type, typeof body],
      ),
      ['recovered', {}],
      ['log', { stepId: 'gate', status: 'completed' }],
      ['log', { stepId: 'apply', status: 'processing' }],
      ['log', { stepId: 'apply', status: 'completed' }],
      [
        'completion',
        {
          ...{
            output: {
              links: [{ title: 'Secret', url: 'https://vault.example.com' }],
            },
          },
        },
      ],
    );
    act(() => {
      window.dispatchEvent(new Event('focus'));
    });

    await waitFor(async () =>
      expect(await findTitle()).toHaveTextContent('Completed'),
    );
    const result = await screen.findByRole('region', { name: 'Result' });
    expect(
      within(result).getByRole('link', { name: /Secret/ }),
    ).toHaveAttribute('href', 'https://vault.example.com');
    expect(
      screen.getByRole('button', { name: /Apply.*Completed/ }),
    ).toBeInTheDocument();
  });

  it('does not take a step that is about to park for cancelled', async () => {
    renderRuns(
      makeBackends({
        task: makeTask('processing'),
        events: makeEvents(
          ['log', { stepId: 'gate', status: 'processing' }],
          ['cancelled', { stepId: 'gate', status: 'cancelled' }],
        ),
        run: { state: makeRunState({ status: 'running' }) },
      }),
    );

    expect(
      await screen.findByRole('button', { name: /^Approval.*Running/ }),
    ).toBeInTheDocument();
  });

  it('tells the history: who began, what was waited for, and its end', async () => {
    renderRuns(
      makeBackends({
        task: makeTask('completed'),
        run: {
          state: makeRunState({
            status: 'completed',
            phase: 'completed',
            endedAt: '2026-11-22T10:06:00Z',
          }),
          suspensions: [
            makeSuspension({
              status: 'resumed',
              resumedAt: '2026-11-22T10:05:00Z',
            }),
          ],
        },
      }),
    );

    const history = await screen.findByRole('region', { name: 'History' });
    expect(
      within(history)
        .getAllByRole('listitem')
        .map(item => item.firstElementChild?.textContent),
    ).toEqual([
      'Started by dana',
      'Approval by the lead of Payments',
      'The run went on',
      'Completed',
    ]);
  });

  it('says what another wait is for', async () => {
    renderRuns(
      makeBackends({
        task: makeTask('failed'),
        events: PARKED,
        run: {
          suspensions: [
            makeSuspension({
              stepId: 'apply',
              wait: { kind: 'apply', ref: 'x' },
              title: 'Terraform applies databases/orders',
            }),
          ],
        },
      }),
    );

    expect(
      await screen.findByRole('region', { name: 'Waiting' }),
    ).toHaveTextContent('Terraform applies databases/orders');
  });

  it('shows why policy denied a run, and offers to start over, not to retry', async () => {
    const { decision } = makeRequest();
    renderRuns(
      makeBackends({
        task: makeTask('failed'),
        approvals: {
          decisions: [
            {
              ...decision,
              decision: {
                outcome: 'deny',
                stages: [],
                reasons: [
                  {
                    code: 'invalid.environment',
                    dimension: 'validity',
                    params: { field: 'environment', value: 'moon' },
                  },
                ],
                warnings: [],
              },
              explanations: ['For messages, not for pages.'],
            },
          ],
        },
      }),
    );

    expect(
      await screen.findByText('Policy does not allow this'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/The policy knows no environment "moon"/),
    ).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
    expect(screen.getByRole('link', { name: 'Start over' })).toHaveAttribute(
      'href',
      '/create/templates/default/postgresql-database?from=task-1',
    );
  });

  it('shows the comment of a rejection', async () => {
    renderRuns(
      makeBackends({
        task: makeTask('failed'),
        approvals: {
          requests: [
            makeRequest({
              status: 'rejected',
              outcomeBy: 'user:default/leo',
              outcomeComment: 'Use the shared cluster.',
            }),
          ],
        },
      }),
    );

    expect(await screen.findByText(/^Rejected by/)).toHaveTextContent('leo');
    expect(screen.getByText('“Use the shared cluster.”')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
  });

  it('shows that the requester withdrew the request, and offers no retry', async () => {
    renderRuns(
      makeBackends({
        task: makeTask('failed'),
        approvals: {
          requests: [
            makeRequest({
              status: 'cancelled',
              outcomeBy: 'user:default/dana',
            }),
          ],
        },
      }),
    );

    expect(
      await screen.findByText(/^The request was cancelled by/),
    ).toHaveTextContent('dana');
    expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
  });

  it('shows where and why a run failed that told nothing of itself', async () => {
    renderRuns(
      makeBackends({
        task: makeTask('failed'),
        events: [
          ...RUNNING,
          ...makeEvents(
            ['log', {}],
            ['log', {}],
            ['log', {}],
            ['log', {}],
            [
              'log',
              { stepId: 'apply', status: 'failed', message: 'Error: 502' },
            ],
            ['completion', { ...{ error: { message: 'It said 502.' } } }],
          ).slice(4),
        ],
      }),
    );

    const card = await screen.findByRole('region', {
      name: 'Failed at “Apply”',
    });
    expect(card).toHaveTextContent('It said 502.');
    expect(screen.getByRole('log', { name: 'Log of Apply' })).toHaveTextContent(
      'Error: 502',
    );
  });

  it('shows a run that a person cancelled as cancelled, not failed', async () => {
    renderRuns(
      makeBackends({
        task: makeTask('failed'),
        events: makeEvents(
          ['log', { stepId: 'gate', status: 'processing' }],
          ['cancelled', { stepId: 'gate', status: 'cancelled' }],
          ['log', { stepId: 'gate', status: 'failed', message: 'Error' }],
          ['completion', { ...{ error: { message: 'cancelled' } } }],
        ),
      }),
    );

    expect(
      await screen.findByText('The run was cancelled'),
    ).toBeInTheDocument();
    expect(await findTitle()).toHaveTextContent('ordersCancelled');
  });

  it('waits no longer once the run was cancelled', async () => {
    renderRuns(
      makeBackends({
        task: makeTask('failed'),
        events: PARKED,
        run: {
          state: makeRunState({
            status: 'cancelled',
            phase: 'cancelled',
            endedAt: '2026-11-22T10:01:00Z',
          }),
          suspensions: [makeSuspension({ status: 'cancelled' })],
        },
      }),
    );

    expect(
      await screen.findByRole('button', { name: /^Approval/ }),
    ).toHaveTextContent('waited 1 min');
  });

  it('says what a run that is stuck needs', async () => {
    renderRuns(
      makeBackends({
        task: makeTask('failed'),
        events: PARKED,
        run: {
          suspensions: [
            makeSuspension({ attention: 'The template was deleted.' }),
          ],
        },
      }),
    );

    expect(
      await screen.findByText('The template was deleted.'),
    ).toBeInTheDocument();
    expect(await findTitle()).toHaveTextContent('Needs attention');
  });

  it('does not pass a parked run off as failed when its waits are unknown', async () => {
    const { runsApi } = renderRuns(makeBackends({ task: makeTask('failed') }));
    runsApi.getRun.mockRejectedValue(new Error('the runs backend is away'));
    act(() => {
      window.dispatchEvent(new Event('focus'));
    });

    expect(
      await screen.findByText(/the runs backend is away/),
    ).toBeInTheDocument();
  });
});
