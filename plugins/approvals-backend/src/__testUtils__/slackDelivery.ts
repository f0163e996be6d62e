import { createHmac } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import { SlackMessagingProvider } from '@self-service/plugin-providers-module-slack';
import {
  MessageDelivery,
  MessagingProvider,
} from '@self-service/plugin-providers-node';

/** What must appear nowhere. */
export const SIGNING_SECRET = 'canary-of-the-signing-secret';

/**
 * Signs a body as Slack does; source:
 * https://docs.slack.dev/authentication/verifying-requests-from-slack.
 */
export function signedBySlack(
  body: Buffer,
  options: { now?: number; ageSeconds?: number; secret?: string } = {},
): MessageDelivery {
  const { now = Date.now(), ageSeconds = 0, secret = SIGNING_SECRET } = options;
  const timestamp = String(Math.floor(now / 1_000) - ageSeconds);
  const signature = createHmac('sha256', secret)
    .update(`v0:${timestamp}:`)
    .update(body)
    .digest('hex');
  return {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  };
}

/** The body of a delivery with a payload. */
export function slackBody(payload: unknown): Buffer {
  return Buffer.from(
    new URLSearchParams({
      payload: JSON.stringify(payload) ?? 'undefined',
    }).toString(),
  );
}

/** The payload of a press of one of our buttons. */
export function slackPress(options: {
  action: string;
  value: string;
  comment?: string;
  now?: number;
}): object {
  const { action, value, comment, now = Date.now() } = options;
  return {
    type: 'block_actions',
    user: { id: 'U0LEO' },
    container: { channel_id: 'D0LEO', message_ts: '1700000000.000100' },
    actions: [
      {
        action_id: `self-service:${action}`,
        value,
        action_ts: String(now / 1_000),
      },
    ],
    state: {
      values: { 'self-service:comment': { comment: { value: comment } } },
    },
  };
}

/**
 * Slack as far as it reads what comes in; everybody is taken for the same
 * person, and nothing leaves the process.
 */
export function offlineSlack(options: {
  email: string;
  clock?: { now: () => number };
}): MessagingProvider & { replies: string[] } {
  const { email, clock } = options;
  const [slack] = SlackMessagingProvider.fromConfig(
    mockServices.rootConfig({
      data: {
        providers: {
          slack: [
            {
              botToken: 'canary-of-the-bot-token',
              signingSecret: SIGNING_SECRET,
              apiUrl: 'http://localhost:1/api',
            },
          ],
        },
      },
    }),
    clock && { clock: { now: clock.now, sleep: async () => {} } },
  );
  const replies: string[] = [];
  const reference = {
    provider: slack.id,
    conversation: 'D0LEO',
    message: '1700000000.000100',
  };
  return {
    id: slack.id,
    capability: 'messaging',
    vendor: slack.vendor,
    features: slack.features,
    endpoint: slack.endpoint,
    replies,
    checkHealth: () => slack.checkHealth(),
    receiveAnswer: delivery => slack.receiveAnswer(delivery),
    identifyAnswerer: async () => ({ email }),
    sendMessage: async () => reference,
    updateMessage: async () => {},
    reply: async (_reference, { message }) => {
      replies.push(JSON.stringify(message));
      return reference;
    },
  };
}
