import { mockApis } from '@backstage/frontend-test-utils';
import { LinkLook } from '@self-service/plugin-approvals-common';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  makeDetail,
  makeRequest,
  makeStage,
} from '../../__testUtils__/fixtures';
import {
  makeResponseError,
  mockApprovalsApi,
  mockMessagesApi,
  renderApprovals,
} from '../../__testUtils__/renderApprovals';
import {
  forgetDecisionToken,
  guardDecisionTokens,
  readDecisionToken,
} from './decisionToken';

const TOKEN = `${'a'.repeat(42)}1`;

/** Opens the page by a link of a mail, before a backend that knows it so. */
function openLink(
  look: Partial<LinkLook> | Error,
  identityApi = mockApis.identity({ userEntityRef: 'user:default/leo' }),
) {
  window.history.replaceState(undefined, '', `/approvals/decide#${TOKEN}`);
  guardDecisionTokens();
  const messagesApi = mockMessagesApi();
  if (look instanceof Error) {
    messagesApi.lookAtLink.mockRejectedValue(look);
  } else {
    messagesApi.lookAtLink.mockResolvedValue({
      request: makeRequest(),
      stageId: 'stage-1',
      usable: true,
      ...look,
    });
  }
  const approvalsApi = mockApprovalsApi();
  renderApprovals(approvalsApi, '/decide', { messagesApi, identityApi });
  return { messagesApi, approvalsApi };
}

beforeEach(() => forgetDecisionToken());

