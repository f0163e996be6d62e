import {
  ChannelsByKind,
  MessagePreferences,
} from '@self-service/plugin-approvals-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { makePreferences } from '../../__testUtils__/fixtures';
import {
  makeResponseError,
  mockApprovalsApi,
  mockMessagesApi,
  renderApprovals,
} from '../../__testUtils__/renderApprovals';

const NEEDED = 'A request waits for my approval';

function renderPage(preferences: MessagePreferences | Error) {
  const messagesApi = mockMessagesApi();
  if (preferences instanceof Error) {
    messagesApi.getPreferences.mockRejectedValue(preferences);
  } else {
    messagesApi.getPreferences.mockResolvedValue(preferences);
    messagesApi.setPreferences.mockImplementation(async chosen => ({
      ...preferences,
      preferences: chosen,
    }));
  }
  renderApprovals(mockApprovalsApi(), '/messages', { messagesApi });
  return messagesApi;
}

function findSwitch(name: string) {
  return screen.findByRole('switch', { name });
}

describe('MessagesPage', () => {
  it('shows what is told where', async () => {
    renderPage(makePreferences());

    const table = await screen.findByRole('table');
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map(header => header.textContent),
    ).toEqual(['What about', 'Notifications', 'Slack', 'Mail']);
    const row = within(table).getByRole('row', { name: new RegExp(NEEDED) });
    expect(
      within(row)
        .getAllByRole('switch')
        .map(each => (each as HTMLInputElement).checked),
    ).toEqual([true, true, false]);
    expect(row).toHaveTextContent('By default: Notifications, Slack');
    expect(
      screen.getByRole('button', { name: 'Back to the defaults' }),
    ).toBeDisabled();
  });

  it('saves each change at once, and says so', async () => {
    const messagesApi = renderPage(makePreferences());

    await userEvent.click(await findSwitch(`${NEEDED}: Mail`));

    expect(await screen.findByText('Saved')).toBeInTheDocument();
    expect(messagesApi.setPreferences.mock.calls).toEqual([
      [
        makePreferences({
          'approval-needed': ['notification', 'chat', 'mail'],
        }).preferences,
      ],
    ]);
    expect(await findSwitch(`${NEEDED}: Mail`)).toBeChecked();

    await userEvent.click(
      screen.getByRole('button', { name: 'Back to the defaults' }),
    );

    await waitFor(() =>
      expect(messagesApi.setPreferences).toHaveBeenLastCalledWith(
        makePreferences().defaults,
      ),
    );
    expect(await findSwitch(`${NEEDED}: Mail`)).not.toBeChecked();
  });

  it('lets the last of two quick changes win', async () => {
    const preferences = makePreferences();
    const messagesApi = renderPage(preferences);
    const answers: (() => void)[] = [];
    messagesApi.setPreferences.mockImplementation(
      (chosen: ChannelsByKind) =>
        new Promise(resolve => {
          answers.push(() => resolve({ ...preferences, preferences: chosen }));
        }),
    );

    await userEvent.click(await findSwitch(`${NEEDED}: Mail`));
    await userEvent.click(await findSwitch(`${NEEDED}: Slack`));
    expect(messagesApi.setPreferences).toHaveBeenCalledTimes(1);
    answers[0]();
    await waitFor(() => expect(answers).toHaveLength(2));
    expect(await findSwitch(`${NEEDED}: Slack`)).not.toBeChecked();
    answers[1]();

    expect(await screen.findByText('Saved')).toBeInTheDocument();
    expect(
      messagesApi.setPreferences.mock.calls[1][0]['approval-needed'],
    ).toEqual(['notification', 'mail']);
    expect(await findSwitch(`${NEEDED}: Mail`)).toBeChecked();
  });

  it('keeps the last channel of what waits for an approval', async () => {
    const messagesApi = renderPage(
      // Chat is gone from this portal, and reaches nobody.
      {
        ...makePreferences({ 'approval-needed': ['chat', 'mail'] }),
        available: [
          { channel: 'notification', title: 'Notifications' },
          { channel: 'mail', title: 'Mail' },
        ],
      },
    );
    const mail = await findSwitch(`${NEEDED}: Mail`);
    expect(mail).toHaveAccessibleDescription(/One at least has to stay on/);

    await userEvent.click(mail);
    expect(mail).toBeChecked();
    expect(messagesApi.setPreferences).not.toHaveBeenCalled();

    // Of the person's own requests they may choose to hear nothing.
    await userEvent.click(
      await findSwitch('Something becomes of my own request: Notifications'),
    );
    await waitFor(() =>
      expect(messagesApi.setPreferences).toHaveBeenCalledWith(
        expect.objectContaining({
          'approval-needed': ['chat', 'mail'],
          'request-progress': [],
        }),
      ),
    );
  });

  it('says what was not saved, and shows what holds', async () => {
    const messagesApi = renderPage(makePreferences());
    messagesApi.setPreferences.mockRejectedValue(
      makeResponseError(500, 'No database'),
    );

    await userEvent.click(await findSwitch(`${NEEDED}: Mail`));

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Not saved: No database',
    );
    await waitFor(async () =>
      expect(await findSwitch(`${NEEDED}: Mail`)).not.toBeChecked(),
    );
  });

  it('says so where messages go nowhere', async () => {
    renderPage({ ...makePreferences(), available: [] });

    expect(
      await screen.findByText(/none of its channels set up/),
    ).toBeInTheDocument();
  });

  it('says why it does not know', async () => {
    renderPage(makeResponseError(500, 'No database'));

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Where you are told could not be loaded: No database',
    );
  });
});
