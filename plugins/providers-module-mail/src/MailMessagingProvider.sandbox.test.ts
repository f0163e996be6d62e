import { mockServices } from '@backstage/backend-test-utils';
import { problemOf } from '@self-service/plugin-providers-node';
import {
  createProviderFaults,
  describeMessagingProviderContract,
} from '@self-service/plugin-providers-node/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from 'sandbox';
import { MailMessagingProvider } from './MailMessagingProvider';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(30_000);

const PASSWORD = 'sandbox-mail-password';

interface StandInMail {
  mailbox: string;
  messageId: string;
  subject: string;
  text: string;
  inReplyTo?: string;
  references?: string;
  copies: number;
}

async function start() {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'mail-provider-'));
  const sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
  const createProvider = (mail: object = {}) =>
    MailMessagingProvider.fromConfig(
      mockServices.rootConfig({
        data: {
          providers: {
            mail: {
              url: `smtp://localhost:${sandbox.ports.smtp}`,
              tls: 'none',
              username: 'portal',
              password: PASSWORD,
              from: 'Self-Service <portal@example.com>',
              channels: {
                deployments: 'deployments@lists.example.com',
              },
              ...mail,
            },
          },
        },
      }),
      { timeoutMilliseconds: 2_000 },
    );
  const listMails = async (mailbox: string) => {
    const { mail } = (await sandbox.inventory()) as unknown as {
      mail: { mails: StandInMail[] };
    };
    return mail.mails.filter(entry => entry.mailbox === mailbox);
  };
  return {
    sandbox,
    provider: createProvider(),
    createProvider,
    listMails,
    stop: async () => {
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

describeMessagingProviderContract(
  'mail',
  async () => {
    const { sandbox, provider, listMails, stop } = await start();
    return {
      provider,
      person: { email: 'dana@example.com', displayName: 'Dana, "D" <x@y.z>' },
      stranger: { email: 'nobody@example.com' },
      channel: 'deployments',
      read: async to => {
        const mails = await listMails(
          'channel' in to ? `${to.channel}@lists.example.com` : to.person.email,
        );
        return mails.map(({ messageId, subject, text, inReplyTo }) => ({
          id: messageId,
          text: `${subject}\n${text}`,
          ...(inReplyTo && { thread: inReplyTo }),
          buttons: [],
        }));
      },
      faults: createProviderFaults(sandbox.faults, 'mail', {
        slowMilliseconds: 4_000,
      }),
      canary: PASSWORD,
      stop,
    };
  },
  {
    features: ['channels', 'threads'],
    // SMTP has one reply for whatever is wrong with a message.
    failures: { 409: 'InputError' },
  },
);

describe('a mail provider and its server', () => {
  let fixture: Awaited<ReturnType<typeof start>>;
  const dana = { person: { email: 'dana@example.com' } };
  const hello = (messageKey: string) => ({
    message: { title: `Hello ${messageKey}` },
    messageKey,
  });

  beforeAll(async () => {
    fixture = await start();
  }, 60_000);
  afterAll(async () => {
    await fixture?.stop();
  });

  it('sends nothing in clear unless it is told to', async () => {
    const provider = fixture.createProvider({ tls: 'required' });
    const error = await provider
      .sendMessage({ to: dana, ...hello('secret') })
      .catch(e => e);
    expect(problemOf(error)).toMatchObject({
      whose: 'platform',
      canPass: false,
      what: expect.stringContaining('encrypt'),
    });
    expect(await fixture.listMails('dana@example.com')).toEqual([]);
  });

  it.each([
    [421, 'ServiceUnavailableError'],
    [452, 'ServiceUnavailableError'],
    [552, 'InputError'],
    [554, 'InputError'],
  ])('understands SMTP: %d', async (status, name) => {
    const { sandbox, provider } = fixture;
    sandbox.faults.add({ service: 'mail', kind: 'status', status, times: 1 });
    const error = await provider
      .sendMessage({ to: dana, ...hello('refused') })
      .catch(e => e);
    expect(error).toMatchObject({ name });
    expect(problemOf(error)).toMatchObject({
      status,
      raw: expect.stringContaining(String(status)),
    });
  });

  it('refuses wrong credentials, without telling them', async () => {
    const provider = fixture.createProvider({ password: 'canary-wrong' });
    const error = await provider
      .sendMessage({ to: dana, ...hello('credentials') })
      .catch(e => e);
    expect(error).toMatchObject({ name: 'AuthenticationError' });
    expect(`${error.stack}${JSON.stringify(problemOf(error))}`).not.toContain(
      'canary',
    );
  });

  it('keeps threads together over several replies', async () => {
    const { provider, listMails } = fixture;
    const to = { person: { email: 'leo@example.com' } };
    const first = await provider.sendMessage({ to, ...hello('first') });
    await provider.reply(first, hello('second'));
    const [, reply] = await listMails('leo@example.com');
    expect(reply).toMatchObject({
      inReplyTo: first.message,
      references: first.message,
    });
  });

  it('takes more mail at once than it opens connections', async () => {
    const { provider, listMails } = fixture;
    const to = { person: { email: 'sam@example.com' } };
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        provider.sendMessage({ to, ...hello(`burst ${index}`) }),
      ),
    );
    expect(await listMails('sam@example.com')).toHaveLength(40);
  });

  it('stops while it waits for the server', async () => {
    const { sandbox, createProvider, listMails } = fixture;
    const provider = createProvider();
    sandbox.faults.add({
      service: 'mail',
      kind: 'slow',
      delayMs: 300,
      times: 1,
    });
    const controller = new AbortController();
    const sending = provider.sendMessage({
      to: { person: { email: 'erin@example.com' } },
      ...hello('stopped'),
      signal: controller.signal,
    });
    controller.abort(new Error('given up'));
    await expect(sending).rejects.toThrow('given up');
    expect(await listMails('erin@example.com')).toEqual([]);
  });
});
