import { readOrganisation } from '../identity/people';
import type { StandInDefinition } from '../standIns';
import { slackApp } from './app';
import { buttonsOf, readableText } from './blocks';
import { Interactivity } from './interactivity';
import { Workspace } from './Workspace';

/** Where the portal takes clicks. */
const INTERACTIVITY_PATH = '/api/approvals/answers/slack';

/** Slack's Web API as far as messages go, and its interactivity. */
export const slackStandIn: StandInDefinition = {
  name: 'slack',
  title: 'Slack',
  note: 'channels and messages, with buttons that work',
  defaultPort: 7113,
  async open({ directory, url, faults, now, backstageUrl }) {
    const workspace = Workspace.open({
      directory,
      people: readOrganisation().people,
      interactivityUrl: `${backstageUrl}${INTERACTIVITY_PATH}`,
      now,
    });
    const interactivity = new Interactivity(workspace);
    return {
      listener: slackApp({ workspace, interactivity, faults, url }),
      inventory: () => ({
        messages: listMessages(workspace),
        dialogs: workspace.dialogs.list(),
      }),
      idle: () => interactivity.idle(),
      reset: () => {
        workspace.reset();
        interactivity.reset();
      },
    };
  },
};

/** Oldest first in each channel. */
function listMessages(workspace: Workspace): object[] {
  return workspace.channels().flatMap(channel =>
    workspace.messages(channel.id).map(message => ({
      channel: channel.user
        ? `@${workspace.user(channel.user).name}`
        : `#${channel.name}`,
      channelId: channel.id,
      ts: message.ts,
      ...(message.thread && { thread: message.thread }),
      text: readableText(message.text, message.blocks),
      buttons: buttonsOf(message.blocks).map(({ action_id: id }) => id),
      isEdited: Boolean(message.edited),
    })),
  );
}
