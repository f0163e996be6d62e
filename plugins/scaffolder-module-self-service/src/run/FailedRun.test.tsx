import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  HELD_OPTIONS,
  makeEffect,
  makeProblem,
  makeRunState,
  makeSuspension,
  makeTask,
} from '../__testUtils__/fixtures';
import { renderRuns } from '../__testUtils__/renderRuns';

const INTERVENTION = {
  id: 'intervention-1',
  taskId: 'task-1',
  stepId: 'apply',
  group: 'group:default/platform',
  instructions: 'Unseal Vault, then let the run go on.',
  problem: makeProblem(),
  createdAt: '2026-11-22T10:00:00Z',
};

function renderState(
  state: Parameters<typeof makeRunState>[0],
  effects = [makeEffect()],
  options: Parameters<typeof renderRuns>[2] = {},
) {
  const backends = {
    task: makeTask('failed'),
    events: [],
    run: { state: makeRunState(state), effects },
    approvals: {},
  };
  return { backends, ...renderRuns(backends, '/task-1', options) };
}

describe('a run that failed', () => {
  it('says what happened, whose problem it is, what helps, and folds the rest', async () => {
    renderState({
      status: 'needs-attention',
      phase: 'held',
      failure: { stepId: 'apply', problem: makeProblem() },
      heldUntil: new Date(Date.now() + 23.01 * 3_600_000).toISOString(),
      options: HELD_OPTIONS,
    });

    const card = await screen.findByRole('region', {
      name: 'Failed at “Apply”',
    });
    expect(card).toHaveTextContent('Vault is sealed.');
    expect(card).toHaveTextContent('The platform’s');
    expect(card).toHaveTextContent('Trying againCan help');
    expect(card).toHaveTextContent('Ask the platform team to unseal it.');
    const details = within(card).getByRole('group');
    expect(details).not.toHaveAttribute('open');
    expect(details).toHaveTextContent('request-77');
    expect(details).toHaveTextContent('{"errors":["Vault is sealed"]}');
    expect(screen.getByText(/it is rolled back by itself/)).toHaveTextContent(
      'in 23 hours',
    );
    expect(document.title).toBe('! Needs attention – Database orders');
  });

  it('does not promise anything of an error that nobody knows', async () => {
    renderState({
      status: 'failed',
      phase: 'failed',
      failure: {
        stepId: 'gone',
        problem: {
          what: 'socket hang up',
          whose: 'unknown',
          canPass: false,
          remedy: '',
        },
      },
    });

    const card = await screen.findByRole('region', { name: 'The run failed' });
    expect(card).toHaveTextContent('nobody has described this error yet');
    expect(card).toHaveTextContent('Does not help');
    expect(within(card).queryByRole('group')).toBeNull();
    expect(card).not.toHaveTextContent('What to do');
  });

  it('follows a rollback to its end, and tells a screen reader', async () => {
    const { backends } = renderState(
      { status: 'rolling-back', phase: 'rolling-back' },
      [
        makeEffect({ id: 'a', status: 'undone' }),
        makeEffect({
          id: 'b',
          name: 'databases/orders',
          status: 'undoing',
          undoNote: 'Terraform destroys it',
          undoAttempts: 2,
        }),
      ],
    );

    expect(await screen.findByRole('progressbar')).toHaveAttribute(
      'aria-valuetext',
      '1 of 2 undone',
    );
    const exists = screen.getByRole('region', { name: 'What exists now' });
    expect(exists).toHaveTextContent('Terraform destroys it (tried 2 times)');

    backends.run = {
      state: makeRunState({
        status: 'rolled-back',
        phase: 'rolled-back',
        endComment: 'Too early',
      }),
      effects: [
        makeEffect({ id: 'a', status: 'undone' }),
        makeEffect({
          id: 'b',
          status: 'retained',
          undoNote: 'Merge the revert',
          undoUrl: 'https://git.example.com/9',
        }),
      ],
    };
    act(() => {
      window.dispatchEvent(new Event('focus'));
    });

    expect(
      await screen.findByText(/What could not be undone is listed/),
    ).toBeInTheDocument();
    expect(screen.getByText('“Too early”')).toBeVisible();
    expect(
      within(screen.getByRole('region', { name: 'What exists now' })).getByRole(
        'link',
        { name: /Follow it/ },
      ),
    ).toHaveAttribute('href', 'https://git.example.com/9');
    expect(
      await screen.findByText('The run is now: Rolled back'),
    ).toHaveAttribute('role', 'status');
  });

  it('offers of a cancelled run what works, and says who has cancelled', async () => {
    renderState({
      status: 'needs-attention',
      phase: 'held',
      endedBy: 'user:default/dana',
      endComment: 'Not needed',
      endedAt: '2026-11-22T10:00:30Z',
      options: {
        ...HELD_OPTIONS,
        retry: { allowed: false, reason: 'It was cancelled.' },
      },
    });

    const held = await screen.findByText(/Roll back undoes what exists/);
    expect(held).toHaveTextContent('Edit and resubmit starts anew');
    expect(held).not.toHaveTextContent('Retry goes on');
    const history = screen.getByRole('region', { name: 'History' });
    expect(history).toHaveTextContent('Cancelled by dana');
    expect(history).toHaveTextContent('Not needed');
    expect(screen.getByText('“Not needed”')).toBeVisible();
    expect(history).not.toHaveTextContent('Needs attention');
  });

  it('names people as the catalog does', async () => {
    renderState({
      status: 'needs-attention',
      phase: 'held',
      failure: {
        problem: makeProblem({
          what: 'Rejected by user:default/leo: ask group:default/payments.',
        }),
      },
    });

    expect(
      await screen.findByText('Rejected by leo: ask payments.'),
    ).toBeVisible();
  });

  it('links to the run that took its place', async () => {
    renderState({
      status: 'rolled-back',
      phase: 'rolled-back',
      replacedBy: 'task-2',
    });

    expect(
      await screen.findByRole('link', { name: 'Open that run' }),
    ).toHaveAttribute('href', '/create/tasks/task-2');
  });
});

