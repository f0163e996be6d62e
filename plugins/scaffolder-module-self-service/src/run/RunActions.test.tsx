import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  HELD_OPTIONS,
  makeEffect,
  makeRunState,
  makeTask,
} from '../__testUtils__/fixtures';
import { renderRuns } from '../__testUtils__/renderRuns';

const SECRET = makeEffect({
  id: 'effect-2',
  capability: 'secrets',
  provider: 'vault',
  kind: 'secret',
  name: 'databases/orders',
  createdAt: '2026-11-22T10:05:00Z',
});

function renderState(
  state: Parameters<typeof makeRunState>[0],
  effects = [makeEffect(), SECRET],
) {
  return renderRuns({
    task: makeTask('failed'),
    events: [],
    run: { state: makeRunState(state), effects },
    approvals: {},
  });
}

const HELD = {
  status: 'needs-attention' as const,
  phase: 'held' as const,
  options: HELD_OPTIONS,
};

function press(name: string) {
  return screen
    .findByRole('button', { name })
    .then(button => userEvent.click(button));
}

describe('the buttons of a run', () => {
  it('are disabled with the reason for those who may not', async () => {
    const off = { allowed: false, reason: 'Only the requester can do this.' };
    renderState({
      ...HELD,
      options: { retry: off, resubmit: off, rollback: off, cancel: off },
    });

    for (const name of ['Retry', 'Edit and resubmit', 'Roll back']) {
      const button = await screen.findByRole('button', { name });
      expect(button).toBeDisabled();
      expect(button).toHaveAccessibleDescription(
        'Retry, Edit and resubmit, Roll back: Only the requester can do this.',
      );
    }
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
  });

  it('lead to the form by the id of the run alone', async () => {
    renderState(HELD);

    expect(
      await screen.findByRole('link', { name: 'Edit and resubmit' }),
    ).toHaveAttribute(
      'href',
      '/create/templates/default/postgresql-database?from=task-1',
    );
    expect(screen.queryByRole('link', { name: 'Start over' })).toBeNull();
  });
});

