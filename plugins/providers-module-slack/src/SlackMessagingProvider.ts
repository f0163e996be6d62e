import { Config } from '@backstage/config';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import {
  askHealth,
  CallOptions,
  createProblemError,
  HttpClient,
  HttpClock,
  Message,
  MessageAnswer,
  MessageDelivery,
  MessageDialog,
  MessagePerson,
  MessageRecipient,
  MessageReference,
  MESSAGING_FEATURES,
  MessagingProvider,
  ProviderHealth,
  SendOptions,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { readSlackConfig, SlackConfig } from './config';
import { DialogPress, toView } from './dialog';
import { Directory } from './Directory';
import { Pacer } from './Pacer';
import { readAnswer, verifyDelivery } from './readAnswer';
import { SlackClient } from './SlackClient';
import { toSlackMessage } from './toBlocks';

/** @public */
export interface SlackMessagingProviderOptions {
  /** For tests. */
  clock?: HttpClock;
  /** For one attempt, in milliseconds. */
  timeoutMilliseconds?: number;
}

/** What the token must be allowed to do; see the README. */
export const NEEDED_SCOPES = [
  'channels:history',
  'channels:read',
  'chat:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:write',
  'users:read',
  'users:read.email',
];

/** Marks our messages, so that they are found again. */
const EVENT_TYPE = 'self_service_message';
const PAGE_SIZE = 200;
/** A message that was sent before so many others is not looked for any more. */
const MAXIMUM_PAGES = 5;
const MAXIMUM_BUTTONS = 25;
const MAXIMUM_VALUE = 1_000;

const posted = z.object({ channel: z.string(), ts: z.string() });
const messages = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      thread_ts: z.string().optional(),
      bot_id: z.string().optional(),
      metadata: z
        .object({
          event_type: z.string().optional(),
          event_payload: z.record(z.string(), z.unknown()).optional(),
        })
        .optional(),
    }),
  ),
  response_metadata: z
    .object({ next_cursor: z.string().optional() })
    .optional(),
});

/**
 * Slack as provider of the capability `messaging`.
 *
 * @remarks
 * Slack has no key that makes posting idempotent. A message carries its key as
 * metadata, by which it is found in the newest 1,000 messages of its channel or
 * thread when an attempt is repeated.
 *
 * @public
 */
export class SlackMessagingProvider implements MessagingProvider {
  readonly capability = 'messaging';
  readonly vendor = 'Slack';
  readonly features = MESSAGING_FEATURES;
  readonly id: string;
  readonly endpoint: string;
  readonly #client: SlackClient;
  readonly #directory: Directory;
  readonly #pacer: Pacer;
  readonly #signingSecret: string | undefined;

  /** One for each workspace of `providers.slack`. */
  static fromConfig(
    config: Config,
    options: SlackMessagingProviderOptions = {},
  ): SlackMessagingProvider[] {
    return readSlackConfig(config).map(
      workspace => new SlackMessagingProvider(workspace, options),
    );
  }

