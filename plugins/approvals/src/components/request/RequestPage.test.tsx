import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { makeDetail, makeStage } from '../../__testUtils__/fixtures';
import {
  makeResponseError,
  mockApprovalsApi,
  renderApprovals,
} from '../../__testUtils__/renderApprovals';

const PATH = '/request-1';

describe('RequestPage', () => {
  it('shows who asks, what for, why, and who decides', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(makeDetail());

    renderApprovals(api, PATH);

    expect(
      await screen.findByRole('heading', { level: 1, name: /orders/ }),
    ).toHaveTextContent('Pending');
    expect(
      screen.getByRole('region', { name: 'Why this needs approval' }),
    ).toHaveTextContent(
      "Production changes need the approval of the team's lead.",
    );
    expect(
      screen.getByRole('region', { name: 'Who decides' }),
    ).toHaveTextContent(/Team lead.*Can decide: leo/);
    const facts = screen.getByRole('region', { name: 'Facts' });
    expect(facts).toHaveTextContent('$150 a month');
    expect(facts).toHaveTextContent('payments');
    expect(
      screen.getByRole('region', { name: 'What was filled in' }),
    ).toHaveTextContent('medium');
    expect(
      screen.getByRole('link', { name: /Pull request #4/ }),
    ).toHaveAttribute('href', 'https://git.example.com/4');
    expect(screen.getByRole('region', { name: 'History' })).toHaveTextContent(
      'Created',
    );
  });

  it('approves without a comment and shows the result', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(makeDetail());
    api.castVote.mockResolvedValue(
      makeDetail({ status: 'approved' }, { votableStages: [] }),
    );
    renderApprovals(api, PATH);

    await userEvent.click(
      await screen.findByRole('button', { name: 'Approve' }),
    );
    await userEvent.click(
      within(screen.getByRole('dialog')).getByRole('button', {
        name: 'Approve',
      }),
    );

    expect(
      await screen.findByText('The run goes on by itself.'),
    ).toBeInTheDocument();
    expect(api.castVote).toHaveBeenCalledWith('request-1', {
      verdict: 'approve',
      comment: undefined,
      stageId: undefined,
    });
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
  });

  it('asks for a comment before it rejects', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(makeDetail());
    api.castVote.mockResolvedValue(
      makeDetail(
        {
          status: 'rejected',
          outcomeBy: 'user:default/leo',
          outcomeComment: 'Use the shared cluster.',
        },
        { votableStages: [] },
      ),
    );
    renderApprovals(api, PATH);

    await userEvent.click(
      await screen.findByRole('button', { name: 'Reject' }),
    );
    const dialog = within(screen.getByRole('dialog'));
    await userEvent.click(dialog.getByRole('button', { name: 'Reject' }));

    expect(await dialog.findByRole('alert')).toHaveTextContent(
      'A rejection needs a comment',
    );
    expect(api.castVote).not.toHaveBeenCalled();

    await userEvent.type(
      dialog.getByRole('textbox', { name: /Comment/ }),
      'Use the shared cluster.',
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Reject' }));

    expect(
      await screen.findByText(/“Use the shared cluster.”/),
    ).toBeInTheDocument();
    expect(api.castVote).toHaveBeenCalledWith(
      'request-1',
      expect.objectContaining({
        verdict: 'reject',
        comment: 'Use the shared cluster.',
      }),
    );
  });

  it('shows a refused vote in place, with what to do', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(makeDetail());
    api.castVote.mockRejectedValue(
      makeResponseError(409, 'The request was rejected by lena.'),
    );
    renderApprovals(api, PATH);

    await userEvent.click(
      await screen.findByRole('button', { name: 'Approve' }),
    );
    const dialog = within(screen.getByRole('dialog'));
    await userEvent.click(dialog.getByRole('button', { name: 'Approve' }));

    const alert = await dialog.findByRole('alert');
    expect(alert).toHaveTextContent(
      'Your vote was not counted: The request was rejected by lena.',
    );
    expect(alert).toHaveTextContent('Something changed meanwhile.');
  });

  it('asks in which stage where the voter may vote in several', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(
      makeDetail(
        {
          stages: [
            makeStage(),
            makeStage({ id: 'stage-2', kind: 'security', position: 1 }),
          ],
        },
        { votableStages: ['stage-1', 'stage-2'] },
      ),
    );
    api.castVote.mockResolvedValue(makeDetail());
    renderApprovals(api, PATH);

    await userEvent.click(
      await screen.findByRole('button', { name: 'Approve' }),
    );
    const dialog = within(screen.getByRole('dialog'));
    await userEvent.click(dialog.getByRole('radio', { name: 'Security' }));
    await userEvent.click(dialog.getByRole('button', { name: 'Approve' }));

    await waitFor(() =>
      expect(api.castVote).toHaveBeenCalledWith(
        'request-1',
        expect.objectContaining({ stageId: 'stage-2' }),
      ),
    );
  });

  it('tells a reader why they cannot vote, and offers no vote', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(
      makeDetail(
        {},
        {
          votableStages: [],
          cannotVoteBecause: 'You asked for this yourself.',
        },
      ),
    );

    renderApprovals(api, PATH);

    expect(
      await screen.findByText('You asked for this yourself.'),
    ).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Reject' })).toBeNull();
  });

  it('withdraws the reader’s own vote', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(
      makeDetail({}, { votableStages: [], canWithdraw: true }),
    );
    api.withdrawVote.mockResolvedValue(makeDetail({}, { canWithdraw: false }));
    renderApprovals(api, PATH);

    await userEvent.click(
      await screen.findByRole('button', { name: 'Withdraw my vote' }),
    );
    expect(api.withdrawVote).not.toHaveBeenCalled();
    await userEvent.click(
      within(screen.getByRole('dialog')).getByRole('button', {
        name: 'Withdraw my vote',
      }),
    );

    expect(
      await screen.findByRole('button', { name: 'Approve' }),
    ).toBeInTheDocument();
    expect(api.withdrawVote).toHaveBeenCalledWith('request-1');
    expect(
      screen.queryByRole('button', { name: 'Withdraw my vote' }),
    ).toBeNull();
  });

  it('says in place why a vote was not withdrawn', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(
      makeDetail({}, { votableStages: [], canWithdraw: true }),
    );
    api.withdrawVote.mockRejectedValue(
      makeResponseError(409, 'The stage is approved.'),
    );
    renderApprovals(api, PATH);

    await userEvent.click(
      await screen.findByRole('button', { name: 'Withdraw my vote' }),
    );
    const dialog = within(screen.getByRole('dialog'));
    await userEvent.click(
      dialog.getByRole('button', { name: 'Withdraw my vote' }),
    );

    expect(await dialog.findByRole('alert')).toHaveTextContent(
      'Your vote was not withdrawn: The stage is approved.',
    );
  });

  it('lets the requester cancel', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(
      makeDetail({}, { votableStages: [], canCancel: true }),
    );
    api.cancelRequest.mockResolvedValue(
      makeDetail({ status: 'cancelled' }, { votableStages: [] }),
    );
    renderApprovals(api, PATH);

    await userEvent.click(
      await screen.findByRole('button', { name: 'Cancel request' }),
    );
    await userEvent.click(
      within(screen.getByRole('dialog')).getByRole('button', {
        name: 'Cancel request',
      }),
    );

    await waitFor(() =>
      expect(api.cancelRequest).toHaveBeenCalledWith('request-1', undefined),
    );
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent(
      'Cancelled',
    );
  });

  it('names a stage that nobody can decide, and what to change', async () => {
    const api = mockApprovalsApi();
    const problem = 'Group payments has no lead: set self-service/lead on it.';
    api.getRequest.mockResolvedValue(
      makeDetail({ stages: [makeStage({ eligible: [], problem })] }),
    );

    renderApprovals(api, PATH);

    expect(await screen.findByText(problem)).toBeInTheDocument();
    expect(
      screen.getByRole('region', { name: 'Who decides' }),
    ).toHaveTextContent('Can decide: Nobody');
  });

  it('shows when a stage was escalated, and to whom', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(
      makeDetail({
        stages: [
          makeStage({
            escalatedAt: new Date(Date.now() - 7_200_000).toISOString(),
            escalatedTo: [
              { leadOf: 'group:default/engineering' },
              { group: 'group:default/platform-team' },
            ],
          }),
        ],
      }),
    );

    renderApprovals(api, PATH);

    expect(
      await screen.findByRole('region', { name: 'Who decides' }),
    ).toHaveTextContent(
      'Escalated 2 hours ago to Lead of engineering, Members of platform-team',
    );
  });

  it('tells the history in words', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue({
      ...makeDetail(),
      history: [
        {
          at: '2026-11-22T10:00:00Z',
          actor: 'approvals',
          event: 'stage escalated',
          detail: 'team-lead:group:default/payments: group:default/engineering',
        },
        {
          at: '2026-11-22T11:00:00Z',
          actor: 'user:default/leo',
          event: 'voted',
          detail: 'approved team-lead:group:default/payments: go ahead',
        },
      ],
    });

    renderApprovals(api, PATH);

    const history = await screen.findByRole('region', { name: 'History' });
    const [vote, escalation] = within(history).getAllByRole('listitem');
    expect(vote).toHaveTextContent(
      /^Votedleo .*approved as team lead of paymentsgo ahead$/,
    );
    expect(escalation).toHaveTextContent(
      /Self-service .*Team lead of paymentsMay decide as well: engineering$/,
    );
  });

  it('says why a request cannot be shown', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockRejectedValue(
      makeResponseError(404, 'No request request-1'),
    );

    renderApprovals(api, PATH);

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The request could not be loaded: No request request-1',
    );
  });

  it('makes no link of an unsafe address', async () => {
    const api = mockApprovalsApi();
    api.getRequest.mockResolvedValue(
      makeDetail({ links: [{ title: 'Plan', url: 'data:text/html,x' }] }),
    );

    renderApprovals(api, PATH);

    const links = await screen.findByRole('region', { name: 'Look at it' });
    expect(links).toHaveTextContent('Plan');
    expect(within(links).queryByRole('link')).toBeNull();
  });
});
