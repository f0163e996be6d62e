import type { MessagingProviderFixture } from './describeMessagingProviderContract';

const BUTTONS = [
  { label: 'Approve', action: 'approve', value: 'opaque-approve' },
  {
    label: 'Reject',
    action: 'reject',
    value: 'opaque-reject',
    style: 'danger' as const,
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
        comment: { label: 'Comment' },
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
    options: { action: string; comment?: string; ageSeconds?: number },
  ) => {
    const reference = await ask(messageKey);
    const { answer } = fixture();
    if (!answer) {
      throw new Error('The fixture has to answer.');
    }
    return { reference, delivery: await answer(reference, options) };
  };
  const unauthenticated = { name: 'AuthenticationError' };

  it('hears which button was pressed, by whom, with which comment', async () => {
    const { provider, person } = fixture();
    const { reference, delivery } = await deliver('pressed', {
      action: 'reject',
      comment: 'Too dear & "late"',
    });
    const answer = await provider.receiveAnswer(delivery);
    expect(answer).toEqual({
      deliveryId: expect.any(String),
      action: 'reject',
      value: 'opaque-reject',
      comment: 'Too dear & "late"',
      message: reference,
      answerer: expect.any(String),
      answeredAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await provider.identifyAnswerer(answer!)).toMatchObject({
      email: person.email,
    });
  });

  it('tells a repeated delivery from another one', async () => {
    const { provider } = fixture();
    const { delivery } = await deliver('first', { action: 'approve' });
    const { delivery: other } = await deliver('other', { action: 'approve' });
    const first = await provider.receiveAnswer(delivery);
    const again = await provider.receiveAnswer(delivery);
    const second = await provider.receiveAnswer(other);
    expect(first?.comment).toBeUndefined();
    expect(again?.deliveryId).toBe(first?.deliveryId);
    expect(second?.deliveryId).not.toBe(first?.deliveryId);
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
