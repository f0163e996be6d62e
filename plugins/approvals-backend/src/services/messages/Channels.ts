import { LoggerService } from '@backstage/backend-plugin-api';
import { Config } from '@backstage/config';
import {
  ChannelsByKind,
  MessageChannel,
} from '@self-service/plugin-approvals-common';
import {
  Messenger,
  MessagingProvider,
} from '@self-service/plugin-providers-node';

/** What the bell of Backstage is called. */
const NOTIFICATION_TITLE = 'Backstage';

function titleOf(messenger: Messenger): string {
  const vendors = messenger.providers.map(({ vendor }) => vendor);
  return [...new Set(vendors)].join(', ');
}

/**
 * The channels that this portal has: the bell always, chat and mail where
 * messaging providers are configured.
 *
 * @remarks
 * A provider on whose messages people can answer is a chat, any other is mail.
 * Each is tried in the order of `providers.messaging.order`.
 */
export class Channels {
  readonly #messengers: Partial<Record<MessageChannel, Messenger>>;
  readonly #providers: readonly MessagingProvider[];

  /** @throws NotFoundError - the order names a provider that is not installed */
  static create(options: {
    config: Config;
    providers: readonly MessagingProvider[];
    logger: LoggerService;
  }): Channels {
    const { config, logger } = options;
    const ordered = Messenger.fromConfig(config, options).providers;
    const messengerOf = (isChat: boolean) => {
      const providers = ordered.filter(
        ({ features }) => features.includes('answers') === isChat,
      );
      return providers.length > 0
        ? Messenger.create({ providers, logger })
        : undefined;
    };
    return new Channels(
      { chat: messengerOf(true), mail: messengerOf(false) },
      ordered,
    );
  }

  private constructor(
    messengers: Partial<Record<MessageChannel, Messenger>>,
    providers: readonly MessagingProvider[],
  ) {
    this.#messengers = messengers;
    this.#providers = providers;
  }

  /** Each with its name for people. */
  get available(): { channel: MessageChannel; title: string }[] {
    const { chat, mail } = this.#messengers;
    return [
      { channel: 'notification', title: NOTIFICATION_TITLE },
      ...(chat ? [{ channel: 'chat' as const, title: titleOf(chat) }] : []),
      ...(mail ? [{ channel: 'mail' as const, title: titleOf(mail) }] : []),
    ];
  }

  /** Where people are told who have chosen nothing: mail stands in for chat. */
  get defaults(): ChannelsByKind {
    const { chat, mail } = this.#messengers;
    const second = chat ? 'chat' : mail && 'mail';
    const channels: MessageChannel[] = second
      ? ['notification', second]
      : ['notification'];
    return {
      'approval-needed': [...channels],
      'approval-reminder': [...channels],
      'approval-escalated': [...channels],
      'request-progress': [...channels],
    };
  }

  /** Whether anything can be sent there. */
  has(channel: MessageChannel): boolean {
    return channel === 'notification' || Boolean(this.#messengers[channel]);
  }

  /** What carries chat, or mail; `undefined` where nothing is configured. */
  messenger(channel: 'chat' | 'mail'): Messenger | undefined {
    return this.#messengers[channel];
  }

  /** The provider with an id, if people can answer its messages. */
  findAnswering(id: string): MessagingProvider | undefined {
    return this.#providers.find(
      provider => provider.id === id && provider.features.includes('answers'),
    );
  }
}
