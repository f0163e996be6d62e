import { Message } from '@self-service/plugin-providers-node';
import type { ChatStopStreamArguments } from '@slack/web-api';

/** Begins the id of a button whose press is an answer. */
export const ACTION_PREFIX = 'self-service:';
/**
 * Begins the id of a button whose press opens a dialog. What to write into it
 * is the first line of the button's value: a press has to say all of it, since
 * nothing is kept between the message and the press.
 */
export const DIALOG_PREFIX = 'self-service-dialog:';

/**
 * Slack's limits, https://docs.slack.dev/reference/block-kit/blocks and the
 * pages below it; that of all texts together is what `msg_blocks_too_long`
 * stands for.
 */
const LIMITS = {
  header: 150,
  label: 75,
  fallback: 3_000,
  fact: 300,
  facts: 20,
  section: 2_000,
  links: 10,
  total: 9_000,
};

/** The blocks that are used here, of those that the SDK describes. */
type KnownBlock = Extract<
  NonNullable<ChatStopStreamArguments['blocks']>[number],
  { type: 'header' | 'rich_text' | 'actions' }
>;
type RichTextBlock = Extract<KnownBlock, { type: 'rich_text' }>;

/** Cuts a text to a number of characters. */
export function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

type Element = RichTextBlock['elements'][number];
type Part = Extract<Element, { type: 'rich_text_section' }>['elements'][number];

/** Rich text is taken as it is: no markup, no mentions. */
function richText(elements: Part[]): KnownBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements }],
  };
}

/** Slack refuses an empty text. */
const text = (words: string, bold = false): Part => ({
  type: 'text',
  text: words || ' ',
  ...(bold && { style: { bold } }),
});

function headBlocks({ title, severity, summary }: Message): KnownBlock[] {
  const isLoud = severity === 'high' || severity === 'critical';
  return [
    {
      type: 'header',
      text: {
        type: 'plain_text',
        text: cut(title, LIMITS.header) || ' ',
        emoji: false,
      },
    },
    ...(isLoud ? [richText([text(`Severity: ${severity}`, true)])] : []),
    ...(summary ? [richText([text(cut(summary, LIMITS.section))])] : []),
  ];
}

function factBlocks({ facts = [] }: Message): KnownBlock[] {
  if (facts.length === 0) {
    return [];
  }
  const lines = facts
    .slice(0, LIMITS.facts)
    .flatMap(({ label, value }, index) => [
      text(`${index > 0 ? '\n' : ''}${cut(label, LIMITS.label)}: `, true),
      text(cut(value, LIMITS.fact)),
    ]);
  return [richText(lines)];
}

/** As many sections as there is room for, and that some were left out. */
function sectionBlocks({ sections = [] }: Message): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  let room = LIMITS.total - LIMITS.facts * LIMITS.fact;
  for (const section of sections) {
    const words = cut(section.text, LIMITS.section);
    if (blocks.length >= 20 || words.length > room) {
      blocks.push(richText([text('There is more on the page.')]));
      break;
    }
    room -= words.length;
    blocks.push(
      richText([
        ...(section.heading
          ? [text(`${cut(section.heading, LIMITS.header)}\n`, true)]
          : []),
        text(words),
      ]),
    );
  }
  return blocks;
}

function linkBlocks({ link, links = [] }: Message): KnownBlock[] {
  const all = [...(link ? [link] : []), ...links.slice(0, LIMITS.links)];
  if (all.length === 0) {
    return [];
  }
  return [
    richText(
      all.flatMap(({ label, url }, index): Part[] => [
        ...(index > 0 ? [text(' · ')] : []),
        // Slack refuses a whole message for what is no page.
        /^https?:\/\//i.test(url)
          ? {
              type: 'link',
              url,
              text: cut(label, LIMITS.label),
              ...(index === 0 && link && { style: { bold: true } }),
            }
          : text(`${cut(label, LIMITS.label)}: ${cut(url, LIMITS.fact)}`),
      ]),
    ),
  ];
}

function answerBlocks({ buttons = [] }: Message): KnownBlock[] {
  if (buttons.length === 0) {
    return [];
  }
  return [
    {
      type: 'actions',
      elements: buttons.map(({ label, action, value, style, comment }) => ({
        type: 'button' as const,
        action_id: `${comment ? DIALOG_PREFIX : ACTION_PREFIX}${action}`,
        text: {
          type: 'plain_text' as const,
          text: cut(label, LIMITS.label),
          emoji: false,
        },
        value: comment ? `${oneLine(comment.label)}\n${value}` : value,
        ...(style && { style }),
      })),
    },
  ];
}

function oneLine(words: string): string {
  return cut(words.replace(/\s+/g, ' '), LIMITS.label);
}

/** Source: https://docs.slack.dev/messaging/formatting-message-text#escaping. */
function escape(words: string): string {
  return words
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

/** A message as Slack takes it: blocks, and the words of a notification. */
export function toSlackMessage(message: Message): {
  text: string;
  blocks: KnownBlock[];
} {
  const words = [message.title, message.summary].filter(Boolean).join('\n');
  return {
    text: escape(cut(words, LIMITS.fallback)),
    blocks: [
      ...headBlocks(message),
      ...factBlocks(message),
      ...sectionBlocks(message),
      ...answerBlocks(message),
      ...linkBlocks(message),
    ],
  };
}