  private constructor(
    workspace: SlackConfig,
    options: SlackMessagingProviderOptions,
  ) {
    this.id = workspace.id;
    this.endpoint = new URL(workspace.apiUrl).origin;
    this.#signingSecret = workspace.signingSecret;
    this.#client = new SlackClient({
      token: workspace.botToken,
      apiUrl: workspace.apiUrl,
      http: HttpClient.create({ vendor: 'Slack', ...options }),
    });
    this.#directory = new Directory(this.#client);
    this.#pacer = new Pacer(this.#client.http);
  }

  /** {@inheritdoc @self-service/plugin-providers-node#MessagingProvider.sendMessage} */
  async sendMessage({
    to,
    ...options
  }: SendOptions & { to: MessageRecipient }): Promise<MessageReference> {
    const name = 'channel' in to ? to.channel : to.person.email;
    const channel =
      'channel' in to
        ? await this.#directory.findChannel(to.channel, options.signal)
        : await this.#directory.findPerson(to.person, options.signal);
    try {
      return await this.#send(channel, undefined, options);
    } catch (error) {
      // Somebody has left, or the channel is another one now.
      if (error instanceof NotFoundError || error instanceof ConflictError) {
        this.#directory.forget(name);
      }
      throw error;
    }
  }

  /** {@inheritdoc @self-service/plugin-providers-node#MessagingProvider.reply} */
  async reply(
    reference: MessageReference,
    options: SendOptions,
  ): Promise<MessageReference> {
    const thread = reference.thread ?? reference.message;
    return this.#send(reference.conversation, thread, options);
  }

  /** {@inheritdoc @self-service/plugin-providers-node#MessagingProvider.updateMessage} */
  async updateMessage(
    reference: MessageReference,
    message: Message,
    { signal }: CallOptions = {},
  ): Promise<void> {
    checkButtons(message);
    await this.#client.call({
      method: 'chat.update',
      // Without metadata, what it has stays.
      arguments: {
        channel: reference.conversation,
        ts: reference.message,
        ...toSlackMessage(message),
      },
      action: 'update a message',
      answer: z.object({ ts: z.string() }),
      repeatable: true,
      signal,
    });
  }

  /** {@inheritdoc @self-service/plugin-providers-node#MessagingProvider.receiveAnswer} */
  async receiveAnswer(
    delivery: MessageDelivery,
  ): Promise<MessageAnswer | MessageDialog | undefined> {
    const sentAt = verifyDelivery(delivery, {
      secret: this.#signingSecret,
      now: this.#client.http.now(),
    });
    const read = readAnswer(delivery, { provider: this.id, sentAt });
    return read && 'triggerId' in read
      ? {
          answer: read.answer,
          open: ({ signal } = {}) => this.#openDialog(read, signal),
        }
      : read;
  }

  /** {@inheritdoc @self-service/plugin-providers-node#MessagingProvider.identifyAnswerer} */
  async identifyAnswerer(
    answer: MessageAnswer,
    { signal }: CallOptions = {},
  ): Promise<MessagePerson> {
    return this.#directory.identify(answer.answerer, signal);
  }

  /** {@inheritdoc @self-service/plugin-providers-node#Provider.checkHealth} */
  async checkHealth({ signal }: CallOptions = {}): Promise<ProviderHealth> {
    return askHealth({ signal }, async () => {
      const self = await this.#directory.readSelf(signal);
      const { scopes } = self;
      const missing = scopes
        ? NEEDED_SCOPES.filter(scope => !scopes.includes(scope))
        : [];
      const description = `Signed in as ${self.user} in the workspace ${self.team}.`;
      if (missing.length === 0) {
        return { status: 'ok', description };
      }
      const what = `The app lacks the scopes ${missing.join(', ')}.`;
      return {
        status: 'degraded',
        description: `${description} ${what}`,
        problem: {
          what,
          whose: 'platform',
          canPass: false,
          remedy: 'Add them to the app in Slack and install it anew.',
          vendor: this.vendor,
        },
      };
    });
  }

  async #openDialog(press: DialogPress, signal?: AbortSignal): Promise<void> {
    await this.#client.call({
      method: 'views.open',
      arguments: { trigger_id: press.triggerId, view: toView(press) },
      action: 'open a dialog',
      answer: z.object({}),
      // A trigger works once.
      repeatable: false,
      signal,
    });
  }

  async #send(
    channel: string,
    thread: string | undefined,
    { message, messageKey, isFirstAttempt, signal }: SendOptions,
  ): Promise<MessageReference> {
    checkButtons(message);
    if (!isFirstAttempt) {
      const found = await this.#find(channel, thread, messageKey, signal);
      if (found) {
        return this.#refer(channel, found, thread);
      }
    }
    await this.#pacer.wait(channel, signal);
    const answer = await this.#client.call({
      method: 'chat.postMessage',
      arguments: {
        channel,
        thread_ts: thread,
        ...toSlackMessage(message),
        // What a link leads to is nobody's business but the reader's.
        unfurl_links: false,
        unfurl_media: false,
        metadata: {
          event_type: EVENT_TYPE,
          event_payload: { key: messageKey },
        },
      },
      action: thread ? 'post a reply' : 'post a message',
      answer: posted,
      repeatable: false,
      signal,
    });
    return this.#refer(answer.channel, answer.ts, thread);
  }

  /** Looks for a message of ours by its key. */
  async #find(
    channel: string,
    thread: string | undefined,
    messageKey: string,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const { bot_id: bot } = await this.#directory.self(signal);
    let cursor: string | undefined;
    for (let page = 0; page < MAXIMUM_PAGES; page += 1) {
      const answer = await this.#client.call({
        method: thread ? 'conversations.replies' : 'conversations.history',
        arguments: {
          channel,
          ts: thread,
          include_all_metadata: true,
          limit: PAGE_SIZE,
          cursor,
        },
        action: 'look for a message that may have been posted before',
        answer: messages,
        repeatable: true,
        signal,
      });
      const found = answer.messages.find(
        ({ bot_id: by, metadata }) =>
          by === bot &&
          metadata?.event_type === EVENT_TYPE &&
          metadata.event_payload?.key === messageKey,
      );
      if (found) {
        return found.ts;
      }
      cursor = answer.response_metadata?.next_cursor || undefined;
      if (!cursor) {
        break;
      }
    }
    return undefined;
  }

  #refer(
    conversation: string,
    message: string,
    thread: string | undefined,
  ): MessageReference {
    return {
      provider: this.id,
      conversation,
      message,
      ...(thread && { thread }),
    };
  }
}

/** A value that was cut would come back as another one. */
function checkButtons({ buttons = [] }: Message): void {
  if (
    buttons.length > MAXIMUM_BUTTONS ||
    buttons.some(({ value }) => value.length > MAXIMUM_VALUE)
  ) {
    throw createProblemError(InputError, {
      what: `A message has at most ${MAXIMUM_BUTTONS} buttons, with values of at most ${MAXIMUM_VALUE} characters.`,
      remedy: 'Send less with the message.',
      vendor: 'Slack',
    });
  }
}
