import { createHmac, randomBytes } from 'node:crypto';
import { buttonsOf, SlackButton } from './blocks';
import { fillIn } from './dialogs';
import { SlackClick, SlackMessage, SlackRefusal } from './model';
import { showView } from './representations';
import { APP, TEAM, Workspace } from './Workspace';

/** The app's signing secret. */
export const SIGNING_SECRET = 'sandbox-slack-signing-secret';

/** "Your app must reply within 3 seconds." */
const PATIENCE_MILLISECONDS = 3_000;
const REMEMBERED = 50;

/** Who does something, at which message. */
interface Place {
  channel: string;
  ts: string;
  /** Id of who presses. */
  user: string;
}

/** A press of a button. */
export interface PressInput extends Place {
  /** Of the button. */
  actionId: string;
}

/** A press of the button that sends a dialog. */
export interface SubmitInput {
  /** Id of the dialog. */
  view: string;
  /** What was written into its field. */
  comment: string;
}

/**
 * Sends what people press to the app, signed as Slack does.
 *
 * @remarks
 * One attempt, three seconds. Sources: "Handling user interaction", "Modals"
 * and "Verifying requests from Slack", https://docs.slack.dev.
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
    const click = this.#note(input, input.actionId, button.text.text);
    await this.#send(click, this.#clickPayload(input, message, button));
    return click;
  }

  /**
   * Sends a dialog with what was written. It is closed when the app takes it,
   * with HTTP 200 and an empty body, and stays open otherwise.
   *
   * @throws SlackRefusal - nobody sees the dialog, or Slack's own page would
   * not let it be sent
   */
  async submit(input: SubmitInput): Promise<SlackClick> {
    const { dialogs } = this.workspace;
    const dialog = dialogs.close(input.view);
    try {
      const values = fillIn(dialog, input.comment);
      const click = this.#note(
        dialog,
        dialog.view.callback_id ?? '',
        `${dialog.view.submit.text} in the dialog`,
      );
      const said = await this.#send(click, {
        type: 'view_submission',
        ...this.#actor(dialog),
        view: showView(dialog, values),
        response_urls: [],
      });
      if (click.status !== 200 || said) {
        dialogs.reopen(dialog);
      }
      return click;
    } catch (error) {
      dialogs.reopen(dialog);
      throw error;
    }
  }

  #note(place: Place, action: string, label: string): SlackClick {
    const { workspace } = this;
    const click: SlackClick = {
      channel: place.channel,
      ts: place.ts,
      user: place.user,
      action,
      label,
      url: workspace.interactivityUrl,
      at: workspace.now().toISOString(),
    };
    this.#clicks.push(click);
    this.#clicks.splice(0, this.#clicks.length - REMEMBERED);
    return click;
  }

  /** @returns the body of the answer, `undefined` where none came in time */
  async #send(click: SlackClick, payload: object): Promise<string | undefined> {
    const body = new URLSearchParams({
      payload: JSON.stringify(payload),
    }).toString();
    const timestamp = String(
      Math.floor(this.workspace.now().getTime() / 1_000),
    );
    const signature = createHmac('sha256', SIGNING_SECRET)
      .update(`v0:${timestamp}:${body}`)
      .digest('hex');
    const began = performance.now();
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
        const said = await response.text();
        click.status = response.status;
        click.milliseconds = Math.round(performance.now() - began);
        return said;
      },
      () => undefined, // People see a warning sign beside the button.
    );
    this.#underWay.add(sending);
    return sending.finally(() => this.#underWay.delete(sending));
  }

  /** Who acts, and what every payload has. */
  #actor(place: Place): object {
    const { workspace } = this;
    const user = workspace.user(place.user);
    return {
      user: {
        id: user.id,
        username: user.name,
        name: user.name,
        team_id: user.team,
      },
      api_app_id: APP.id,
      token: 'sandbox-verification-token',
      trigger_id: workspace.dialogs.createTrigger({
        user: user.id,
        channel: place.channel,
        ts: place.ts,
      }),
      team: { id: TEAM.id, domain: TEAM.domain },
      enterprise: null,
      is_enterprise_install: false,
    };
  }

  #clickPayload(
    input: PressInput,
    message: SlackMessage,
    button: SlackButton,
  ): object {
    const { workspace } = this;
    const channel = workspace.channel(input.channel);
    const micros = String(workspace.now().getTime() * 1_000);
    return {
      type: 'block_actions',
      ...this.#actor(input),
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: false,
      },
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
      state: { values: {} },
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