describe('Retry', () => {
  const preview = {
    allowed: true,
    steps: [
      {
        stepId: 'gate',
        name: 'Approval',
        action: 'approval:request',
        plan: 'kept' as const,
        effects: [],
      },
      {
        stepId: 'apply',
        name: 'Apply',
        action: 'terraform:wait-for-apply',
        plan: 'again' as const,
        effects: [makeEffect()],
      },
    ],
  };

  it('shows what it would do before it does it', async () => {
    const { runsApi } = renderState(HELD);
    runsApi.previewRetry.mockResolvedValue({
      ...preview,
      decision: {
        outcome: 'pending',
        changes: ['The policy has changed.'],
        explanations: ['Production needs the lead.'],
      },
    });
    runsApi.retry.mockResolvedValue(preview);

    await press('Retry');

    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText('Runs again')).toBeInTheDocument();
    expect(dialog).toHaveTextContent(
      'ApplyExists, and is taken up: pull request myorg/infrastructure#4',
    );
    expect(dialog).toHaveTextContent('Is kept and not done againApproval');
    expect(dialog).toHaveTextContent('The policy has changed.');
    expect(dialog).toHaveTextContent('People must approve first');
    expect(runsApi.retry).not.toHaveBeenCalled();

    await userEvent.click(
      within(dialog).getByRole('button', {
        name: 'Ask for approval and retry',
      }),
    );

    expect(runsApi.retry).toHaveBeenCalledWith('task-1');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('can not be confirmed where policy denies it', async () => {
    const { runsApi } = renderState(HELD);
    runsApi.previewRetry.mockResolvedValue({
      ...preview,
      allowed: false,
      reason: 'Policy denies it.',
      decision: { outcome: 'denied', changes: [], explanations: ['Frozen.'] },
    });

    await press('Retry');

    const dialog = await screen.findByRole('dialog');
    expect(
      await within(dialog).findByText(/Policy denies it/),
    ).toBeInTheDocument();
    expect(dialog).toHaveTextContent('Frozen.');
    expect(dialog).toHaveTextContent('Edit and resubmit starts anew');
    // Nothing of this would happen.
    expect(dialog).not.toHaveTextContent('Runs again');
    expect(dialog).not.toHaveTextContent('This is what a retry does');
    expect(
      within(dialog).getByRole('button', { name: 'Retry' }),
    ).toBeDisabled();
  });

  it('says why there is no preview, and why a retry was refused', async () => {
    const { runsApi } = renderState(HELD);
    runsApi.previewRetry
      .mockRejectedValueOnce(new Error('away'))
      .mockResolvedValue(preview);
    runsApi.retry.mockRejectedValue(new Error('somebody was faster'));

    await press('Retry');
    expect(await screen.findByText(/could not be loaded: away/)).toBeVisible();
    await press('Try again');
    await screen.findByText('Runs again');
    await userEvent.click(
      within(screen.getByRole('dialog')).getByRole('button', { name: 'Retry' }),
    );

    expect(
      await screen.findByText('That did not work: somebody was faster'),
    ).toBeVisible();
  });
});

describe('Roll back', () => {
  it('lists what is undone, newest first, and what stays', async () => {
    const { runsApi } = renderState(HELD, [
      makeEffect(),
      SECRET,
      makeEffect({
        id: 'effect-3',
        name: 'myorg/infrastructure#2',
        status: 'retained',
        undoNote: 'Merge the revert.',
      }),
      makeEffect({ id: 'effect-4', name: 'never', status: 'absent' }),
      makeEffect({ id: 'effect-5', kind: 'commit', name: 'orders' }),
    ]);
    runsApi.rollBack.mockResolvedValue();

    await press('Roll back');
    const dialog = await screen.findByRole('dialog');

    const lists = within(dialog).getAllByRole('list');
    expect(
      within(lists[0])
        .getAllByRole('listitem')
        .map(item => item.textContent),
    ).toEqual([
      'secret databases/ordersremoved',
      expect.stringMatching(/^pull request myorg\/infrastructure#4closed/),
    ]);
    expect(lists[1]).toHaveTextContent('Merge the revert.');
    expect(lists[1]).toHaveTextContent('commit orderson its branch');
    expect(dialog).not.toHaveTextContent('never');
    await userEvent.type(
      within(dialog).getByLabelText(/Comment/),
      'Not needed',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Roll back' }),
    );

    expect(runsApi.rollBack).toHaveBeenCalledWith('task-1', {
      comment: 'Not needed',
    });
  });
});

describe('Cancel', () => {
  it.each([
    ['keeps what exists for now', undefined],
    ['rolls it back when asked to', 'Roll it back'],
  ])('asks first, and %s', async (_, choice) => {
    const { runsApi } = renderState({ status: 'waiting' });
    runsApi.cancel.mockResolvedValue();

    await press('Cancel');
    expect(runsApi.cancel).not.toHaveBeenCalled();
    if (choice) {
      await userEvent.click(screen.getByRole('radio', { name: choice }));
    }
    await press('Cancel run');

    expect(runsApi.cancel).toHaveBeenCalledWith('task-1', {
      comment: undefined,
      rollback: choice ? true : undefined,
    });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('offers no choice where nothing exists', async () => {
    renderState({ status: 'running' }, [makeEffect({ status: 'absent' })]);

    await press('Cancel');

    expect(await screen.findByRole('dialog')).toBeVisible();
    expect(screen.queryByRole('radio')).toBeNull();
  });

  it('is left to the stock scaffolder for a run that is not known', async () => {
    const { scaffolderApi, runsApi } = renderRuns({
      task: makeTask('processing'),
      events: [],
      run: {},
      approvals: {},
    });

    await press('Cancel');
    await press('Cancel run');

    expect(scaffolderApi.cancelTask).toHaveBeenCalledWith('task-1');
    expect(runsApi.cancel).not.toHaveBeenCalled();
  });
});
