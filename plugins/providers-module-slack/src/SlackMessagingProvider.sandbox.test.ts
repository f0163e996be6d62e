import { mockServices } from '@backstage/backend-test-utils';
import {
  HttpClock,
  MessageAnswer,
  MessageDelivery,
  MessageDialog,
  MessageRecipient,
  problemOf,
} from '@self-service/plugin-providers-node';
import {
  createProviderFaults,
  describeMessagingProviderContract,
} from '@self-service/plugin-providers-node/testing';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, IncomingMessage } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from 'sandbox';
import { SlackMessagingProvider } from './SlackMessagingProvider';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(30_000);

const TOKEN = 'sandbox-slack-bot-token';
const SIGNING_SECRET = 'sandbox-slack-signing-secret';

interface StandInMessage {
  channel: string;
  channelId: string;
  ts: string;
  thread?: string;
  text: string;
  buttons: string[];
}

/** Waiting is what moves this clock, for provider and stand-in alike. */
function createClock() {
  let time = Date.parse('2026-01-02T03:04:05Z');
  const clock: HttpClock = {
    now: () => time,
    sleep: async milliseconds => {
      time += milliseconds;
    },
  };
  return {
    clock,
    move: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

/** Takes deliveries as the portal does, and keeps what came. */
async function createReceiver() {
  const deliveries: { request: IncomingMessage; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    deliveries.push({ request, body: Buffer.concat(chunks) });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack`,
    /** The newest one. */
    take: (): MessageDelivery => {
      const { request, body } = deliveries.pop()!;
      return { headers: request.headers as Record<string, string>, body };
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The id of a button of the contract's messages. */
const idOf = (action: string) =>
  `self-service${action === 'reject' ? '-dialog' : ''}:${action}`;

async function start() {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'slack-provider-'));
  const { clock, move } = createClock();
  const sandbox = await startSandbox({
    dataDirectory,
    ports: 'ephemeral',
    now: () => new Date(clock.now()),
  });
  const url = sandbox.urls.standIns.slack;
  const receiver = await createReceiver();
  const post = async (path: string, body: object) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.ok).toBe(true);
    return response;
  };
  await post('/settings', { interactivityUrl: receiver.url });
  const createProvider = (botToken = TOKEN) => {
    const [provider] = SlackMessagingProvider.fromConfig(
      mockServices.rootConfig({
        data: {
          providers: {
            slack: [
              {
                botToken,
                signingSecret: SIGNING_SECRET,
                apiUrl: `${url}/api`,
              },
            ],
          },
        },
      }),
      { clock, timeoutMilliseconds: 2_000 },
    );
    return provider;
  };
  const inventory = async () => {
    const { slack } = (await sandbox.inventory()) as unknown as {
      slack: {
        messages: StandInMessage[];
        dialogs: { id: string; user: string }[];
      };
    };
    return slack;
  };
  return {
    sandbox,
    provider: createProvider(),
    createProvider,
    clock,
    move,
    receiver,
    listMessages: async () => (await inventory()).messages,
    press: (body: object) => post('/press', body),
    /** Fills in the dialog that somebody sees. */
    submit: async (user: string, comment: string) => {
      const { dialogs } = await inventory();
      const view = dialogs.find(dialog => dialog.user === user)?.id;
      await post('/submit', { view, comment });
    },
    stop: async () => {
      await receiver.stop();
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

describeMessagingProviderContract(
  'Slack',
  async () => {
    const started = await start();
    const { sandbox, provider, listMessages, receiver, move, press } = started;
    const nameOf = (to: MessageRecipient) =>
      'channel' in to
        ? `#${to.channel}`
        : `@${to.person.email.replace('@example.com', '')}`;
    return {
      provider,
      person: { email: 'dana@example.com', displayName: 'Dana' },
      stranger: { email: 'nobody@example.com' },
      channel: 'deployments',
      read: async to =>
        (await listMessages())
          .filter(({ channel }) => channel === nameOf(to))
          .map(({ ts, text, thread, buttons }) => ({
            id: ts,
            text,
            ...(thread && { thread }),
            buttons,
          })),
      press: async (reference, { action, ageSeconds = 0 }) => {
        const ahead = Math.min(0, ageSeconds) * -1_000;
        move(ahead);
        await press({
          channel: reference.conversation,
          ts: reference.message,
          action_id: idOf(action),
          user: 'U0DANA',
        });
        move(-ahead);
        move(Math.max(0, ageSeconds) * 1_000);
        return receiver.take();
      },
      comment: async words => {
        await started.submit('U0DANA', words);
        return receiver.take();
      },
      faults: createProviderFaults(sandbox.faults, 'slack', {
        slowMilliseconds: 4_000,
      }),
      canary: TOKEN,
      stop: started.stop,
    };
  },
  { features: ['channels', 'update', 'threads', 'answers'] },
);

describe('a Slack provider and its workspace', () => {
  let fixture: Awaited<ReturnType<typeof start>>;
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

  it('looks a person up once, and sends with one request then', async () => {
    const { sandbox, provider } = fixture;
    const to = { person: { email: 'leo@example.com' } };
    await provider.sendMessage({ to, ...hello('1'), isFirstAttempt: true });
    // Whatever else is asked is refused now.
    sandbox.faults.add({
      service: 'slack',
      kind: 'status',
      match: { pathPattern: '/api/(users|conversations|auth)' },
    });
    await provider.sendMessage({ to, ...hello('2'), isFirstAttempt: true });
    sandbox.faults.clear();
    expect(
      (await fixture.listMessages()).filter(
        ({ channel }) => channel === '@leo',
      ),
    ).toHaveLength(2);
  });

  it('keeps to a message a second for each channel, whoever waits', async () => {
    const { provider, clock } = fixture;
    const send = (channel: string, index: number) =>
      provider.sendMessage({
        to: { channel },
        ...hello(`${channel} ${index}`),
        isFirstAttempt: true,
      });
    await send('payments', 0);
    const before = clock.now();
    for (let index = 1; index <= 10; index += 1) {
      await send('payments', index);
    }
    expect(clock.now() - before).toBe(10_000);
    const sent = (await fixture.listMessages())
      .filter(({ channel }) => channel === '#payments')
      .map(({ ts }) => Number(ts));
    expect(sent).toHaveLength(11);
  });

  it('waits as it is told when Slack asks for fewer messages', async () => {
    const { sandbox, provider, clock } = fixture;
    const to = { channel: 'search' };
    await provider.sendMessage({ to, ...hello('first') });
    const before = clock.now();
    sandbox.faults.add({
      service: 'slack',
      kind: 'rate-limit',
      retryAfterSeconds: 7,
      match: { pathPattern: 'chat.postMessage' },
      times: 1,
    });
    await provider.sendMessage({ to, ...hello('second') });
    expect(clock.now() - before).toBeGreaterThanOrEqual(7_000);
    sandbox.faults.add({
      service: 'slack',
      kind: 'rate-limit',
      retryAfterSeconds: 600,
      match: { pathPattern: 'chat.postMessage' },
    });
    const error = await provider
      .sendMessage({ to, ...hello('third') })
      .catch(e => e);
    sandbox.faults.clear();
    expect(error).toMatchObject({ name: 'ServiceUnavailableError' });
    expect(problemOf(error)?.retryAt).toBe(
      new Date(clock.now() + 600_000).toISOString(),
    );
  });

  it('says which scopes are missing', async () => {
    const narrow = fixture.createProvider('sandbox-slack-narrow-token');
    expect(await narrow.checkHealth()).toMatchObject({
      status: 'degraded',
      problem: { what: expect.stringContaining('users:read.email') },
    });
    const error = await narrow
      .sendMessage({
        to: { person: { email: 'dana@example.com' } },
        ...hello('narrow'),
      })
      .catch(e => e);
    expect(error).toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringContaining('users:read.email'),
    });
    expect(problemOf(error)?.requestId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('says that it has to be invited', async () => {
    await expect(
      fixture.provider.sendMessage({
        to: { channel: 'leadership' },
        ...hello('uninvited'),
        isFirstAttempt: true,
      }),
    ).rejects.toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringContaining('Invite the app'),
    });
  });

  it.each(['U0GUEST', 'U0UNCONFIRMED', 'U0GONE', 'U0PORTAL'])(
    'takes nothing from %s',
    async user => {
      const { provider, press, receiver } = fixture;
      const reference = await provider.sendMessage({
        to: { channel: 'general' },
        messageKey: `asked ${user}`,
        message: {
          title: 'Approve?',
          buttons: [{ label: 'Approve', action: 'approve', value: '1' }],
        },
      });
      await press({
        channel: reference.conversation,
        ts: reference.message,
        action_id: 'self-service:approve',
        user,
      });
      const answer = await provider.receiveAnswer(receiver.take());
      expect(answer).toMatchObject({ answerer: user });
      await expect(
        provider.identifyAnswerer(answer as MessageAnswer),
      ).rejects.toMatchObject({ name: 'NotAllowedError' });
    },
  );

  it('says that a dialog is asked for too late, and does so once', async () => {
    const { provider, press, receiver, move, sandbox } = fixture;
    const reference = await provider.sendMessage({
      to: { channel: 'general' },
      messageKey: 'asked late',
      message: {
        title: 'Approve?',
        buttons: [
          {
            label: `Reject ${'and say why '.repeat(5)}`,
            action: 'reject',
            value: '"\n'.repeat(300),
            comment: { label: `Why\n${'?'.repeat(200)}` },
          },
        ],
      },
    });
    const pressed = async () => {
      await press({
        channel: reference.conversation,
        ts: reference.message,
        action_id: idOf('reject'),
        user: 'U0LEO',
      });
      return (await provider.receiveAnswer(receiver.take())) as MessageDialog;
    };
    const late = await pressed();
    move(3_001);
    await expect(late.open()).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringMatching(/expired_trigger_id.*Press the button/s),
    });
    const cut = await pressed();
    sandbox.faults.add({
      service: 'slack',
      kind: 'reset',
      match: { pathPattern: 'views.open' },
      times: 1,
    });
    await expect(cut.open()).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
    });
    sandbox.faults.clear();
    const aborted = await pressed();
    await expect(
      aborted.open({ signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');

    // Long and odd texts are neither refused nor changed.
    const good = await pressed();
    await good.open();
    await fixture.submit('U0LEO', 'Too late');
    expect(await provider.receiveAnswer(receiver.take())).toMatchObject({
      action: 'reject',
      value: '"\n'.repeat(300),
      comment: 'Too late',
      message: reference,
    });
  });
});
