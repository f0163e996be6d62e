import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  createProblemError,
  MessagePerson,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { Cache } from './Cache';
import { SlackClient } from './SlackClient';

const HOUR = 60 * 60 * 1_000;
/** A list of channels is this long at most. */
const MAXIMUM_PAGES = 50;
const PAGE_SIZE = 200;
const CHANNEL_ID = /^[CGD][A-Z0-9]{8,}$/;

const own = z.object({
  team_id: z.string(),
  team: z.string(),
  user: z.string(),
  bot_id: z.string().optional(),
});
const idOfUser = z.object({ user: z.object({ id: z.string() }) });
const idOfChannel = z.object({ channel: z.object({ id: z.string() }) });
const channels = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string() })),
  response_metadata: z
    .object({ next_cursor: z.string().optional() })
    .optional(),
});
const userInfo = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string(),
    deleted: z.boolean().optional(),
    is_bot: z.boolean().optional(),
    is_stranger: z.boolean().optional(),
    is_email_confirmed: z.boolean().optional(),
    profile: z.object({
      email: z.string().optional(),
      real_name: z.string().optional(),
    }),
  }),
});

/** Who the app is in its workspace. */
export type SlackSelf = z.infer<typeof own> & { scopes?: string[] };

/** Knows Slack's ids of people and channels. */
export class Directory {
  readonly #client: SlackClient;
  readonly #people: Cache<string>;
  readonly #channels: Cache<string>;
  readonly #self: Cache<SlackSelf>;

  constructor(client: SlackClient) {
    this.#client = client;
    const now = () => client.http.now();
    this.#people = new Cache(now, HOUR);
    this.#channels = new Cache(now, HOUR);
    this.#self = new Cache(now, HOUR);
  }

  /** Asks Slack who the app is, and what its token may do. */
  async readSelf(signal?: AbortSignal): Promise<SlackSelf> {
    const self = await this.#client.call({
      method: 'auth.test',
      action: 'say who the app is',
      answer: own,
      repeatable: true,
      signal,
    });
    this.#self.set('self', self);
    return self;
  }

  /** Who the app is, as far as that doesn't change. */
  async self(signal?: AbortSignal): Promise<SlackSelf> {
    return this.#self.get('self', () => this.readSelf(signal));
  }

  /**
   * The conversation of the app with a person.
   *
   * @throws NotFoundError - nobody in the workspace has that address
   */
  async findPerson(
    { email }: MessagePerson,
    signal?: AbortSignal,
  ): Promise<string> {
    if (!z.email().safeParse(email).success) {
      throw createProblemError(InputError, {
        what: 'The person has no usable mail address, by which Slack knows people.',
        remedy: 'Give the person an address in the catalog.',
        vendor: 'Slack',
      });
    }
    return this.#people.get(email.toLowerCase(), async () => {
      const { user } = await this.#client.call({
        method: 'users.lookupByEmail',
        arguments: { email },
        action: `find the person with the address ${email}`,
        answer: idOfUser,
        repeatable: true,
        signal,
      });
      const { channel } = await this.#client.call({
        method: 'conversations.open',
        arguments: { users: user.id },
        action: `open a conversation with ${email}`,
        answer: idOfChannel,
        repeatable: true,
        signal,
      });
      return channel.id;
    });
  }

  /** Asks again next time: somebody has left, or a channel was renamed. */
  forget(name: string): void {
    this.#people.delete(name.toLowerCase());
    this.#channels.delete(name);
  }

  /**
   * Slack's id of a channel.
   *
   * @param name - with or without `#`, or the id itself
   * @throws NotFoundError - the app sees no such channel
   */
  async findChannel(name: string, signal?: AbortSignal): Promise<string> {
    const plain = name.replace(/^#/, '');
    if (CHANNEL_ID.test(plain)) {
      return plain;
    }
    return this.#channels.get(plain, async () => {
      let cursor: string | undefined;
      for (let page = 0; page < MAXIMUM_PAGES; page += 1) {
        const answer = await this.#client.call({
          method: 'conversations.list',
          arguments: {
            types: 'public_channel,private_channel',
            exclude_archived: true,
            limit: PAGE_SIZE,
            cursor,
          },
          action: `find the channel ${plain}`,
          answer: channels,
          repeatable: true,
          signal,
        });
        for (const channel of answer.channels) {
          this.#channels.set(channel.name, channel.id);
        }
        const found = answer.channels.find(channel => channel.name === plain);
        if (found) {
          return found.id;
        }
        cursor = answer.response_metadata?.next_cursor || undefined;
        if (!cursor) {
          break;
        }
      }
      throw createProblemError(NotFoundError, {
        what: `Slack has no channel ${plain} that the app may see.`,
        remedy:
          'Check the name. The app has to be invited to a private channel.',
        vendor: 'Slack',
      });
    });
  }

  /**
   * Who somebody is, asked anew each time: it decides who may act.
   *
   * @throws NotAllowedError - not a person of this workspace with a mail
   * address that Slack has verified
   */
  async identify(id: string, signal?: AbortSignal): Promise<MessagePerson> {
    const { user } = await this.#client.call({
      method: 'users.info',
      arguments: { user: id },
      action: 'say who answered',
      answer: userInfo,
      repeatable: true,
      signal,
    });
    const { team_id: team } = await this.self(signal);
    const { email, real_name: displayName } = user.profile;
    const isOurs =
      user.team_id === team &&
      !user.deleted &&
      !user.is_bot &&
      !user.is_stranger;
    if (!isOurs || !user.is_email_confirmed || !email) {
      throw createProblemError(NotAllowedError, {
        what: 'Slack does not vouch for who answered: not a member of the workspace with a mail address that was confirmed.',
        remedy:
          'Confirm the address in Slack, or decide on the page in Backstage.',
        vendor: 'Slack',
      });
    }
    return { email, displayName };
  }
}
