import { createHash } from 'node:crypto';
import { Config } from '@backstage/config';
import {
  InputError,
  NotFoundError,
  NotImplementedError,
} from '@backstage/errors';
import {
  askHealth,
  CallOptions,
  createProblemError,
  MessageAnswer,
  MessagePerson,
  MessageRecipient,
  MessageReference,
  MessagingFeature,
  MessagingProvider,
  ProviderHealth,
  SendOptions,
} from '@self-service/plugin-providers-node';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { MailConfig, readMailConfig } from './config';
import { Gate } from './Gate';
import { toMailError } from './mailErrors';
import { renderMail } from './render';

/** @public */
export interface MailMessagingProviderOptions {
  /** For each wait for the server, in milliseconds. Default 15 000. */
  timeoutMilliseconds?: number;
}

/** Connections to the server at once. */
const MAXIMUM_CONNECTIONS = 5;
const VENDOR = 'Mail';

/**
 * Mail as provider of the capability `messaging`.
 *
 * @remarks
 * A mail server cannot be asked what it has taken. A message's Message-ID is
 * made of its key and recipient: most mail systems drop the second of two that
 * have the same, should an attempt be repeated whose outcome nobody knew.
 *
 * @public
 */
export class MailMessagingProvider implements MessagingProvider {
  readonly id = 'mail';
  readonly capability = 'messaging';
  readonly vendor = VENDOR;
  readonly features: readonly MessagingFeature[];
  readonly endpoint: string;
  readonly #config: MailConfig;
  readonly #transport: ReturnType<typeof createTransport>;
  readonly #gate = new Gate(MAXIMUM_CONNECTIONS);

  /**
   * Reads `providers.mail`.
   *
   * @throws InputError - it is not complete
   */
  static fromConfig(
    config: Config,
    options: MailMessagingProviderOptions = {},
  ): MailMessagingProvider {
    return new MailMessagingProvider(readMailConfig(config), options);
  }

  private constructor(
    config: MailConfig,
    { timeoutMilliseconds = 15_000 }: MailMessagingProviderOptions,
  ) {
    const { host, port, encryption, credentials, certificateAuthority } =
      config;
    this.#config = config;
    this.endpoint = `${
      encryption === 'tls' ? 'smtps' : 'smtp'
    }://${host}:${port}`;
    this.features = [
      ...(Object.keys(config.channels).length > 0
        ? (['channels'] as const)
        : []),
      'threads',
    ];
    this.#transport = createTransport({
      host,
      port,
      secure: encryption === 'tls',
      requireTLS: encryption === 'starttls',
      ignoreTLS: encryption === 'none',
      auth: credentials && {
        user: credentials.username,
        pass: credentials.password,
      },
      tls: certificateAuthority ? { ca: certificateAuthority } : undefined,
      connectionTimeout: timeoutMilliseconds,
      greetingTimeout: timeoutMilliseconds,
      socketTimeout: timeoutMilliseconds,
      // Nothing in a message makes it read files or call addresses.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** {@inheritdoc @self-service/plugin-providers-node#MessagingProvider.sendMessage} */
  async sendMessage({
    to,
    ...options
  }: SendOptions & { to: MessageRecipient }): Promise<MessageReference> {
    return this.#send(
      'channel' in to ? { email: this.#addressOf(to.channel) } : to.person,
      undefined,
      options,
    );
  }

  /** {@inheritdoc @self-service/plugin-providers-node#MessagingProvider.reply} */
  async reply(
    reference: MessageReference,
    options: SendOptions,
  ): Promise<MessageReference> {
    return this.#send(
      { email: reference.conversation },
      reference.thread ?? reference.message,
      options,
    );
  }

  /** A mail that was sent stays as it is: NotImplementedError. */
  async updateMessage(): Promise<void> {
    throw notImplemented('change a mail that was sent');
  }

  /** Nobody answers a mail of the portal: NotImplementedError. */
  async receiveAnswer(): Promise<MessageAnswer | undefined> {
    throw notImplemented('receive answers');
  }

  /** Nobody answers a mail of the portal: NotImplementedError. */
  async identifyAnswerer(): Promise<MessagePerson> {
    throw notImplemented('receive answers');
  }

  /**
   * {@inheritdoc @self-service/plugin-providers-node#Provider.checkHealth}
   *
   * @remarks
   * Signs in and sends nothing. Mail servers state no limits.
   */
  async checkHealth({ signal }: CallOptions = {}): Promise<ProviderHealth> {
    const { credentials, encryption, from } = this.#config;
    return askHealth({ signal }, async () => {
      signal?.throwIfAborted();
      await this.#transport.verify().catch(error => {
        throw this.#describe(error, 'sign in');
      });
      const who = credentials
        ? `Signed in as ${credentials.username}`
        : 'Connected without signing in';
      const clear = encryption === 'none' ? ', in clear' : '';
      return {
        status: 'ok',
        description: `${who}${clear}; mail comes from ${from.address}.`,
      };
    });
  }

  async #send(
    { email, displayName }: MessagePerson,
    thread: string | undefined,
    { message, messageKey, signal }: SendOptions,
  ): Promise<MessageReference> {
    signal?.throwIfAborted();
    if (!z.email().safeParse(email).success) {
      throw createProblemError(InputError, {
        what: 'The recipient has no usable mail address.',
        remedy: 'Give the person an address in the catalog.',
        vendor: VENDOR,
      });
    }
    const { from, replyTo } = this.#config;
    const messageId = this.#messageIdOf(messageKey, email);
    const isLoud =
      message.severity === 'high' || message.severity === 'critical';
    try {
      await this.#gate.run(() =>
        this.#transport.sendMail({
          ...renderMail(message),
          from,
          replyTo,
          to: { name: displayName ?? '', address: email },
          envelope: { from: from.address, to: email },
          messageId,
          ...(thread && { inReplyTo: thread, references: [thread] }),
          ...(isLoud && { priority: 'high' as const }),
          headers: {
            // So that nobody's absence note comes back; RFC 3834.
            'Auto-Submitted': 'auto-generated',
            'X-Auto-Response-Suppress': 'All',
          },
          signal,
        }),
      );
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#describe(error, 'send a mail');
    }
    return {
      provider: this.id,
      conversation: email,
      message: messageId,
      ...(thread && { thread }),
    };
  }

  /** @throws NotFoundError - the channel has no distribution list */
  #addressOf(channel: string): string {
    const { channels } = this.#config;
    if (!this.features.includes('channels')) {
      throw notImplemented('write to channels');
    }
    const name = channel.replace(/^#/, '');
    if (!Object.hasOwn(channels, name)) {
      throw createProblemError(NotFoundError, {
        what: `No distribution list stands for the channel ${name}.`,
        whose: 'platform',
        remedy:
          'Ask the platform team to add its address to providers.mail.channels in app-config.',
        vendor: VENDOR,
      });
    }
    return channels[name];
  }

  #messageIdOf(messageKey: string, email: string): string {
    const digest = createHash('sha256')
      .update(JSON.stringify([messageKey, email.toLowerCase()]))
      .digest('hex');
    const [, domain] = this.#config.from.address.split('@');
    return `<${digest.slice(0, 40)}@${domain}>`;
  }

  #describe(error: unknown, action: string): Error {
    const { credentials } = this.#config;
    return toMailError(error, { action, secrets: [credentials?.password] });
  }
}

function notImplemented(what: string): NotImplementedError {
  return createProblemError(NotImplementedError, {
    what: `Mail can not ${what}.`,
    whose: 'platform',
    remedy:
      'Ask the platform team to add a messaging provider to app-config that can.',
    vendor: VENDOR,
  });
}
