import { blockProblems, withIds } from './blocks';
import { SlackView } from './dialogs';
import { SlackBlock, SlackMessage, SlackRefusal } from './model';
import {
  showChannel,
  showConversation,
  showMessage,
  showUser,
  showView,
} from './representations';
import { APP, TEAM, Workspace } from './Workspace';

/** Arguments as they came: a form's are all texts. */
export type MethodArguments = Record<string, unknown>;

/** One of Slack's methods. */
export interface Method {
  /** Any one of them is enough; none: every token may. */
  scopes: string[];
  call(workspace: Workspace, given: MethodArguments, url: string): object;
}

const text = (value: unknown) => (value === undefined ? '' : String(value));

function required(given: MethodArguments, name: string, code?: string): string {
  const value = text(given[name]);
  if (!value) {
    throw new SlackRefusal(code ?? 'invalid_arguments', {
      response_metadata: {
        messages: [`[ERROR] missing required field: ${name}`],
      },
    });
  }
  return value;
}

function json<T>(value: unknown, code: string): T | undefined {
  if (value === undefined || value === '') {
    return undefined;
  }
  try {
    return (typeof value === 'string' ? JSON.parse(value) : value) as T;
  } catch {
    throw new SlackRefusal(code);
  }
}

function readContent(given: MethodArguments) {
  const blocks =
    json<SlackBlock[]>(given.blocks, 'invalid_blocks_format') ?? [];
  const problem = Array.isArray(blocks)
    ? blockProblems(blocks)
    : { code: 'invalid_blocks_format', messages: [] };
  if (problem) {
    throw new SlackRefusal(problem.code, {
      response_metadata: { messages: problem.messages },
    });
  }
  const words = text(given.text);
  if (!words && blocks.length === 0) {
    throw new SlackRefusal('no_text');
  }
  if (words.length > 40_000) {
    throw new SlackRefusal('msg_too_long');
  }
  const metadata = json<SlackMessage['metadata']>(
    given.metadata,
    'invalid_metadata_format',
  );
  return {
    text: words,
    blocks: withIds(blocks),
    ...(metadata && { metadata }),
  };
}

/** A page of a list: cursors are opaque, an index in base 64 here. */
function paginate<T>(all: T[], given: MethodArguments) {
  const start = given.cursor
    ? Number(Buffer.from(text(given.cursor), 'base64').toString())
    : 0;
  if (!Number.isInteger(start)) {
    throw new SlackRefusal('invalid_cursor');
  }
  const limit = Math.min(Number(text(given.limit)) || 100, 999);
  const end = start + limit;
  return {
    page: all.slice(start, end),
    cursor: end < all.length ? Buffer.from(String(end)).toString('base64') : '',
  };
}

const isTrue = (value: unknown) => ['true', '1'].includes(text(value));

/** A form's texts and JSON's values alike. */
export const METHODS: Record<string, Method> = {
  'auth.test': {
    scopes: [],
    call: (_workspace, _given, url) => ({
      url: `${url}/`,
      team: TEAM.name,
      user: APP.name,
      team_id: TEAM.id,
      user_id: APP.userId,
      bot_id: APP.botId,
      is_enterprise_install: false,
    }),
  },

  'users.lookupByEmail': {
    scopes: ['users:read.email'],
    call: (workspace, given) => ({
      user: showUser(
        workspace.userByEmail(required(given, 'email', 'users_not_found')),
        workspace,
      ),
    }),
  },

  'users.info': {
    scopes: ['users:read'],
    call: (workspace, given) => ({
      user: showUser(
        workspace.user(required(given, 'user', 'user_not_found')),
        workspace,
      ),
    }),
  },

  'conversations.open': {
    scopes: ['im:write'],
    call: (workspace, given) => {
      const { channel, isNew } = workspace.openConversation(
        required(given, 'users', 'users_list_not_supplied'),
      );
      return {
        ...(!isNew && { no_op: true, already_open: true }),
        channel: showConversation(channel),
      };
    },
  },

  'conversations.list': {
    scopes: ['channels:read', 'groups:read'],
    call: (workspace, given) => {
      const open = workspace
        .channels()
        .filter(({ user }) => !user)
        .filter(
          ({ isArchived }) => !isArchived || !isTrue(given.exclude_archived),
        );
      const { page, cursor } = paginate(open, given);
      return {
        channels: page.map(channel => showChannel(channel, workspace)),
        response_metadata: { next_cursor: cursor },
      };
    },
  },

  'conversations.history': {
    scopes: ['channels:history', 'im:history'],
    call: (workspace, given) => {
      const channel = readable(workspace, given);
      const all = workspace
        .messages(channel)
        .filter(({ thread }) => !thread)
        .reverse();
      const { page, cursor } = paginate(all, given);
      return {
        messages: page.map(message => show(message, workspace, given)),
        has_more: cursor !== '',
        pin_count: 0,
        channel_actions_ts: null,
        channel_actions_count: 0,
        ...(cursor && { response_metadata: { next_cursor: cursor } }),
      };
    },
  },

  'conversations.replies': {
    scopes: ['channels:history', 'im:history'],
    call: (workspace, given) => {
      const channel = readable(workspace, given);
      const root = required(given, 'ts', 'thread_not_found');
      const all = workspace
        .messages(channel)
        .filter(({ ts, thread }) => (thread ?? ts) === root);
      if (all.length === 0) {
        throw new SlackRefusal('thread_not_found');
      }
      const { page, cursor } = paginate(all, given);
      return {
        messages: page.map(message => show(message, workspace, given)),
        has_more: cursor !== '',
        ...(cursor && { response_metadata: { next_cursor: cursor } }),
      };
    },
  },

  'chat.postMessage': {
    scopes: ['chat:write'],
    call: (workspace, given) => {
      const channel = required(given, 'channel', 'channel_not_found');
      const posted = workspace.post({
        channel,
        ...readContent(given),
        ...(given.thread_ts ? { thread: text(given.thread_ts) } : {}),
      });
      return {
        channel: posted.channel,
        ts: posted.ts,
        message: show(posted, workspace, { include_all_metadata: true }),
      };
    },
  },

  'chat.update': {
    scopes: ['chat:write'],
    call: (workspace, given) => {
      const updated = workspace.update(
        required(given, 'channel', 'channel_not_found'),
        required(given, 'ts', 'message_not_found'),
        readContent(given),
      );
      return {
        channel: updated.channel,
        ts: updated.ts,
        text: updated.text,
        message: show(updated, workspace, { include_all_metadata: true }),
      };
    },
  },

  'views.open': {
    scopes: [],
    call: (workspace, given) => ({
      view: showView(
        workspace.dialogs.open(
          required(given, 'trigger_id'),
          json<SlackView>(given.view, 'invalid_arguments'),
        ),
      ),
    }),
  },
};

/** Histories are open to members alone. */
function readable(workspace: Workspace, given: MethodArguments): string {
  const channel = workspace.channel(
    required(given, 'channel', 'channel_not_found'),
  );
  if (!channel.isMember) {
    throw new SlackRefusal('not_in_channel');
  }
  return channel.id;
}

function show(
  message: SlackMessage,
  workspace: Workspace,
  given: MethodArguments,
) {
  return showMessage(message, {
    replies: workspace
      .messages(message.channel)
      .filter(({ thread }) => thread === message.ts).length,
    withMetadata: isTrue(given.include_all_metadata),
  });
}
