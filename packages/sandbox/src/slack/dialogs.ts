import { randomBytes, randomInt } from 'node:crypto';
import { TextObject, textProblem } from './blocks';
import { SlackRefusal } from './model';

/** A trigger ends so long after its press: https://docs.slack.dev/surfaces/modals. */
const TRIGGER_MILLISECONDS = 3_000;
const REMEMBERED = 100;
/** Source: https://docs.slack.dev/reference/views/modal-views. */
const LIMITS = {
  title: 24,
  button: 24,
  metadata: 3_000,
  id: 255,
  blocks: 100,
  label: 2_000,
};
/** What a text field takes when nothing else is said. */
const MAXIMUM_TEXT = 3_000;

/** An input block with a text field. */
export interface SlackInput {
  type: string;
  block_id: string;
  label: TextObject;
  optional?: boolean;
  element: { type: string; action_id: string; max_length?: number };
}

/** A dialog as an app describes it: as far as it is known here. */
export interface SlackView {
  type: string;
  title: TextObject;
  submit: TextObject;
  close?: TextObject;
  callback_id?: string;
  private_metadata?: string;
  blocks: SlackInput[];
}

/** Where a dialog was asked for. */
interface Origin {
  /** Id of who pressed. */
  user: string;
  channel: string;
  /** Of the message. */
  ts: string;
}

/** A dialog that somebody sees. */
export interface SlackDialog extends Origin {
  id: string;
  view: SlackView;
}

function inputProblem(block: SlackInput): string | undefined {
  if (
    block?.type !== 'input' ||
    block.element?.type !== 'plain_text_input' ||
    !block.block_id ||
    !block.element.action_id
  ) {
    return 'unsupported block: text fields with ids are known here';
  }
  return textProblem(block.label, LIMITS.label);
}

/**
 * What is wrong with a dialog of one or more text fields.
 *
 * @remarks
 * Source: https://docs.slack.dev/reference/views/modal-views.
 */
function viewProblem(view: SlackView | undefined): string | undefined {
  if (view?.type !== 'modal') {
    return 'unsupported type';
  }
  if (
    (view.private_metadata?.length ?? 0) > LIMITS.metadata ||
    (view.callback_id?.length ?? 0) > LIMITS.id
  ) {
    return 'private_metadata or callback_id is too long';
  }
  if (!view.blocks?.length || view.blocks.length > LIMITS.blocks) {
    return `must have between 1 and ${LIMITS.blocks} blocks`;
  }
  return (
    textProblem(view.title, LIMITS.title) ??
    textProblem(view.submit, LIMITS.button) ??
    (view.close && textProblem(view.close, LIMITS.button)) ??
    view.blocks.map(inputProblem).find(Boolean)
  );
}

/** The dialogs that people see, one each, and what opens them. */
export class Dialogs {
  readonly #now: () => Date;
  readonly #triggers = new Map<
    string,
    Origin & { at: number; isUsed: boolean }
  >();
  readonly #open = new Map<string, SlackDialog>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Lets the app open a dialog for who has just pressed. */
  createTrigger(origin: Origin): string {
    const id = [
      randomInt(1e12),
      randomInt(1e12),
      randomBytes(16).toString('hex'),
    ].join('.');
    this.#triggers.set(id, {
      ...origin,
      at: this.#now().getTime(),
      isUsed: false,
    });
    if (this.#triggers.size > REMEMBERED) {
      const [oldest] = this.#triggers.keys();
      this.#triggers.delete(oldest);
    }
    return id;
  }

  /**
   * Shows a dialog, in the place of another one that the person may see.
   *
   * @remarks
   * Source of the codes: https://docs.slack.dev/reference/methods/views.open.
   *
   * @throws SlackRefusal - no dialog, or no trigger that works (any more)
   */
  open(triggerId: string, view: SlackView | undefined): SlackDialog {
    const problem = viewProblem(view);
    if (!view || problem) {
      throw new SlackRefusal('invalid_arguments', {
        response_metadata: {
          messages: [`[ERROR] ${problem} [json-pointer:/view]`],
        },
      });
    }
    const trigger = this.#triggers.get(triggerId);
    if (!trigger) {
      throw new SlackRefusal('invalid_trigger_id');
    }
    if (trigger.isUsed) {
      throw new SlackRefusal('exchanged_trigger_id');
    }
    if (this.#now().getTime() - trigger.at > TRIGGER_MILLISECONDS) {
      throw new SlackRefusal('expired_trigger_id');
    }
    trigger.isUsed = true;
    const { user, channel, ts } = trigger;
    const id = `V0${randomBytes(5).toString('hex').toUpperCase()}`;
    const dialog = { id, user, channel, ts, view };
    this.#open.set(user, dialog);
    return dialog;
  }

  /** What everybody sees. */
  list(): SlackDialog[] {
    return [...this.#open.values()];
  }

  /** What a person sees, if anything. */
  of(user: string): SlackDialog | undefined {
    return this.#open.get(user);
  }

  /**
   * Takes a dialog away.
   *
   * @throws SlackRefusal - nobody sees it (any more)
   */
  close(id: string): SlackDialog {
    const dialog = this.list().find(one => one.id === id);
    if (!dialog) {
      throw new SlackRefusal('no_such_dialog');
    }
    this.#open.delete(dialog.user);
    return dialog;
  }

  /** Shows a dialog again that the app did not take. */
  reopen(dialog: SlackDialog): void {
    this.#open.set(dialog.user, dialog);
  }

  reset(): void {
    this.#triggers.clear();
    this.#open.clear();
  }
}

/**
 * What was written, in a dialog's only or first field.
 *
 * @throws SlackRefusal - what Slack's own pages don't let anybody send: nothing
 * where something is required, or too much
 */
export function fillIn(dialog: SlackDialog, words: string): object {
  const [{ block_id: block, optional, element }] = dialog.view.blocks;
  if (!words.trim() && !optional) {
    throw new SlackRefusal('required_field');
  }
  if (words.length > (element.max_length ?? MAXIMUM_TEXT)) {
    throw new SlackRefusal('too_long');
  }
  return {
    [block]: {
      // The protocol has null for an empty field.
      [element.action_id]: { type: element.type, value: words || null },
    },
  };
}
