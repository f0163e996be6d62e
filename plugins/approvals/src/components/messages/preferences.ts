import {
  ChannelsByKind,
  MESSAGE_CHANNELS,
  MESSAGE_KINDS,
  MessageChannel,
  MessageKind,
} from '@self-service/plugin-approvals-common';

/**
 * Turns one channel of one kind on or off.
 *
 * @returns other preferences; those that were given stay as they are
 */
export function toggleChannel(
  preferences: ChannelsByKind,
  kind: MessageKind,
  channel: MessageChannel,
  isOn: boolean,
): ChannelsByKind {
  return {
    ...preferences,
    [kind]: MESSAGE_CHANNELS.filter(known =>
      known === channel ? isOn : preferences[kind].includes(known),
    ),
  };
}

/** Whether both tell the same by the same channels, in whatever order. */
export function arePreferencesEqual(
  left: ChannelsByKind,
  right: ChannelsByKind,
): boolean {
  return MESSAGE_KINDS.every(kind =>
    MESSAGE_CHANNELS.every(
      channel => left[kind].includes(channel) === right[kind].includes(channel),
    ),
  );
}

/**
 * Whether this channel has to stay on: of what is asked of a person, they must
 * hear by one of the channels that work here.
 */
export function isLastChannel(
  preferences: ChannelsByKind,
  kind: MessageKind,
  channel: MessageChannel,
  available: readonly MessageChannel[],
): boolean {
  const on = preferences[kind].filter(known => available.includes(known));
  return kind === 'approval-needed' && on.length === 1 && on[0] === channel;
}
