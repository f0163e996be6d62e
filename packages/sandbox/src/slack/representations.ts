import { SlackDialog } from './dialogs';
import { SlackChannel, SlackMessage, SlackUser } from './model';
import { APP, TEAM, Workspace } from './Workspace';

const SINCE = 1_700_000_000;

/** A user object: https://docs.slack.dev/reference/objects/user-object. */
export function showUser(user: SlackUser, workspace: Workspace): object {
  return {
    id: user.id,
    team_id: user.team,
    name: user.name,
    deleted: user.deleted,
    real_name: user.realName,
    is_bot: user.isBot,
    is_app_user: false,
    ...(user.team !== TEAM.id && { is_stranger: true }),
    // Only people's own workspace says whether they have confirmed it.
    ...(user.email && { is_email_confirmed: user.emailConfirmed }),
    updated: Math.floor(workspace.now().getTime() / 1_000),
    profile: {
      real_name: user.realName,
      real_name_normalized: user.realName,
      display_name: user.name,
      display_name_normalized: user.name,
      avatar_hash: '',
      title: '',
      phone: '',
      skype: '',
      status_text: '',
      status_emoji: '',
      fields: {},
      team: user.team,
      ...(user.email && { email: user.email }),
    },
  };
}

/** What `conversations.open` says of a conversation with a person. */
export function showConversation(channel: SlackChannel): object {
  return { id: channel.id };
}

/** A channel object: https://docs.slack.dev/reference/objects/conversation-object. */
export function showChannel(
  channel: SlackChannel,
  workspace: Workspace,
): object {
  const about = { value: '', creator: '', last_set: 0 };
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: channel.isPrivate,
    is_archived: channel.isArchived,
    is_general: channel.name === 'general',
    is_member: channel.isMember,
    is_shared: false,
    is_org_shared: false,
    created: SINCE,
    creator: APP.userId,
    topic: about,
    purpose: about,
    num_members: workspace.users().length,
  };
}

/** A message of the app: https://docs.slack.dev/reference/events/message. */
export function showMessage(
  message: SlackMessage,
  options: { replies: number; withMetadata: boolean },
): object {
  const isThread = Boolean(message.thread) || options.replies > 0;
  return {
    type: 'message',
    user: APP.userId,
    bot_id: APP.botId,
    team: TEAM.id,
    text: message.text,
    ts: message.ts,
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(isThread && { thread_ts: message.thread ?? message.ts }),
    ...(message.thread && { parent_user_id: APP.userId }),
    ...(options.replies > 0 && {
      reply_count: options.replies,
      subscribed: false,
    }),
    ...(message.edited && {
      edited: { user: APP.userId, ts: message.edited },
    }),
    ...(options.withMetadata &&
      message.metadata && { metadata: message.metadata }),
  };
}

/**
 * A dialog: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
 *
 * @param values - what was written, by ids of blocks and fields
 */
export function showView({ id, view }: SlackDialog, values = {}): object {
  return {
    callback_id: '',
    private_metadata: '',
    close: null,
    ...view,
    id,
    team_id: TEAM.id,
    app_id: APP.id,
    bot_id: APP.botId,
    state: { values },
    hash: `${SINCE}.${id}`,
    clear_on_close: false,
    notify_on_close: false,
    root_view_id: id,
    previous_view_id: null,
    external_id: '',
  };
}
