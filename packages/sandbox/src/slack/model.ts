/** Somebody in the workspace. */
export interface SlackUser {
  id: string;
  /** Login, for example `dana`. */
  name: string;
  realName: string;
  email?: string;
  emailConfirmed: boolean;
  isBot: boolean;
  deleted: boolean;
  /** Another workspace's in a shared channel. */
  team: string;
}

/** A channel, or the conversation of the app with one person. */
export interface SlackChannel {
  id: string;
  /** Empty for a conversation with a person. */
  name: string;
  /** The person, in a conversation with one. */
  user?: string;
  isPrivate: boolean;
  /** Whether the app was invited. */
  isMember: boolean;
  isArchived: boolean;
}

/** One block of a message, as it was posted. */
export interface SlackBlock {
  type: string;
  block_id?: string;
  [key: string]: unknown;
}

/** A message of the app. */
export interface SlackMessage {
  channel: string;
  /** Seconds and microseconds: its id in the channel. */
  ts: string;
  /** The message whose thread it is in. */
  thread?: string;
  text: string;
  blocks: SlackBlock[];
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
  /** When it was changed. */
  edited?: string;
}

/** What became of a click. */
export interface SlackClick {
  channel: string;
  ts: string;
  user: string;
  action: string;
  /** What stood on the button. */
  label: string;
  url: string;
  /** ISO 8601. */
  at: string;
  /** Of the answer; absent where none came within three seconds. */
  status?: number;
  /** Until the answer. */
  milliseconds?: number;
}

/** A refusal: HTTP 200 with `{ ok: false }`. */
export class SlackRefusal extends Error {
  constructor(
    readonly code: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(code);
  }
}

/** More than a channel takes: HTTP 429. */
export class SlackRateLimit extends Error {
  constructor(readonly retryAfterSeconds: number) {
    super('ratelimited');
  }
}
