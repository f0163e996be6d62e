import { createHmac } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import { SlackMessagingProvider } from '@self-service/plugin-providers-module-slack';
import {
  MessageDelivery,
  MessagingProvider,
} from '@self-service/plugin-providers-node';

/** What must appear nowhere. */
export const SIGNING_SECRET = 'canary-of-the-signing-secret';

/** What lets anybody act in Slack for a while: it must appear nowhere. */
export const TRIGGER = 'canary-of-the-trigger';

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
  /** What the button asks to be written into a dialog. */
  asks?: string;
  now?: number;
}): object {
  const { action, value, asks, now = Date.now() } = options;
  return {
    type: 'block_actions',
    user: { id: 'U0LEO' },
    trigger_id: TRIGGER,
    response_url: `https://hooks.slack.com/${TRIGGER}`,
    container: { channel_id: 'D0LEO', message_ts: '1700000000.000100' },
    actions: [
      {
        action_id: `self-service${asks ? '-dialog' : ''}:${action}`,
        value: asks ? `${asks}\n${value}` : value,
        text: { type: 'plain_text', text: action },
        action_ts: String(now / 1_000),
      },
    ],
  };
}

/** The payload of a dialog of ours that somebody has filled in. */
export function slackSubmission(options: {
  action: string;
  value: string;
  comment?: string;
}) {
  const { action, value, comment } = options;
  return {
    type: 'view_submission',
    user: { id: 'U0LEO' },
    trigger_id: TRIGGER,
    view: {
      callback_id: 'self-service-dialog',
      private_metadata: JSON.stringify({
        action,
        value,
        conversation: 'D0LEO',
        message: '1700000000.000100',
      }),
      state: {
        values: { 'self-service-comment': { comment: { value: comment } } },
      },
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