describe('DecisionPage', () => {
  it('shows everything needed to decide, and decides nothing by itself', async () => {
    const { messagesApi, approvalsApi } = openLink({});

    expect(
      await screen.findByRole('heading', { level: 1, name: /orders/ }),
    ).toHaveTextContent('Pending');
    expect(
      screen.getByRole('region', { name: 'Your decision' }),
    ).toHaveTextContent('You decide as Team lead.');
    expect(await screen.findByText(/Signed in as/)).toHaveTextContent(
      'Signed in as leo.',
    );
    expect(
      screen.getByRole('region', { name: 'Why this needs approval' }),
    ).toHaveTextContent('Production changes need the approval');
    expect(screen.getByRole('region', { name: 'Facts' })).toHaveTextContent(
      '$150 a month',
    );
    expect(
      screen.getByRole('link', { name: /Pull request #4/ }),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('region', { name: 'What was filled in' }),
    ).toHaveTextContent('medium');
    expect(messagesApi.lookAtLink).toHaveBeenCalledWith(
      TOKEN,
      expect.anything(),
    );
    expect(messagesApi.voteByLink).not.toHaveBeenCalled();
    expect(approvalsApi.castVote).not.toHaveBeenCalled();
  });

  it('approves by one press, and forgets the link', async () => {
    const { messagesApi } = openLink({});
    messagesApi.voteByLink.mockResolvedValue(
      makeDetail({ status: 'approved' }),
    );

    await userEvent.click(
      await screen.findByRole('button', { name: 'Approve' }),
    );

    expect(
      await screen.findByText('You have approved this'),
    ).toBeInTheDocument();
    expect(screen.getByText('The run goes on by itself.')).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Open the request' }),
    ).toHaveAttribute('href', '/approvals/request-1');
    expect(messagesApi.voteByLink.mock.calls).toEqual([
      [{ token: TOKEN, verdict: 'approve', comment: undefined }],
    ]);
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
    expect(readDecisionToken()).toBeUndefined();
  });

  it('says that others have to agree as well', async () => {
    const { messagesApi } = openLink({});
    messagesApi.voteByLink.mockResolvedValue(makeDetail());

    await userEvent.click(
      await screen.findByRole('button', { name: 'Approve' }),
    );

    expect(
      await screen.findByText(/Others have to agree as well/),
    ).toBeInTheDocument();
  });

  it('asks for a comment before it rejects', async () => {
    const { messagesApi } = openLink({});
    messagesApi.voteByLink.mockResolvedValue(
      makeDetail({ status: 'rejected', outcomeBy: 'user:default/leo' }),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Reject' }),
    );

    expect(screen.getByRole('alert')).toHaveTextContent(
      'A rejection needs a comment',
    );
    const comment = screen.getByRole('textbox', { name: 'Comment' });
    expect(comment).toHaveFocus();
    expect(messagesApi.voteByLink).not.toHaveBeenCalled();

    await userEvent.type(comment, ' Use the shared cluster. ');
    await userEvent.click(screen.getByRole('button', { name: 'Reject' }));

    expect(
      await screen.findByText('You have rejected this'),
    ).toBeInTheDocument();
    expect(messagesApi.voteByLink).toHaveBeenCalledWith({
      token: TOKEN,
      verdict: 'reject',
      comment: 'Use the shared cluster.',
    });
  });

  it('says by whom the request was decided', async () => {
    openLink({
      usable: false,
      reason: 'Approved at 2026-11-22T11:00:00Z.',
      request: makeRequest({
        status: 'approved',
        stages: [
          makeStage({
            status: 'approved',
            votes: [
              {
                id: 'vote-1',
                stageId: 'stage-1',
                voter: 'user:default/lena',
                verdict: 'approve',
                createdAt: '2026-11-22T11:00:00Z',
              },
            ],
          }),
        ],
      }),
    });

    expect(
      await screen.findByText('This link does not decide any more'),
    ).toBeInTheDocument();
    expect(screen.getByText(/^Approved by/)).toHaveTextContent(
      'Approved by lena',
    );
    expect(screen.queryByText(/Approved at/)).toBeNull();
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
    expect(
      screen.getByRole('link', { name: 'Open the request' }),
    ).toBeInTheDocument();
  });

  it('says as whom the reader of another person’s link is signed in', async () => {
    const identityApi = mockApis.identity.mock();
    identityApi.getBackstageIdentity.mockResolvedValue({
      type: 'user',
      userEntityRef: 'user:default/dana',
      ownershipEntityRefs: [],
    });
    openLink(makeResponseError(403, 'not yours'), identityApi);

    expect(
      await screen.findByText('This link was sent to somebody else'),
    ).toBeInTheDocument();
    expect(await screen.findByText('dana')).toBeInTheDocument();
    expect(screen.queryByText(/orders/)).toBeNull();

    await userEvent.click(screen.getByRole('button', { name: 'Sign out' }));
    expect(identityApi.signOut).toHaveBeenCalled();
    // Whom it was sent to finds it again after the sign-in.
    expect(readDecisionToken()).toBe(TOKEN);
  });

  it('says so of a link that nobody knows, and leads to the inbox', async () => {
    openLink(makeResponseError(404, 'no'));

    expect(await screen.findByText('Nobody knows this link')).toBeVisible();
    expect(
      screen.getByRole('link', { name: 'What waits for me' }),
    ).toHaveAttribute('href', '/approvals');
  });

  it('says so when it is opened without a link', async () => {
    const messagesApi = mockMessagesApi();
    renderApprovals(mockApprovalsApi(), '/decide', { messagesApi });

    expect(
      await screen.findByText('There is no decision link here'),
    ).toBeInTheDocument();
    expect(messagesApi.lookAtLink).not.toHaveBeenCalled();
  });

  it('shows why a vote was refused, and how the link stands then', async () => {
    const { messagesApi } = openLink({});
    messagesApi.voteByLink.mockRejectedValue(
      makeResponseError(403, 'You are no lead of Payments any more.'),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Approve' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Your vote was not counted: You are no lead of Payments any more.',
    );
    expect(messagesApi.lookAtLink).toHaveBeenCalledTimes(2);

    messagesApi.voteByLink.mockRejectedValue(makeResponseError(409, 'used'));
    messagesApi.lookAtLink.mockResolvedValue({
      request: makeRequest(),
      stageId: 'stage-1',
      usable: false,
      reason: 'It was used before.',
    });
    await userEvent.click(screen.getByRole('button', { name: 'Approve' }));

    expect(await screen.findByText('It was used before.')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
  });

  it('says why the link could not be looked up, and tries again', async () => {
    const { messagesApi } = openLink(makeResponseError(500, 'No database'));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The request of this link could not be loaded: No database',
    );
    messagesApi.lookAtLink.mockResolvedValue({
      request: makeRequest(),
      stageId: 'stage-1',
      usable: true,
    });

    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));

    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Approve' })).toBeEnabled(),
    );
  });
});
