import { RequestDetail } from '@self-service/plugin-approvals-common';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { makeDelivery, makeDetail } from '../../__testUtils__/fixtures';
import {
  makeResponseError,
  mockApprovalsApi,
  mockMessagesApi,
  renderApprovals,
} from '../../__testUtils__/renderApprovals';

const FAILED = makeDelivery({
  id: 'delivery-2',
  status: 'given-up',
  attempts: 5,
  error: 'Slack knows nobody by this address.',
});

function renderRequest(
  deliveries: RequestDetail['deliveries'],
  canRetryDeliveries = false,
) {
  const api = mockApprovalsApi();
  const detail = makeDetail({}, { canRetryDeliveries });
  api.getRequest.mockResolvedValue({ ...detail, deliveries });
  const messagesApi = mockMessagesApi();
  renderApprovals(api, '/request-1', { messagesApi });
  return messagesApi;
}

function findSection() {
  return screen.findByRole('region', { name: /Who was told/ });
}

describe('DeliveriesSection', () => {
  it('shows who was told by what, failures first', async () => {
    renderRequest([
      makeDelivery(),
      makeDelivery({
        id: 'delivery-3',
        channel: 'notification',
        provider: undefined,
        kind: 'approval-reminder',
        status: 'waiting',
      }),
      FAILED,
    ]);

    const section = await findSection();
    expect(section).toHaveTextContent('1 did not arrive');
    const rows = within(section).getAllByRole('listitem');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toHaveTextContent(
      /leo asked to decide.*Chat \(slack\).*tried 5 times.*Given up.*Slack knows nobody by this address\./,
    );
    expect(rows[1]).toHaveTextContent(/leo asked to decide.*Sent/);
    expect(rows[2]).toHaveTextContent(
      /leo reminded.*Notifications ·.*On its way/,
    );
    expect(within(section).queryByRole('button')).toBeNull();
  });

  it('has the platform team send again what failed', async () => {
    const messagesApi = renderRequest([FAILED], true);
    messagesApi.retryDelivery.mockRejectedValueOnce(
      makeResponseError(403, 'Not yours'),
    );
    messagesApi.retryDelivery.mockResolvedValueOnce({
      ...makeDetail({}, { canRetryDeliveries: true }),
      deliveries: [{ ...FAILED, status: 'waiting', error: undefined }],
    });
    const button = within(await findSection()).getByRole('button', {
      name: 'Send again to user:default/leo by Chat (slack)',
    });

    await userEvent.click(button);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'It was not sent again: Not yours',
    );
    await userEvent.click(button);

    expect(await screen.findByText('On its way')).toBeInTheDocument();
    expect(messagesApi.retryDelivery).toHaveBeenLastCalledWith(
      'request-1',
      'delivery-2',
    );
    expect(screen.queryByText('Given up')).toBeNull();
  });

  it('folds away many that arrived', async () => {
    renderRequest(['a', 'b', 'c', 'd', 'e'].map(id => makeDelivery({ id })));

    const section = await findSection();
    const details = within(section)
      .getByText('Show the 5 that arrived or are on their way')
      .closest('details');
    expect(details).not.toHaveAttribute('open');
    expect(section).not.toHaveTextContent('did not arrive');
  });

  it('says that nobody was told yet', async () => {
    renderRequest([]);

    expect(await findSection()).toHaveTextContent('Nobody yet.');
  });

  it('is not there for those who may not know', async () => {
    renderRequest(undefined);

    await screen.findByRole('region', { name: 'History' });
    expect(screen.queryByRole('region', { name: /Who was told/ })).toBeNull();
  });
});
