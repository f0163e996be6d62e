import { join } from 'node:path';
import { JsonCollection } from '../common/JsonCollection';
import { Person } from '../identity/people';
import { Dialogs } from './dialogs';
import {
  SlackChannel,
  SlackMessage,
  SlackRateLimit,
  SlackRefusal,
  SlackUser,
} from './model';

/** Ids of the workspace and of the app in it. */
export const TEAM = { id: 'T0SANDBOX', name: 'Sandbox', domain: 'sandbox' };
export const APP = {
  id: 'A0PORTAL0',
  botId: 'B0PORTAL0',
  userId: 'U0PORTAL',
  name: 'portal',
};

/** Channels that are there from the start. */
const CHANNELS = [
  'general',
  'deployments',
  'platform-team',
  'payments',
  'search',
];
/** Into which nobody has invited the app. */
const CLOSED_CHANNEL = 'leadership';

/** "Short bursts are allowed": messages to a channel beyond one a second. */
const BURST = 3;

interface Settings {
  interactivityUrl: string;
}

const toId = (kind: string, name: string) =>
  `${kind}0${name.toUpperCase().replace(/[^A-Z0-9]/g, '')}`.padEnd(9, '0');

/** The workspace's people, channels and messages, without HTTP. */
export class Workspace {
  readonly #users: Map<string, SlackUser>;
  readonly #channels: JsonCollection<SlackChannel>;
  readonly #messages: JsonCollection<SlackMessage>;
  readonly #settings: JsonCollection<Settings>;
  /** Posts that a channel has room for, and since when. */
  readonly #room = new Map<string, { posts: number; at: number }>();
  /** What people see in front of a conversation; gone with a restart. */
  readonly dialogs: Dialogs;
  #lastMicros = 0;

  private constructor(
    directory: string,
    people: Person[],
    private readonly defaults: Settings,
    readonly now: () => Date,
  ) {
    this.#channels = JsonCollection.open(join(directory, 'channels'));
    this.#messages = JsonCollection.open(join(directory, 'messages'));
    this.#settings = JsonCollection.open(join(directory, 'settings'));
    this.dialogs = new Dialogs(now);
    this.#users = new Map(createUsers(people).map(user => [user.id, user]));
    this.#seed();
  }

  /** Opens the workspace's data. */
  static open(options: {
    directory: string;
    people: Person[];
    /** Where clicks are sent unless somebody says otherwise. */
    interactivityUrl: string;
    now: () => Date;
  }): Workspace {
    const { directory, people, interactivityUrl, now } = options;
    return new Workspace(directory, people, { interactivityUrl }, now);
  }

