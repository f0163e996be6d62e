import { join } from 'node:path';
import { FaultSwitch } from 'sandbox/src/faults/FaultSwitch';
import { HttpService } from 'sandbox/src/common/HttpService';
import { slackApp } from 'sandbox/src/slack/app';
import { Interactivity } from 'sandbox/src/slack/interactivity';
import { Workspace } from 'sandbox/src/slack/Workspace';

/** Slack's stand-in with as many people as are wanted. */
export interface SlackWorkspace {
  /** Address of the Web API. */
  apiUrl: string;
  /** Every message of the app to one person, oldest first. */
  messagesTo(person: string): { ts: string; thread?: string; key: string }[];
  /** Requests so far, and those that were too many. */
  requests(): { requests: number; throttled: number };
  stop(): Promise<void>;
}

/**
 * Starts the stand-in: it takes about one message a second in each
 * conversation, as Slack does.
 *
 * @param options.people - logins; `<login>@example.com` are their addresses
 */
export async function startSlackWorkspace(options: {
  directory: string;
  people: string[];
}): Promise<SlackWorkspace> {
  const workspace = Workspace.open({
    directory: join(options.directory, 'slack'),
    people: options.people.map(id => ({
      id,
      displayName: id,
      email: `${id}@example.com`,
      teams: [],
    })),
    interactivityUrl: 'http://localhost:1/',
    now: () => new Date(),
  });
  const service = await HttpService.listen({
    name: 'slack',
    port: 0,
    host: 'localhost',
  });
  const faults = new FaultSwitch();
  service.handle(
    slackApp({
      workspace,
      interactivity: new Interactivity(workspace),
      faults,
      url: service.url,
    }),
  );
  return {
    apiUrl: `${service.url}/api`,
    messagesTo: person => {
      const user = workspace.userByEmail(`${person}@example.com`);
      const { channel } = workspace.openConversation(user.id);
      return workspace.messages(channel.id).map(({ ts, thread, metadata }) => ({
        ts,
        thread,
        key: String(metadata?.event_payload.key),
      }));
    },
    requests: () => faults.requests().slack ?? { requests: 0, throttled: 0 },
    stop: () => service.close(),
  };
}
