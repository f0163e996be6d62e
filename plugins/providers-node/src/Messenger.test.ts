import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { InputError, ServiceUnavailableError } from '@backstage/errors';
import { MessagingFeature, MessagingProvider } from './messaging';
import { Messenger } from './Messenger';
import { createProblemError } from './problems';

function createProvider(
  id: string,
  options: { features?: MessagingFeature[]; error?: Error } = {},
) {
  const sent: string[] = [];
  const provider: Partial<MessagingProvider> = {
    id,
    capability: 'messaging',
    vendor: id,
    features: options.features ?? [],
    sendMessage: async ({ message }) => {
      if (options.error) {
        throw options.error;
      }
      sent.push(message.title);
      return { provider: id, conversation: 'c', message: 'm' };
    },
    reply: async reference => ({ ...reference, thread: `${id} replied` }),
    updateMessage: async (_, message) => {
      sent.push(`updated to ${message.title}`);
    },
  };
  return { provider: provider as MessagingProvider, sent };
}

const down = createProblemError(ServiceUnavailableError, {
  what: 'Chat is down.',
  whose: 'vendor',
  canPass: true,
  remedy: 'Wait.',
});
const person = { person: { email: 'dana@example.com' } };
const hello = { message: { title: 'Hello' }, messageKey: 'hello' };
const logger = mockServices.logger.mock();

describe('Messenger', () => {
  it('takes the first that works, and says who failed', async () => {
    const chat = createProvider('chat', { error: down });
    const mail = createProvider('mail');
    const messenger = Messenger.create({
      providers: [chat.provider, mail.provider],
      logger,
    });
    expect(await messenger.sendMessage({ to: person, ...hello })).toEqual({
      reference: { provider: 'mail', conversation: 'c', message: 'm' },
      failed: [{ provider: 'chat', error: down }],
    });
    expect(mail.sent).toEqual(['Hello']);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('Chat is down.'),
    );
  });

  it('stops at the first that takes it', async () => {
    const chat = createProvider('chat');
    const mail = createProvider('mail');
    const messenger = Messenger.create({
      providers: [chat.provider, mail.provider],
      logger,
    });
    const { reference } = await messenger.sendMessage({ to: person, ...hello });
    expect(reference.provider).toBe('chat');
    expect(mail.sent).toEqual([]);
  });

  it('throws what can pass when all fail', async () => {
    const messenger = Messenger.create({
      providers: [
        createProvider('chat', { error: new InputError('bad words') }).provider,
        createProvider('mail', { error: down }).provider,
      ],
      logger,
    });
    await expect(messenger.sendMessage({ to: person, ...hello })).rejects.toBe(
      down,
    );
  });

  it('tries nobody else once the caller has given up', async () => {
    const mail = createProvider('mail');
    const chat = createProvider('chat', { error: down });
    const messenger = Messenger.create({
      providers: [chat.provider, mail.provider],
      logger,
    });
    const signal = AbortSignal.abort(new Error('given up'));
    await expect(
      messenger.sendMessage({ to: person, ...hello, signal }),
    ).rejects.toThrow('given up');
    expect(mail.sent).toEqual([]);
  });

  it('asks those with channels alone about a channel', async () => {
    const mail = createProvider('mail');
    const chat = createProvider('chat', { features: ['channels'] });
    const messenger = Messenger.create({
      providers: [mail.provider, chat.provider],
      logger,
    });
    const to = { channel: 'deployments' };
    await messenger.sendMessage({ to, ...hello });
    expect([mail.sent, chat.sent]).toEqual([[], ['Hello']]);
    const without = Messenger.create({ providers: [mail.provider], logger });
    await expect(without.sendMessage({ to, ...hello })).rejects.toMatchObject({
      name: 'NotFoundError',
      message: expect.stringContaining('deployments'),
    });
  });

  it('replies and updates through the one that sent', async () => {
    const chat = createProvider('chat');
    const mail = createProvider('mail');
    const messenger = Messenger.create({
      providers: [chat.provider, mail.provider],
      logger,
    });
    const reference = { provider: 'mail', conversation: 'c', message: 'm' };
    expect(await messenger.reply(reference, hello)).toMatchObject({
      thread: 'mail replied',
    });
    await messenger.updateMessage(reference, { title: 'Done' });
    expect(mail.sent).toEqual(['updated to Done']);
    await expect(
      messenger.reply({ ...reference, provider: 'gone' }, hello),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('goes by the order in app-config, else buttons come first', () => {
    const mail = createProvider('mail').provider;
    const chat = createProvider('chat', { features: ['answers'] }).provider;
    const options = { providers: [mail, chat], logger };
    const ids = (data: object) =>
      Messenger.fromConfig(
        new ConfigReader({ ...data }),
        options,
      ).providers.map(({ id }) => id);
    expect(ids({})).toEqual(['chat', 'mail']);
    const order = (...names: string[]) => ({
      providers: { messaging: { order: names } },
    });
    expect(ids(order('mail', 'chat'))).toEqual(['mail', 'chat']);
    expect(ids(order('mail'))).toEqual(['mail']);
    expect(() => ids(order('pigeon'))).toThrow('pigeon');
  });
});