describe('a step that could not go on', () => {
  const asked = {
    status: 'waiting' as const,
    interventions: [INTERVENTION],
    stepReports: [
      {
        stepId: 'apply',
        outcome: 'asked' as const,
        problem: makeProblem(),
        at: '2026-11-22T10:00:00Z',
      },
    ],
  };

  it('shows others who is asked for what, without a form', async () => {
    renderState(asked);

    const card = await screen.findByRole('region', {
      name: 'A person has to act: “Apply”',
    });
    expect(card).toHaveTextContent('Asked: platform');
    expect(card).toHaveTextContent('Unseal Vault, then let the run go on.');
    expect(card).toHaveTextContent('Vault is sealed.');
    expect(within(card).queryByRole('radio')).toBeNull();
  });

  it('takes the answer of a member, with a comment', async () => {
    const { runsApi } = renderState(asked, [], {
      ownershipEntityRefs: ['user:default/pat', 'group:default/platform'],
    });
    runsApi.answer.mockResolvedValue({ ...INTERVENTION, answer: 'retry' });
    const card = await screen.findByRole('region', { name: /A person has/ });

    await userEvent.click(
      await within(card).findByRole('radio', { name: /Retry/ }),
    );
    await userEvent.type(within(card).getByLabelText(/Comment/), 'Unsealed');
    await userEvent.click(within(card).getByRole('button', { name: 'Retry' }));

    expect(runsApi.answer).toHaveBeenCalledWith('intervention-1', {
      answer: 'retry',
      comment: 'Unsealed',
    });
  });

  it('says nothing for a member who has not chosen', async () => {
    renderState(asked, [], {
      ownershipEntityRefs: ['group:default/platform'],
    });

    expect(
      await screen.findByRole('button', { name: 'Choose an answer' }),
    ).toBeDisabled();
    for (const radio of screen.getAllByRole('radio')) {
      expect(radio).not.toBeChecked();
    }
  });

  it('has not made for sure what it has begun, and nobody is at it', async () => {
    renderRuns({
      task: makeTask('failed'),
      events: [],
      run: {
        state: makeRunState(asked),
        effects: [makeEffect({ status: 'intended' })],
        suspensions: [
          makeSuspension({
            stepId: 'apply',
            wait: { kind: 'intervention', ref: 'intervention-1' },
          }),
        ],
      },
      approvals: {},
    });

    expect(
      await screen.findByRole('region', { name: 'What exists now' }),
    ).toHaveTextContent('May exist');
  });

  it('shows in place why an answer was refused', async () => {
    const { runsApi } = renderState(asked, [], {
      ownershipEntityRefs: ['group:default/platform'],
    });
    runsApi.answer.mockRejectedValue(new Error('answered already'));

    await userEvent.click(
      await screen.findByRole('radio', { name: /Continue/ }),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Continue' }));

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'That did not work: answered already',
    );
  });
});

describe('a step that is tried again', () => {
  it('shows what went wrong and when the next try is', async () => {
    const at = new Date(Date.now() + 5.1 * 60_000).toISOString();
    renderRuns({
      task: makeTask('failed'),
      events: [],
      run: {
        suspensions: [
          makeSuspension({
            stepId: 'apply',
            wait: { kind: 'timer', ref: `${at}|1` },
            title: 'Apply is tried again',
          }),
        ],
        state: makeRunState({
          status: 'waiting',
          stepReports: [
            {
              stepId: 'apply',
              outcome: 'retrying',
              problem: makeProblem(),
              retryAt: at,
              at: '2026-11-22T10:00:00Z',
            },
          ],
        }),
      },
      approvals: {},
    });

    expect(
      await screen.findByRole('region', { name: 'Waiting to try again' }),
    ).toHaveTextContent('The next try is in 5 minutes.');
    await waitFor(() =>
      expect(screen.getByRole('button', { name: /^Apply/ })).toHaveTextContent(
        'Failed (Vault is sealed.) and is tried again in 5 minutes',
      ),
    );
  });
});
