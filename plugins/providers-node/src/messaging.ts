import { createServiceRef } from '@backstage/backend-plugin-api';
import { Provider } from './provider';

/**
 * The optional parts of the messaging port.
 *
 * @remarks
 * `channels`: takes messages for a channel, not for people alone; `update`: a
 * message can be changed after it was sent; `threads`: a message can be
 * answered by us in its thread; `answers`: buttons work, and what people
 * answer comes back.
 *
 * @public
 */
export const MESSAGING_FEATURES = [
  'channels',
  'update',
  'threads',
  'answers',
] as const;

/** @public */
export type MessagingFeature = (typeof MESSAGING_FEATURES)[number];

/** Somebody of the catalog, as far as a messenger needs them. @public */
export interface MessagePerson {
  /** The one address by which vendors know them. */
  email: string;
  displayName?: string;
}

/**
 * Who gets a message. A channel is named as people name it, without a vendor's
 * sign in front: `deployments`.
 *
 * @public
 */
export type MessageRecipient = { person: MessagePerson } | { channel: string };

/** A page to look at; `url` is absolute. @public */
export interface MessageLink {
  label: string;
  url: string;
}

/** What is pressed comes back as a {@link MessageAnswer}. @public */
export interface MessageButton {
  label: string;
  /** What it stands for, for example `approve`; unique within the message. */
  action: string;
  /**
   * Comes back as it is, at most 1,000 characters. Whoever gets it back must
   * not trust it, and it must not be a secret: people's browsers see it.
   */
  value: string;
  style?: 'primary' | 'danger';
  /**
   * Asks whoever presses it for a comment in a dialog, without which there is
   * no answer; `label` says what to write.
   */
  comment?: { label: string };
}

/**
 * A message in words, whatever carries it.
 *
 * @remarks
 * Every text is plain: providers escape what their vendor would take for
 * markup, mentions included, and cut what is longer than it takes. Line breaks
 * in texts are kept.
 *
 * @public
 */
export interface Message {
  /** One line: the subject of a mail, the words of a notification. */
  title: string;
  /** As of a Backstage notification; `normal` without. */
  severity?: 'low' | 'normal' | 'high' | 'critical';
  /** One or two sentences. */
  summary?: string;
  /** In their order, for example `Environment: production`. */
  facts?: Array<{ label: string; value: string }>;
  sections?: Array<{ heading?: string; text: string }>;
  /** The page at which all of it is; the one link that stands out. */
  link?: MessageLink;
  /** Further pages. */
  links?: MessageLink[];
  /** Left out by a provider without `answers`: `link` says where to decide. */
  buttons?: MessageButton[];
}

/**
 * Where a message lies at its vendor; can be stored as JSON.
 *
 * @public
 */
export interface MessageReference {
  /** Id of the provider that sent it. */
  provider: string;
  /** The vendor's id of the channel, or the address of a person's mailbox. */
  conversation: string;
  /** The vendor's id of the message. */
  message: string;
  /** The vendor's id of the message that opened the thread, in a reply. */
  thread?: string;
}

/** A call from outside, as it came. @public */
export interface MessageDelivery {
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  /** The raw body: signatures are over its bytes. */
  body: Buffer;
}

/** What somebody answered to a message. @public */
export interface MessageAnswer {
  /**
   * The same for the same delivery, however often it comes: store it under a
   * unique key and ignore what came before, in every replica.
   */
  deliveryId: string;
  /** `action` and `value` of the button that was pressed. */
  action: string;
  value: string;
  /** What was written into the button's dialog. */
  comment?: string;
  /** The message that was answered. */
  message: MessageReference;
  /** The vendor's id of who answered, for `identifyAnswerer`. */
  answerer: string;
  /** When the vendor sent it; ISO 8601. */
  answeredAt: string;
}

/**
 * Somebody pressed a button that asks for a comment: what they write comes as
 * a delivery of its own.
 *
 * @public
 */
export interface MessageDialog {
  /** The press, without a comment: who pressed what, and in which message. */
  answer: MessageAnswer;
  /**
   * Opens the dialog. Vendors let it be opened once, within seconds of the
   * press.
   *
   * @throws ConflictError - it is too late, or it was opened before
   * @throws ServiceUnavailableError - the vendor is down
   */
  open(options?: { signal?: AbortSignal }): Promise<void>;
}

/** What both kinds of sending take. @public */
export interface SendOptions {
  message: Message;
  /**
   * Names the message for good: repeated with the same key, what was sent is
   * found where the vendor can be asked, and marked as the same where not.
   */
  messageKey: string;
  /**
   * That no attempt with this key was made before, so that nobody needs to
   * look for it. Without it, it is looked for.
   */
  isFirstAttempt?: boolean;
  signal?: AbortSignal;
}

/**
 * Port of the capability `messaging`: tells a person or a channel, and hears
 * what they answer. Errors as for the git port; what a provider has not
 * (`features`) is a `NotImplementedError`.
 *
 * @public
 */
export interface MessagingProvider extends Provider {
  readonly capability: 'messaging';
  readonly features: readonly MessagingFeature[];
  /**
   * Sends a message. The vendor's pace is kept: it may take a few seconds.
   *
   * @throws NotFoundError - the vendor doesn't know the person or channel
   * @throws ServiceUnavailableError - the vendor is down, or asks for fewer
   * messages (`retryAt` of its problem)
   */
  sendMessage(
    options: SendOptions & { to: MessageRecipient },
  ): Promise<MessageReference>;
  /**
   * Sends a message into the thread of another one. Feature `threads`.
   *
   * @param reference - of any message of the thread
   */
  reply(
    reference: MessageReference,
    options: SendOptions,
  ): Promise<MessageReference>;
  /**
   * Puts another message in the place of one that was sent. Feature `update`.
   *
   * @throws NotFoundError - the message is gone
   */
  updateMessage(
    reference: MessageReference,
    message: Message,
    options?: { signal?: AbortSignal },
  ): Promise<void>;
  /**
   * Verifies and reads what the vendor sends when somebody answers, without
   * asking anybody: vendors want their acknowledgement within seconds. Feature
   * `answers`.
   *
   * @returns an answer; a dialog to open before the delivery is acknowledged,
   * where a button asks for a comment; `undefined` for a delivery that is
   * genuine and neither
   * @throws AuthenticationError - the signature is wrong, or the delivery is
   * older or newer than the vendor's limit
   * @throws InputError - genuine, but not to be understood
   */
  receiveAnswer(
    delivery: MessageDelivery,
  ): Promise<MessageAnswer | MessageDialog | undefined>;
  /**
   * Finds out who answered. Feature `answers`.
   *
   * @returns the person, with a mail address that the vendor has verified
   * @throws NotAllowedError - a bot, a guest of another organisation, a person
   * who was removed or whose address nobody has verified
   */
  identifyAnswerer(
    answer: MessageAnswer,
    options?: { signal?: AbortSignal },
  ): Promise<MessagePerson>;
}

/**
 * Multiton: each vendor's factory gives the messaging providers that app-config
 * names, or none; `.flat()` is all of them.
 *
 * @public
 */
export const messagingProviderServiceRef = createServiceRef<
  readonly MessagingProvider[]
>({
  id: 'self-service.provider.messaging',
  scope: 'root',
  multiton: true,
});
