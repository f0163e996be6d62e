import { SlackBlock } from './model';

/** Words in a block. */
export interface TextObject {
  type: string;
  text: string;
}

/** A piece of rich text. */
export interface RichPart {
  type: string;
  text?: string;
  url?: string;
  style?: { bold?: boolean };
}

/** A button of an actions block. */
export interface SlackButton {
  action_id: string;
  block_id: string;
  text: TextObject;
  value?: string;
  style?: string;
}

/** The largest sizes, by what they are of. */
const LIMITS = {
  blocks: 50,
  header: 150,
  section: 3_000,
  elements: 25,
  buttonText: 75,
  value: 2_000,
  id: 255,
  texts: 13_200,
};

const KNOWN = ['header', 'section', 'rich_text', 'actions', 'divider'];

/** Gives every block an id, as Slack does. */
export function withIds(blocks: SlackBlock[]): SlackBlock[] {
  return blocks.map((block, index) => ({ block_id: `b${index}`, ...block }));
}

export function richParts(block: SlackBlock): RichPart[] {
  const sections = block.elements as Array<{ elements: RichPart[] }>;
  return sections.flatMap(({ elements }) => elements);
}

export function buttonsOf(blocks: SlackBlock[]): SlackButton[] {
  return blocks
    .filter(({ type }) => type === 'actions')
    .flatMap(block =>
      (block.elements as SlackButton[]).map(button => ({
        ...button,
        block_id: block.block_id ?? '',
      })),
    );
}

/** Everything that people can read in a message, addresses of links included. */
export function readableText(text: string, blocks: SlackBlock[]): string {
  if (blocks.length === 0) {
    return text
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&');
  }
  return blocks
    .map(block => {
      switch (block.type) {
        case 'rich_text':
          return richParts(block)
            .map(({ text: words = '', url }) =>
              url ? `${words} (${url})` : words,
            )
            .join('');
        case 'actions':
          return (block.elements as SlackButton[])
            .map(button => `[${button.text.text}]`)
            .join(' ');
        default:
          return (block.text as TextObject | undefined)?.text ?? '';
      }
    })
    .join('\n');
}

/** What is wrong with words that have to be there. */
export function textProblem(
  text: TextObject | undefined,
  limit: number,
): string | undefined {
  if (!text?.text || !['plain_text', 'mrkdwn'].includes(text.type)) {
    return 'must be a text object with a text';
  }
  return text.text.length > limit
    ? `must be less than ${limit + 1} characters`
    : undefined;
}

function buttonProblem(button: SlackButton): string | undefined {
  if ((button.value?.length ?? 0) > LIMITS.value) {
    return `value must be less than ${LIMITS.value + 1} characters`;
  }
  if (!button.action_id || button.action_id.length > LIMITS.id) {
    return 'action_id is missing or too long';
  }
  if (button.style && !['primary', 'danger'].includes(button.style)) {
    return 'style must be primary or danger';
  }
  return textProblem(button.text, LIMITS.buttonText);
}

function blockProblem(block: SlackBlock): string | undefined {
  switch (block.type) {
    case 'header':
      return (block.text as TextObject | undefined)?.type === 'plain_text'
        ? textProblem(block.text as TextObject, LIMITS.header)
        : 'text must be plain_text';
    case 'section':
      return textProblem(block.text as TextObject, LIMITS.section);
    case 'rich_text':
      return richParts(block).every(({ type, text, url }) =>
        type === 'link' ? Boolean(url) : Boolean(text),
      )
        ? undefined
        : 'an element has no text';
    case 'actions': {
      const elements = block.elements as SlackButton[];
      const ids = elements.map(({ action_id: id }) => id);
      if (!elements.length || elements.length > LIMITS.elements) {
        return `must have between 1 and ${LIMITS.elements} elements`;
      }
      return new Set(ids).size < ids.length
        ? 'action_id must be unique'
        : elements.map(buttonProblem).find(Boolean);
    }
    default:
      return KNOWN.includes(block.type)
        ? undefined
        : `unsupported type: ${block.type}`;
  }
}

/**
 * What is wrong with a message's blocks, as far as the kinds that are known
 * here go.
 *
 * @remarks
 * Source: https://docs.slack.dev/reference/block-kit/blocks and the pages of
 * each block. That all texts together are limited is what
 * `msg_blocks_too_long` says; its number is not published.
 *
 * @returns Slack's code and messages; `undefined` where all is well
 */
export function blockProblems(
  blocks: SlackBlock[],
): { code: string; messages: string[] } | undefined {
  if (blocks.length > LIMITS.blocks) {
    return {
      code: 'invalid_blocks',
      messages: [`[ERROR] no more than ${LIMITS.blocks} items allowed`],
    };
  }
  const messages = blocks.flatMap((block, index) => {
    const problem = blockProblem(block);
    return problem
      ? [`[ERROR] ${problem} [json-pointer:/blocks/${index}]`]
      : [];
  });
  if (messages.length > 0) {
    return { code: 'invalid_blocks', messages };
  }
  return readableText('', blocks).length > LIMITS.texts
    ? { code: 'msg_blocks_too_long', messages: [] }
    : undefined;
}
