import { z } from 'zod';
import { requestSchema, verdictSchema } from './requests';

/**
 * HTTP contract of messages to people: what each person wants to be told
 * where, links in mails that decide, and what became of each message.
 *
 * @remarks
 * For people (user principals):
 *
 * - `GET /message-preferences` → {@link messagePreferencesSchema}
 * - `PUT /message-preferences` {@link setMessagePreferencesSchema} →
 *   {@link messagePreferencesSchema}
 * - `POST /decision-links/look` {@link lookAtLinkSchema} →
 *   {@link linkLookSchema}
 * - `POST /decision-links/use` {@link useLinkSchema} → `requestDetailSchema`
 * - `POST /requests/:id/deliveries/:deliveryId/retry`, for the platform team
 *   → `requestDetailSchema`
 *
 * For messengers, without a token of Backstage's:
 *
 * - `POST /answers/:provider`, as the messenger sends it; the provider checks
 *   its signature and age → 200, before anything is done about it
 *
 * `approval-needed`: a stage is open to the person; `approval-reminder`: it
 * still is; `approval-escalated`: nobody has decided for too long, or nobody
 * can; `request-progress`: what becomes of the person's own request.
 *
 * @public
 */
export const MESSAGE_KINDS = [
  'approval-needed',
  'approval-reminder',
  'approval-escalated',
  'request-progress',
] as const;

/**
 * Where people are told: the bell of Backstage, a chat such as Slack, or mail.
 *
 * @public
 */
export const MESSAGE_CHANNELS = ['notification', 'chat', 'mail'] as const;

/** What a message is about; see {@link MESSAGE_KINDS}. @public */
export const messageKindSchema = z.enum(MESSAGE_KINDS);
/** @public */
export const messageChannelSchema = z.enum(MESSAGE_CHANNELS);

/** The channels of each kind, none twice. @public */
export const channelsByKindSchema = z.record(
  messageKindSchema,
  z
    .array(messageChannelSchema)
    .max(MESSAGE_CHANNELS.length)
    .refine(
      channels => new Set(channels).size === channels.length,
      'each channel can be named once',
    ),
);

/** What one person has chosen, or the defaults. @public */
export const messagePreferencesSchema = z.object({
  preferences: channelsByKindSchema,
  defaults: channelsByKindSchema,
  /** The channels that work in this portal, by their names for people. */
  available: z.array(
    z.object({ channel: messageChannelSchema, title: z.string() }),
  ),
});

/** `approval-needed` needs a channel: nobody decides what nobody hears of. @public */
export const setMessagePreferencesSchema = z.object({
  preferences: channelsByKindSchema.refine(
    preferences => preferences['approval-needed'].length > 0,
    {
      path: ['approval-needed'],
      message: 'choose at least one channel for what waits for your approval',
    },
  ),
});

/**
 * What a mail's link carries in its fragment: 32 random bytes in base64url.
 *
 * @public
 */
export const decisionTokenSchema = z
  .string()
  .regex(/^[\w-]{43}$/, 'not a token of a decision link');

/** @public */
export const lookAtLinkSchema = z.object({ token: decisionTokenSchema });

/** What a link is for, and whether it still decides. @public */
export const linkLookSchema = z.object({
  request: requestSchema,
  stageId: z.string(),
  usable: z.boolean(),
  /** Why it does not decide any more, in words; absent when it does. */
  reason: z.string().optional(),
});

/** A rejection needs a comment. @public */
export const useLinkSchema = z
  .object({
    token: decisionTokenSchema,
    verdict: verdictSchema,
    comment: z.string().trim().max(4000).optional(),
  })
  .refine(vote => vote.verdict === 'approve' || vote.comment, {
    path: ['comment'],
    message: 'a rejection needs a comment: say why, and what would help',
  });

/**
 * `given-up`: it was tried too often, or can never work; somebody may try it
 * again.
 *
 * @public
 */
export const deliveryStatusSchema = z.enum([
  'waiting',
  'sent',
  'failed',
  'given-up',
]);

/** One message to one person in one channel. @public */
export const messageDeliverySchema = z.object({
  id: z.string(),
  /** Entity ref of the person; never their address. */
  to: z.string(),
  kind: messageKindSchema,
  channel: messageChannelSchema,
  /** Id of the messaging provider, where one carries it. */
  provider: z.string().optional(),
  status: deliveryStatusSchema,
  /** How often it was tried. */
  attempts: z.number().int(),
  /** Why the last attempt failed, in words. */
  error: z.string().optional(),
  /** When its status last changed; ISO 8601. */
  at: z.string(),
});

/** @public */
export type MessageKind = z.infer<typeof messageKindSchema>;
/** @public */
export type MessageChannel = z.infer<typeof messageChannelSchema>;
/** @public */
export type ChannelsByKind = z.infer<typeof channelsByKindSchema>;
/** @public */
export type MessagePreferences = z.infer<typeof messagePreferencesSchema>;
/** @public */
export type SetMessagePreferences = z.infer<typeof setMessagePreferencesSchema>;
/** @public */
export type LinkLook = z.infer<typeof linkLookSchema>;
/** @public */
export type UseLink = z.infer<typeof useLinkSchema>;
/** @public */
export type DeliveryStatus = z.infer<typeof deliveryStatusSchema>;
/** @public */
export type MessageDeliveryReport = z.infer<typeof messageDeliverySchema>;
