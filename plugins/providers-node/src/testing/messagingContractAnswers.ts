import { MessageAnswer, MessageDelivery, MessageDialog } from '../messaging';
import type { MessagingProviderFixture } from './describeMessagingProviderContract';

const BUTTONS = [
  { label: 'Approve', action: 'approve', value: 'opaque-approve' },
  {
    label: 'Reject',
    action: 'reject',
    value: 'opaque-reject',
    style: 'danger' as const,
    comment: { label: 'Why' },
  },
];
const FIVE_MINUTES = 5 * 60;

/** What people answer; part of the messaging contract. */
export function describeMessagingAnswers(
  fixture: () => MessagingProviderFixture,
  hasAnswers: boolean,
): void {
  const ask = (messageKey: string) => {
    const { provider, person } = fixture();
    return provider.sendMessage({
      to: { person },
      message: {
        title: `Approve ${messageKey}`,
        link: { label: 'Decide', url: 'https://portal.example.com/approvals' },
        buttons: BUTTONS,
      },
      messageKey,
    });
  };

  if (!hasAnswers) {
    it('leaves buttons out and says where to decide, and hears no answers', async () => {
      const { provider, person, read } = fixture();
      await ask('without-buttons');
      const seen = (await read({ person })).find(({ text }) =>
        text.includes('Approve without-buttons'),
      );
      expect(seen).toMatchObject({ buttons: [] });
      expect(seen?.text).toContain('https://portal.example.com/approvals');
      expect(seen?.text).not.toContain('opaque-');
      await expect(
        provider.receiveAnswer({ headers: {}, body: Buffer.from('') }),
      ).rejects.toMatchObject({ name: 'NotImplementedError' });
    });
    return;
  }

  const deliver = async (
    messageKey: string,
    options: { action: string; ageSeconds?: number },
  ) => {
    const reference = await ask(messageKey);
    const { press } = fixture();
    if (!press) {
      throw new Error('The fixture has to press.');
    }
    return { reference, delivery: await press(reference, options) };
  };
  const receive = async (delivery: MessageDelivery): Promise<MessageAnswer> => {
    const received = await fixture().provider.receiveAnswer(delivery);
    if (!received || 'open' in received) {
      throw new Error('That is no answer.');
    }
    return received;
  };
  const receiveDialog = async (
    delivery: MessageDelivery,
  ): Promise<MessageDialog> => {
    const received = await fixture().provider.receiveAnswer(delivery);
    if (!received || !('open' in received)) {
      throw new Error('That asks for no dialog.');
    }
    return received;
  };
  const unauthenticated = { name: 'AuthenticationError' };

  it('hears which button was pressed, and by whom', async () => {
    const { provider, person } = fixture();
    const { reference, delivery } = await deliver('pressed', {
      action: 'approve',
    });
    const answer = await receive(delivery);
    expect(answer).toEqual({
      deliveryId: expect.any(String),
      action: 'approve',
      value: 'opaque-approve',
      message: reference,
      answerer: expect.any(String),
      answeredAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await provider.identifyAnswerer(answer)).toMatchObject({
      email: person.email,
    });
  });

  it('asks for a comment in a dialog, and hears it with what was pressed', async () => {
    const { provider, person, comment } = fixture();
    const { reference, delivery } = await deliver('asked', {
      action: 'reject',
    });
    const dialog = await receiveDialog(delivery);
    const pressed = {
      action: 'reject',
      value: 'opaque-reject',
      message: reference,
      answeredAt: expect.stringMatching(/^\d{4}-.*Z$/),
    };
    expect(dialog.answer).toMatchObject(pressed);
    expect(dialog.answer.comment).toBeUndefined();
    await dialog.open();

    const answer = await receive(await comment!('Too dear & "late"'));

    expect(answer).toEqual({
      ...pressed,
      deliveryId: expect.any(String),
      comment: 'Too dear & "late"',
      answerer: dialog.answer.answerer,
    });
    expect(answer.deliveryId).not.toBe(dialog.answer.deliveryId);
    expect(await provider.identifyAnswerer(answer)).toMatchObject({
      email: person.email,
    });
  });

  it('opens a dialog once', async () => {
    const { delivery } = await deliver('asked once', { action: 'reject' });
    await (await receiveDialog(delivery)).open();
    const again = await receiveDialog(delivery);
    await expect(again.open()).rejects.toMatchObject({ name: 'ConflictError' });
  });

  it('tells a repeated delivery from another one', async () => {
    const { delivery } = await deliver('first', { action: 'approve' });
    const { delivery: other } = await deliver('other', { action: 'approve' });
    const first = await receive(delivery);
    const again = await receive(delivery);
    const second = await receive(other);
    expect(again.deliveryId).toBe(first.deliveryId);
    expect(second.deliveryId).not.toBe(first.deliveryId);
  });

  it('refuses what was changed on its way', async () => {
    const { provider } = fixture();
    const { delivery } = await deliver('forged', { action: 'approve' });
    await expect(
      provider.receiveAnswer({
        ...delivery,
        body: Buffer.concat([delivery.body, Buffer.from(' ')]),
      }),
    ).rejects.toMatchObject(unauthenticated);
    await expect(
      provider.receiveAnswer({ headers: {}, body: delivery.body }),
    ).rejects.toMatchObject(unauthenticated);
    const signed = Object.entries(delivery.headers).filter(([header]) =>
      /signature|timestamp/.test(header),
    );
    expect(signed).not.toEqual([]);
    for (const [header, value] of signed) {
      const headers = { ...delivery.headers, [header]: `${value}0` };
      await expect(
        provider.receiveAnswer({ ...delivery, headers }),
      ).rejects.toMatchObject(unauthenticated);
    }
  });

  it.each([FIVE_MINUTES + 5, -FIVE_MINUTES - 5])(
    'refuses what was signed %d seconds ago',
    async ageSeconds => {
      const { delivery } = await deliver(`aged${ageSeconds}`, {
        action: 'approve',
        ageSeconds,
      });
      await expect(
        fixture().provider.receiveAnswer(delivery),
      ).rejects.toMatchObject(unauthenticated);
    },
  );
}
