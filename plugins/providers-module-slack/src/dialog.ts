import { MessageAnswer } from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { cut } from './toBlocks';

/** Says of a submitted dialog that it is one of ours. */
export const DIALOG_CALLBACK = 'self-service-dialog';
/** Where a submitted dialog has what was written. */
export const COMMENT_BLOCK = 'self-service-comment';
export const COMMENT_ACTION = 'comment';

/** Of titles and buttons, https://docs.slack.dev/reference/views/modal-views. */
const MAXIMUM_TITLE = 24;
/** Of fields, https://docs.slack.dev/reference/block-kit/blocks/input-block. */
const MAXIMUM_LABEL = 2_000;
const MAXIMUM_COMMENT = 1_000;

/** The part of an answer that is known when the dialog opens. */
const pressed = z.object({
  action: z.string(),
  value: z.string(),
  conversation: z.string().min(1),
  message: z.string().min(1),
  thread: z.string().min(1).optional(),
});

/** What a dialog has to remember of the press. */
export type Pressed = z.infer<typeof pressed>;

/** A press that asks for a dialog. */
export interface DialogPress {
  /** The press, without a comment. */
  answer: MessageAnswer;
  /**
   * Slack's permission to open one dialog within three seconds of the press:
   * neither stored nor logged.
   */
  triggerId: string;
  /** What stands on the button, and so on the dialog. */
  title: string;
  /** What to write. */
  label: string;
}

const plain = (words: string, limit = MAXIMUM_TITLE) => ({
  type: 'plain_text' as const,
  text: cut(words, limit),
  emoji: false,
});

/**
 * The dialog in which somebody writes the comment of a button.
 *
 * @remarks
 * Its `private_metadata`, which Slack keeps and sends back, says what was
 * pressed: whoever gets it back trusts it no more than the button's value.
 */
export function toView({ answer, title, label }: DialogPress) {
  const { action, value, message } = answer;
  const remembered: Pressed = {
    action,
    value,
    conversation: message.conversation,
    message: message.message,
    ...(message.thread && { thread: message.thread }),
  };
  return {
    type: 'modal' as const,
    callback_id: DIALOG_CALLBACK,
    private_metadata: JSON.stringify(remembered),
    title: plain(title),
    submit: plain(title),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'input' as const,
        block_id: COMMENT_BLOCK,
        optional: false,
        label: plain(label, MAXIMUM_LABEL),
        element: {
          type: 'plain_text_input' as const,
          action_id: COMMENT_ACTION,
          multiline: true,
          max_length: MAXIMUM_COMMENT,
        },
      },
    ],
  };
}

/** Reads what a dialog remembers; `undefined` where it makes no sense. */
export function readPressed(metadata: string): Pressed | undefined {
  try {
    return pressed.safeParse(JSON.parse(metadata)).data;
  } catch {
    return undefined;
  }
}
