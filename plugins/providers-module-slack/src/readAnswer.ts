import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AuthenticationError, InputError } from '@backstage/errors';
import {
  MessageAnswer,
  MessageDelivery,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { ACTION_PREFIX, COMMENT_ACTION, COMMENT_BLOCK } from './toBlocks';

/** Source: https://docs.slack.dev/authentication/verifying-requests-from-slack. */
const MAXIMUM_AGE_SECONDS = 5 * 60;

const blockActions = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string().min(1) }),
  container: z.object({ channel_id: z.string(), message_ts: z.string() }),
  message: z.object({ thread_ts: z.string().optional() }).optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().optional(),
        action_ts: z.string(),
      }),
    )
    .min(1),
  state: z
    .object({
      values: z.record(
        z.string(),
        z.record(z.string(), z.object({ value: z.string().nullish() })),
      ),
    })
    .optional(),
});

/**
 * Verifies that a delivery is Slack's, and not an old one.
 *
 * @remarks
 * `X-Slack-Signature` is `v0=` and the hex HMAC-SHA256 of
 * `v0:<timestamp>:<raw body>` with the app's signing secret. Source:
 * https://docs.slack.dev/authentication/verifying-requests-from-slack.
 *
 * @throws AuthenticationError
 */
export function verifyDelivery(
  { headers, body }: MessageDelivery,
  options: { secret: string | undefined; now: number },
): void {
  if (!options.secret) {
    throw new AuthenticationError(
      'Clicks in Slack are refused, since the signing secret is not configured. Set signingSecret of providers.slack in app-config.',
    );
  }
  const timestamp = headers['x-slack-request-timestamp'] ?? '';
  const age = options.now / 1_000 - Number(timestamp);
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(age) > MAXIMUM_AGE_SECONDS) {
    throw new AuthenticationError(
      "The delivery is too old or too new (X-Slack-Request-Timestamp). If Slack sent it just now, this machine's clock is wrong.",
    );
  }
  const expected = Buffer.from(
    `v0=${createHmac('sha256', options.secret)
      .update(`v0:${timestamp}:`)
      .update(body)
      .digest('hex')}`,
  );
  const given = Buffer.from(headers['x-slack-signature'] ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new AuthenticationError(
      "The signature (X-Slack-Signature) does not fit the body. signingSecret of providers.slack must be the app's.",
    );
  }
}

function readPayload(body: Buffer): unknown {
  const payload = new URLSearchParams(body.toString('utf8')).get('payload');
  try {
    return JSON.parse(payload ?? '');
  } catch {
    throw new InputError('The delivery has no payload in JSON.');
  }
}

/**
 * Reads a verified delivery: a form whose field `payload` is JSON.
 *
 * @remarks
 * Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
 * Its `response_url` and `trigger_id` let anybody act and stay here.
 *
 * @param provider - id of the provider
 * @returns `undefined` where it is no click of a button of ours
 */
export function readAnswer(
  { body }: MessageDelivery,
  provider: string,
): MessageAnswer | undefined {
  const payload = readPayload(body);
  const { type } = z.object({ type: z.string() }).safeParse(payload).data ?? {};
  if (type && type !== 'block_actions') {
    return undefined;
  }
  const parsed = blockActions.safeParse(payload);
  if (!parsed.success) {
    throw new InputError('The payload is not that of a click.');
  }
  const { actions, container, message, state, user } = parsed.data;
  const clicked = actions.find(({ action_id: id }) =>
    id.startsWith(ACTION_PREFIX),
  );
  if (clicked?.value === undefined) {
    return undefined;
  }
  const milliseconds = Number(clicked.action_ts) * 1_000;
  if (!(milliseconds > 0 && milliseconds < 8.64e15)) {
    throw new InputError('The payload does not say when it was clicked.');
  }
  const { channel_id: conversation, message_ts: id } = container;
  const thread = message?.thread_ts;
  return {
    deliveryId: createHash('sha256').update(body).digest('hex'),
    action: clicked.action_id.slice(ACTION_PREFIX.length),
    value: clicked.value,
    comment: state?.values[COMMENT_BLOCK]?.[COMMENT_ACTION]?.value || undefined,
    message: {
      provider,
      conversation,
      message: id,
      ...(thread && thread !== id && { thread }),
    },
    answerer: user.id,
    answeredAt: new Date(milliseconds).toISOString(),
  };
}