  get interactivityUrl(): string {
    // What nobody chose is not kept: the portal may be elsewhere next time.
    return (this.#settings.get('settings') ?? this.defaults).interactivityUrl;
  }

  set interactivityUrl(interactivityUrl: string) {
    this.#settings.set('settings', { interactivityUrl });
  }

  users(): SlackUser[] {
    return [...this.#users.values()];
  }

  /** Those who can sign in to read what the app sent them. */
  people(): SlackUser[] {
    return this.users().filter(
      ({ isBot, deleted, team, emailConfirmed }) =>
        !isBot && !deleted && team === TEAM.id && emailConfirmed,
    );
  }

  /** @throws SlackRefusal - user_not_found */
  user(id: string): SlackUser {
    const user = this.#users.get(id);
    if (!user) {
      throw new SlackRefusal('user_not_found');
    }
    return user;
  }

  /** @throws SlackRefusal - users_not_found */
  userByEmail(email: string): SlackUser {
    const user = this.users().find(
      candidate =>
        !candidate.deleted &&
        candidate.email?.toLowerCase() === email.toLowerCase(),
    );
    if (!user) {
      throw new SlackRefusal('users_not_found');
    }
    return user;
  }

  /** In the order of their names; conversations with people last. */
  channels(): SlackChannel[] {
    return this.#channels
      .values()
      .sort((one, other) =>
        `${one.user ?? ''}${one.name}`.localeCompare(
          `${other.user ?? ''}${other.name}`,
        ),
      );
  }

  /**
   * A channel by its id, or by its name as posting takes it.
   *
   * @throws SlackRefusal - channel_not_found
   */
  channel(idOrName: string): SlackChannel {
    const name = idOrName.replace(/^#/, '');
    const found =
      this.#channels.get(idOrName) ??
      this.channels().find(channel => channel.name && channel.name === name);
    if (!found) {
      throw new SlackRefusal('channel_not_found');
    }
    return found;
  }

  /** The app's conversation with a person; made when missing. */
  openConversation(userId: string): { channel: SlackChannel; isNew: boolean } {
    const user = this.user(userId);
    if (user.isBot) {
      throw new SlackRefusal('cannot_dm_bot');
    }
    const id = toId('D', user.name);
    const existing = this.#channels.get(id);
    const channel = existing ?? {
      id,
      name: '',
      user: user.id,
      isPrivate: true,
      isMember: true,
      isArchived: false,
    };
    this.#channels.set(id, channel);
    return { channel, isNew: !existing };
  }

  /** Of a channel, oldest first, replies included. */
  messages(channel: string): SlackMessage[] {
    return this.#messages
      .values()
      .filter(message => message.channel === channel)
      .sort((one, other) => one.ts.localeCompare(other.ts));
  }

  /** @throws SlackRefusal - message_not_found */
  message(channel: string, ts: string): SlackMessage {
    const message = this.#messages.get(`${channel}/${ts}`);
    if (!message) {
      throw new SlackRefusal('message_not_found');
    }
    return message;
  }

  /**
   * Posts in the app's name.
   *
   * @throws SlackRefusal - the app may not, or there is no such thread
   * @throws SlackRateLimit - more than about one a second
   */
  post(message: Omit<SlackMessage, 'ts'>): SlackMessage {
    const channel = this.channel(message.channel);
    if (channel.isArchived) {
      throw new SlackRefusal('is_archived');
    }
    if (!channel.isMember) {
      throw new SlackRefusal('not_in_channel');
    }
    if (
      message.thread &&
      !this.#messages.get(`${channel.id}/${message.thread}`)
    ) {
      throw new SlackRefusal('thread_not_found');
    }
    this.#takeRoom(channel.id);
    const posted = { ...message, channel: channel.id, ts: this.#nextTs() };
    this.#messages.set(`${posted.channel}/${posted.ts}`, posted);
    return posted;
  }

  /** @throws SlackRefusal - message_not_found */
  update(
    channel: string,
    ts: string,
    changed: Pick<SlackMessage, 'text' | 'blocks'> &
      Partial<Pick<SlackMessage, 'metadata'>>,
  ): SlackMessage {
    const message = {
      ...this.message(this.channel(channel).id, ts),
      ...changed,
      edited: this.#nextTs(),
    };
    this.#messages.set(`${message.channel}/${ts}`, message);
    return message;
  }

  /** Forgets everything and seeds anew. */
  reset(): void {
    this.#channels.clear();
    this.#messages.clear();
    this.#settings.clear();
    this.#room.clear();
    this.dialogs.reset();
    this.#seed();
  }

  #seed(): void {
    for (const name of [...CHANNELS, CLOSED_CHANNEL]) {
      const id = toId('C', name);
      if (!this.#channels.get(id)) {
        this.#channels.set(id, {
          id,
          name,
          isPrivate: false,
          isMember: name !== CLOSED_CHANNEL,
          isArchived: false,
        });
      }
    }
    const newest = this.#messages
      .values()
      .flatMap(({ ts, edited }) => [ts, edited ?? ts])
      .map(ts => Number(ts.replace('.', '')));
    this.#lastMicros = Math.max(0, ...newest);
  }

  #nextTs(): string {
    this.#lastMicros = Math.max(
      this.#lastMicros + 1,
      this.now().getTime() * 1_000,
    );
    const text = String(this.#lastMicros);
    return `${text.slice(0, -6)}.${text.slice(-6)}`;
  }

  #takeRoom(channel: string): void {
    const at = this.now().getTime();
    const before = this.#room.get(channel) ?? { posts: BURST, at };
    const since = Math.max(0, at - before.at) / 1_000;
    const posts = Math.min(BURST, before.posts + since);
    if (posts < 1) {
      throw new SlackRateLimit(1);
    }
    this.#room.set(channel, { posts: posts - 1, at });
  }
}

/** The demo people, the app, and those whom nobody may trust. */
function createUsers(people: Person[]): SlackUser[] {
  const user = (name: string, rest: Partial<SlackUser>): SlackUser => ({
    id: `U0${name.toUpperCase()}`,
    name,
    realName: name,
    emailConfirmed: true,
    isBot: false,
    deleted: false,
    team: TEAM.id,
    ...rest,
  });
  const [first] = people;
  return [
    ...people.map(({ id, displayName, email }) =>
      user(id, { realName: displayName, email }),
    ),
    user(APP.name, { id: APP.userId, isBot: true }),
    user('guest', {
      realName: 'A guest of another company',
      email: first?.email,
      team: 'T0ELSEWHERE',
    }),
    user('unconfirmed', {
      realName: 'Somebody who typed an address',
      email: 'unconfirmed@example.com',
      emailConfirmed: false,
    }),
    user('gone', {
      realName: 'Somebody who has left',
      email: 'gone@example.com',
      deleted: true,
    }),
  ];
}
