import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AuthenticationError, InputError } from '@backstage/errors';
import {
  MessageAnswer,
  MessageDelivery,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import {
  COMMENT_ACTION,
  COMMENT_BLOCK,
  DIALOG_CALLBACK,
  DialogPress,
  readPressed,
} from './dialog';
import { ACTION_PREFIX, DIALOG_PREFIX } from './toBlocks';

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
        text: z.object({ text: z.string() }).optional(),
        action_ts: z.string(),
      }),
    )
    .min(1),
  trigger_id: z.string().optional(),
});

const viewSubmission = z.object({
  user: z.object({ id: z.string().min(1) }),
  view: z.object({
    callback_id: z.string().optional(),
    private_metadata: z.string().optional(),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(z.string(), z.object({ value: z.string().nullish() })),
      ),
    }),
  }),
});

/**
 * Verifies that a delivery is Slack's, and not an old one.
 *
 * @remarks
 * `X-Slack-Signature` is `v0=` and the hex HMAC-SHA256 of
 * `v0:<timestamp>:<raw body>` with the app's signing secret. Source:
 * https://docs.slack.dev/authentication/verifying-requests-from-slack.
 *
 * @returns when Slack sent it, in milliseconds since the epoch
 * @throws AuthenticationError
 */
export function verifyDelivery(
  { headers, body }: MessageDelivery,
  options: { secret: string | undefined; now: number },
): number {
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
  return Number(timestamp) * 1_000;
}

function readPayload(body: Buffer): unknown {
  const payload = new URLSearchParams(body.toString('utf8')).get('payload');
  try {
    return JSON.parse(payload ?? '');
  } catch {
    throw new InputError('The delivery has no payload in JSON.');
  }
}

/** What the two kinds of deliveries are read with. */
interface Reading {
  deliveryId: string;
  /** Id of the provider. */
  provider: string;
  /** When Slack sent it, in milliseconds since the epoch. */
  sentAt: number;
}

/** Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload. */
function readClick(
  payload: unknown,
  { deliveryId, provider }: Reading,
): MessageAnswer | DialogPress | undefined {
  const parsed = blockActions.safeParse(payload);
  if (!parsed.success) {
    throw new InputError('The payload is not that of a click.');
  }
  const { actions, container, message, trigger_id, user } = parsed.data;
  const clicked = actions.find(
    ({ action_id: id }) =>
      id.startsWith(ACTION_PREFIX) || id.startsWith(DIALOG_PREFIX),
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
  const { action_id: actionId, value, text } = clicked;
  const answer: MessageAnswer = {
    deliveryId,
    action: actionId.slice(actionId.indexOf(':') + 1),
    value,
    message: {
      provider,
      conversation,
      message: id,
      ...(thread && thread !== id && { thread }),
    },
    answerer: user.id,
    answeredAt: new Date(milliseconds).toISOString(),
  };
  if (!actionId.startsWith(DIALOG_PREFIX)) {
    return answer;
  }
  const end = value.indexOf('\n');
  if (end < 1 || !text?.text || !trigger_id) {
    throw new InputError('The payload does not say what to ask.');
  }
  return {
    answer: { ...answer, value: value.slice(end + 1) },
    triggerId: trigger_id,
    title: text.text,
    label: value.slice(0, end),
  };
}

/** Source: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload. */
function readSubmission(
  payload: unknown,
  { deliveryId, provider, sentAt }: Reading,
): MessageAnswer | undefined {
  const parsed = viewSubmission.safeParse(payload);
  if (!parsed.success) {
    throw new InputError('The payload is not that of a dialog.');
  }
  const { user, view } = parsed.data;
  if (view.callback_id !== DIALOG_CALLBACK) {
    return undefined;
  }
  const pressed = readPressed(view.private_metadata ?? '');
  if (!pressed) {
    throw new InputError('The dialog does not say what was pressed.');
  }
  const { action, value, ...reference } = pressed;
  return {
    deliveryId,
    action,
    value,
    comment:
      view.state.values[COMMENT_BLOCK]?.[COMMENT_ACTION]?.value || undefined,
    message: { provider, ...reference },
    answerer: user.id,
    answeredAt: new Date(sentAt).toISOString(),
  };
}

/**
 * Reads a verified delivery: a form whose field `payload` is JSON.
 *
 * @remarks
 * `response_url` and `trigger_id` let anybody act: the former stays here, and
 * the latter goes no further than the call that opens the dialog.
 *
 * @param context - id of the provider, and what {@link verifyDelivery} gave
 * @returns an answer; a press that asks for a dialog; `undefined` where it is
 * neither a click of a button of ours nor a dialog of ours
 * @throws InputError - it is not to be understood
 */
export function readAnswer(
  { body }: MessageDelivery,
  context: { provider: string; sentAt: number },
): MessageAnswer | DialogPress | undefined {
  const payload = readPayload(body);
  const reading = {
    ...context,
    deliveryId: createHash('sha256').update(body).digest('hex'),
  };
  const { type } = z.object({ type: z.string() }).safeParse(payload).data ?? {};
  switch (type) {
    case 'view_submission':
      return readSubmission(payload, reading);
    case 'block_actions':
    case undefined:
      return readClick(payload, reading);
    default:
      return undefined;
  }
}
