import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import { MailMessagingProvider } from '@self-service/plugin-providers-module-mail';
import { SlackMessagingProvider } from '@self-service/plugin-providers-module-slack';
import { MessagingProvider } from '@self-service/plugin-providers-node';
import express from 'express';
import { Sandbox, startSandbox } from 'sandbox';
import { createAnswerRouter } from '../routes/answerRoutes';
import { Answers } from '../services/messages/Answers';
import { TestClock } from './world';

/** A message in Slack's stand-in. */
export interface ChatMessage {
  /** `@dana` */
  channel: string;
  channelId: string;
  ts: string;
  thread?: string;
  text: string;
  buttons: string[];
}

/** A mail in the stand-in. */
export interface Mail {
  mailbox: string;
  receivedAt: string;
  subject: string;
  text: string;
}

/** Slack and mail as stand-ins, and what takes Slack's clicks. */
export interface MessagingScene {
  sandbox: Sandbox;
  clock: TestClock;
  providers: MessagingProvider[];
  /** Who takes clicks from now on. */
  takeAnswers(answers: Pick<Answers, 'receive'>): void;
  /** Everything in somebody's conversation with the app. */
  chatOf(name: string): Promise<ChatMessage[]>;
  mailOf(name: string): Promise<Mail[]>;
  /**
   * Presses a button.
   *
   * @returns the status of the portal's answer
   */
  press(
    message: ChatMessage,
    options: { action: string; by: string },
  ): Promise<number | undefined>;
  /**
   * Fills in the dialog that somebody sees.
   *
   * @returns the status of the portal's answer; `undefined` where there is no
   * dialog
   */
  submit(options: { by: string; comment: string }): Promise<number | undefined>;
  /** Forgets what was sent before. */
  reset(): void;
  stop(): Promise<void>;
}

/** Starts the scene; time is a test clock's, which waiting moves. */
export async function startMessagingScene(): Promise<MessagingScene> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'approvals-messages-'));
  const clock = new TestClock();
  const sandbox = await startSandbox({
    dataDirectory,
    ports: 'ephemeral',
    now: () => clock.time,
  });
  let since = clock.time;
  let taking: Pick<Answers, 'receive'> | undefined;
  const app = express();
  app.use(
    createAnswerRouter({
      receive: async (...delivery) => taking?.receive(...delivery),
    }),
  );
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const slackUrl = sandbox.urls.standIns.slack;
  const post = async (path: string, body: object) =>
    fetch(`${slackUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await post('/settings', {
    interactivityUrl: `http://127.0.0.1:${port}/answers/slack`,
  });
  const config = mockServices.rootConfig({
    data: {
      providers: {
        slack: [
          {
            botToken: 'sandbox-slack-bot-token',
            signingSecret: 'sandbox-slack-signing-secret',
            apiUrl: `${slackUrl}/api`,
          },
        ],
        mail: {
          url: `smtp://localhost:${sandbox.ports.smtp}`,
          tls: 'none',
          username: 'portal',
          password: 'sandbox-mail-password',
          from: 'Self-Service <portal@example.com>',
        },
      },
    },
  });
  const httpClock = {
    now: () => clock.time.getTime(),
    sleep: async (milliseconds: number) => clock.advance(milliseconds),
  };
  const inventory = async () =>
    (await sandbox.inventory()) as unknown as {
      slack: {
        messages: ChatMessage[];
        dialogs: { id: string; user: string }[];
      };
      mail: { mails: Mail[] };
    };
  const statusOf = async (path: string, body: object) => {
    const response = await post(path, body);
    return ((await response.json()) as { status?: number }).status;
  };
  const idOf = (name: string) => `U0${name.toUpperCase()}`;
  return {
    sandbox,
    clock,
    providers: [
      ...SlackMessagingProvider.fromConfig(config, { clock: httpClock }),
      MailMessagingProvider.fromConfig(config),
    ],
    takeAnswers: answers => {
      taking = answers;
    },
    chatOf: async name =>
      (await inventory()).slack.messages.filter(
        ({ channel, ts }) =>
          channel === `@${name}` && Number(ts) * 1_000 >= since.getTime(),
      ),
    mailOf: async name =>
      (await inventory()).mail.mails.filter(
        ({ mailbox, receivedAt }) =>
          mailbox === `${name}@example.com` && new Date(receivedAt) >= since,
      ),
    press: (message, { action, by }) =>
      statusOf('/press', {
        channel: message.channelId,
        ts: message.ts,
        action_id: message.buttons.find(id => id.endsWith(`:${action}`)),
        user: idOf(by),
      }),
    submit: async ({ by, comment }) => {
      const { dialogs } = (await inventory()).slack;
      const view = dialogs.find(({ user }) => user === idOf(by))?.id;
      return statusOf('/submit', { view, comment });
    },
    reset: () => {
      sandbox.faults.clear('slack');
      clock.advance(60_000);
      since = clock.time;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}
