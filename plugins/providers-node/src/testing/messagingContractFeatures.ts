import { MessageRecipient, MessagingFeature } from '../messaging';
import type { MessagingProviderFixture } from './describeMessagingProviderContract';

const NOT_IMPLEMENTED = { name: 'NotImplementedError' };
const NOT_FOUND = { name: 'NotFoundError' };

const hello = (messageKey: string) => ({
  message: { title: `Hello ${messageKey}` },
  messageKey,
});

/** The optional parts but answers: they work, or say that they don't. */
export function describeMessagingFeatures(
  fixture: () => MessagingProviderFixture,
  features: readonly MessagingFeature[],
): void {
  const titled = async (to: MessageRecipient, text: string) =>
    (await fixture().read(to)).filter(seen => seen.text.includes(text));

  if (features.includes('channels')) {
    it('tells a channel, and knows no other', async () => {
      const { provider, channel = '' } = fixture();
      const reference = await provider.sendMessage({
        to: { channel },
        ...hello('channel'),
      });
      const [seen] = await titled({ channel }, 'Hello channel');
      expect(seen.id).toBe(reference.message);
      await expect(
        provider.sendMessage({
          to: { channel: 'no-such-channel' },
          ...hello('nowhere'),
        }),
      ).rejects.toMatchObject(NOT_FOUND);
    });
  } else {
    it('has no channels', async () => {
      await expect(
        fixture().provider.sendMessage({
          to: { channel: 'any' },
          ...hello('channel'),
        }),
      ).rejects.toMatchObject(NOT_IMPLEMENTED);
    });
  }

  if (features.includes('threads')) {
    it('replies in a thread', async () => {
      const { provider, person } = fixture();
      const to = { person };
      const first = await provider.sendMessage({ to, ...hello('thread') });
      const second = await provider.reply(first, hello('reply'));
      expect(second).toMatchObject({ thread: first.message });
      expect(await provider.reply(first, hello('reply'))).toEqual(second);
      // A reply to a reply is in the same thread.
      await provider.reply(second, hello('third'));
      expect(await titled(to, 'Hello reply')).toMatchObject([
        { id: second.message, thread: first.message },
      ]);
      expect(await titled(to, 'Hello third')).toMatchObject([
        { thread: first.message },
      ]);
    });
  } else {
    it('has no threads', async () => {
      const { provider, person } = fixture();
      const first = await provider.sendMessage({
        to: { person },
        ...hello('thread'),
      });
      await expect(provider.reply(first, hello('reply'))).rejects.toMatchObject(
        NOT_IMPLEMENTED,
      );
    });
  }

  const before = {
    message: {
      title: 'Hello before',
      buttons: [{ label: 'Approve', action: 'approve', value: '1' }],
    },
    messageKey: 'before',
  };

  if (features.includes('update')) {
    it('puts a message into the place of another, as often as it is asked', async () => {
      const { provider, person } = fixture();
      const to = { person };
      const reference = await provider.sendMessage({ to, ...before });
      const after = { title: 'Approved by Leo' };
      await provider.updateMessage(reference, after);
      await provider.updateMessage(reference, after);
      expect(await titled(to, 'Approved by Leo')).toMatchObject([
        { id: reference.message, buttons: [] },
      ]);
      expect(await titled(to, 'Hello before')).toEqual([]);
      // It is still the message of that key.
      expect(await provider.sendMessage({ to, ...before })).toEqual(reference);
      await expect(
        provider.updateMessage(
          { ...reference, message: '1000000000.000001' },
          after,
        ),
      ).rejects.toMatchObject(NOT_FOUND);
    });
  } else {
    it('leaves a message as it was sent', async () => {
      const { provider, person } = fixture();
      const to = { person };
      const reference = await provider.sendMessage({ to, ...before });
      await expect(
        provider.updateMessage(reference, { title: 'Approved by Leo' }),
      ).rejects.toMatchObject(NOT_IMPLEMENTED);
      expect(await titled(to, 'Hello before')).toHaveLength(1);
    });
  }
}
