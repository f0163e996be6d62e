import { escapeHtml } from '../common/page';
import { RichPart, richParts, SlackButton } from './blocks';
import { SlackBlock } from './model';

/**
 * A block in HTML.
 *
 * @param id - unlike that of every other block on the page
 */
export function renderBlock(block: SlackBlock, id: string): string {
  const text = (block.text as { text?: string } | undefined)?.text;
  switch (block.type) {
    case 'header':
      return `<h3>${escapeHtml(text)}</h3>`;
    case 'rich_text':
      return richText(richParts(block));
    case 'input': {
      const { label } = block as unknown as { label: { text: string } };
      return `<p><label>${escapeHtml(
        label.text,
      )}<textarea name="comment" id="${id}"></textarea></label></p>`;
    }
    case 'actions':
      return `<p>${(block.elements as SlackButton[])
        .map(
          button =>
            `<button name="action_id" value="${escapeHtml(
              button.action_id,
            )}" class="${escapeHtml(button.style)}">${escapeHtml(
              button.text.text,
            )}</button>`,
        )
        .join(' ')}</p>`;
    case 'divider':
      return '<hr>';
    default:
      return `<p>${escapeHtml(text)}</p>`;
  }
}

function richText(parts: RichPart[]): string {
  const html = parts.map(({ text, url, style }) => {
    const words = url
      ? `<a href="${escapeHtml(
          url,
        )}" target="_blank" rel="noreferrer">${escapeHtml(text ?? url)}</a>`
      : escapeHtml(text);
    return style?.bold ? `<strong>${words}</strong>` : words;
  });
  return `<p style="white-space:pre-wrap">${html.join('')}</p>`;
}
