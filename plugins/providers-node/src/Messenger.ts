import { LoggerService } from '@backstage/backend-plugin-api';
import { Config } from '@backstage/config';
import { NotFoundError } from '@backstage/errors';
import { chooseProvider } from './chooseProvider';
import {
  Message,
  MessageRecipient,
  MessageReference,
  MessagingProvider,
  SendOptions,
} from './messaging';
import { createProblemError, problemOf } from './problems';

/** @public */
export interface MessengerOptions {
  /** In the order in which they are tried. */
  providers: readonly MessagingProvider[];
  logger: LoggerService;
}

/** Which provider took a message, and which before it did not. @public */
export interface SentMessage {
  reference: MessageReference;
  /** Ids of those that were tried before, with what went wrong. */
  failed: Array<{ provider: string; error: Error }>;
}

/**
 * Puts providers into the order of `providers.messaging.order`.
 *
 * @throws NotFoundError - it names a provider that is not installed
 */
function inOrder(
  providers: readonly MessagingProvider[],
  config: Config,
): readonly MessagingProvider[] {
  const order = config.getOptionalStringArray('providers.messaging.order');
  if (order) {
    return order.map(id =>
      chooseProvider(
        providers,
        provider => provider.id === id,
        `the id ${id} in providers.messaging.order`,
      ),
    );
  }
  const answers = ({ features }: MessagingProvider) =>
    features.includes('answers') ? 0 : 1;
  return [...providers].sort((one, other) => answers(one) - answers(other));
}

/**
 * Sends messages through the first provider that takes them: mail when chat
 * fails.
 *
 * @remarks
 * A provider whose outcome nobody knows (a cut connection) counts as failed:
 * people are told twice rather than not at all.
 *
 * @public
 */
export class Messenger {
  readonly #providers: readonly MessagingProvider[];
  readonly #logger: LoggerService;

  static create(options: MessengerOptions): Messenger {
    return new Messenger(options);
  }

  /**
   * Takes the order of `providers.messaging.order`; without it, providers with
   * buttons that work come first.
   *
   * @throws NotFoundError - it names a provider that is not installed
   */
  static fromConfig(config: Config, options: MessengerOptions): Messenger {
    return new Messenger({
      ...options,
      providers: inOrder(options.providers, config),
    });
  }

  private constructor({ providers, logger }: MessengerOptions) {
    this.#providers = providers;
    this.#logger = logger;
  }

  /** In the order in which they are tried. */
  get providers(): readonly MessagingProvider[] {
    return this.#providers;
  }

  /**
   * Sends a message through the first provider that takes it.
   *
   * @throws NotFoundError - no provider is there for such a recipient
   * @throws what went wrong, when all failed: of the first that can pass, else
   * of the first
   * @throws the signal's reason - the caller gave up
   */
  async sendMessage(
    options: SendOptions & { to: MessageRecipient },
  ): Promise<SentMessage> {
    const failed: SentMessage['failed'] = [];
    for (const provider of this.#providersFor(options.to)) {
      try {
        const reference = await provider.sendMessage(options);
        return { reference, failed };
      } catch (error) {
        options.signal?.throwIfAborted();
        failed.push({ provider: provider.id, error: error as Error });
        this.#logger.warn(
          `${provider.vendor} did not take a message: ${
            (error as Error).message
          }`,
        );
      }
    }
    const passing = failed.find(({ error }) => problemOf(error)?.canPass);
    throw (passing ?? failed[0]).error;
  }

  /** Replies through the provider that sent the message. */
  async reply(
    reference: MessageReference,
    options: SendOptions,
  ): Promise<MessageReference> {
    return this.providerOf(reference).reply(reference, options);
  }

  /** Updates a message through the provider that sent it. */
  async updateMessage(
    reference: MessageReference,
    message: Message,
    options?: { signal?: AbortSignal },
  ): Promise<void> {
    await this.providerOf(reference).updateMessage(reference, message, options);
  }

  /**
   * The provider that sent a message, for what only some can do (`features`).
   *
   * @throws NotFoundError - it is no longer installed
   */
  providerOf(reference: Pick<MessageReference, 'provider'>): MessagingProvider {
    return chooseProvider(
      this.#providers,
      ({ id }) => id === reference.provider,
      `messages of ${reference.provider}`,
    );
  }

  #providersFor(to: MessageRecipient): readonly MessagingProvider[] {
    const able =
      'channel' in to
        ? this.#providers.filter(({ features }) =>
            features.includes('channels'),
          )
        : this.#providers;
    if (able.length === 0) {
      throw createProblemError(NotFoundError, {
        what:
          'channel' in to
            ? `No messaging provider has channels, so nobody can tell ${to.channel}.`
            : 'No messaging provider is installed.',
        whose: 'platform',
        remedy:
          'Ask the platform team to add a messaging provider to app-config.',
      });
    }
    return able;
  }
}
