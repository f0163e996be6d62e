import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { buttonsOf, inputsOf, SlackButton } from './blocks';
import { SlackClick, SlackMessage, SlackRefusal } from './model';
import { APP, TEAM, Workspace } from './Workspace';

/** The app's signing secret. */
export const SIGNING_SECRET = 'sandbox-slack-signing-secret';

/** "Your app must reply within 3 seconds." */
const PATIENCE_MILLISECONDS = 3_000;
const REMEMBERED = 50;

/** A press of a button. */
export interface PressInput {
  channel: string;
  ts: string;
  /** Of the button. */
  actionId: string;
  /** Who presses it. */
  user: string;
  /** What stands in the message's text field. */
  comment?: string;
}

/**
 * Sends what people press to the app, signed as Slack does.
 *
 * @remarks
 * One attempt, three seconds. Sources: "Handling user interaction" and
 * "Verifying requests from Slack", https://docs.slack.dev.
 */
export class Interactivity {
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #clicks: SlackClick[] = [];

  constructor(private readonly workspace: Workspace) {}

  /** The newest ones, newest first. */
  clicks(): SlackClick[] {
    return [...this.#clicks].reverse();
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  reset(): void {
    this.#clicks.length = 0;
  }

  /** @throws SlackRefusal - no such message, button or person */
  async press(input: PressInput): Promise<SlackClick> {
    const { workspace } = this;
    const message = workspace.message(input.channel, input.ts);
    const button = buttonsOf(message.blocks).find(
      ({ action_id: id }) => id === input.actionId,
    );
    if (!button) {
      throw new SlackRefusal('no_such_button');
    }
    const body = new URLSearchParams({
      payload: JSON.stringify(this.#payload(input, message, button)),
    }).toString();
    const timestamp = String(Math.floor(workspace.now().getTime() / 1_000));
    const signature = createHmac('sha256', SIGNING_SECRET)
      .update(`v0:${timestamp}:${body}`)
      .digest('hex');
    const click: SlackClick = {
      channel: input.channel,
      ts: input.ts,
      user: input.user,
      action: input.actionId,
      label: button.text.text,
      url: workspace.interactivityUrl,
      at: workspace.now().toISOString(),
    };
    const began = performance.now();
    this.#clicks.push(click);
    this.#clicks.splice(0, this.#clicks.length - REMEMBERED);
    const sending = fetch(click.url, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
      },
    }).then(
      async response => {
        await response.arrayBuffer();
        click.status = response.status;
        click.milliseconds = Math.round(performance.now() - began);
      },
      () => undefined, // People see a warning sign beside the button.
    );
    this.#underWay.add(sending);
    await sending.finally(() => this.#underWay.delete(sending));
    return click;
  }

  #payload(
    input: PressInput,
    message: SlackMessage,
    button: SlackButton,
  ): object {
    const { workspace } = this;
    const user = workspace.user(input.user);
    const channel = workspace.channel(input.channel);
    const micros = String(workspace.now().getTime() * 1_000);
    const values = Object.fromEntries(
      inputsOf(message.blocks).map(({ block_id: id, element }) => [
        id,
        {
          [element.action_id]: {
            type: 'plain_text_input',
            // The protocol has null for an empty field.
            value: input.comment || null,
          },
        },
      ]),
    );
    return {
      type: 'block_actions',
      user: {
        id: user.id,
        username: user.name,
        name: user.name,
        team_id: user.team,
      },
      api_app_id: APP.id,
      token: 'sandbox-verification-token',
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: false,
      },
      trigger_id: `${randomUUID()}`,
      team: { id: TEAM.id, domain: TEAM.domain },
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: channel.id, name: channel.name || 'directmessage' },
      message: {
        type: 'message',
        user: APP.userId,
        ts: message.ts,
        bot_id: APP.botId,
        app_id: APP.id,
        text: message.text,
        team: TEAM.id,
        blocks: message.blocks,
        ...(message.thread && { thread_ts: message.thread }),
      },
      state: { values },
      response_url: `https://hooks.slack.com/actions/${TEAM.id}/${randomBytes(
        8,
      ).toString('hex')}`,
      actions: [
        {
          ...button,
          type: 'button',
          action_ts: `${micros.slice(0, -6)}.${micros.slice(-6)}`,
        },
      ],
    };
  }
}
