import { escapeHtml } from '../common/page';
import { RichPart, richParts, SlackButton } from './blocks';
import { SlackDialog } from './dialogs';
import { SlackBlock } from './model';

/** A block in HTML. */
export function renderBlock(block: SlackBlock): string {
  const text = (block.text as { text?: string } | undefined)?.text;
  switch (block.type) {
    case 'header':
      return `<h3>${escapeHtml(text)}</h3>`;
    case 'rich_text':
      return richText(richParts(block));
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

/** A dialog in HTML, as a form that works without scripts. */
export function renderDialog({ id, view }: SlackDialog): string {
  const [{ label, optional, element }] = view.blocks;
  const title = escapeHtml(view.title.text);
  return `<dialog open aria-label="${title}"><form method="post" action="/submit"><h3>${title}</h3><input type="hidden" name="view" value="${id}"><p><label>${escapeHtml(
    label.text,
  )}<textarea name="comment" id="${id}" maxlength="${escapeHtml(
    element.max_length,
  )}"${
    optional ? '' : ' required'
  } autofocus></textarea></label></p><p><button class="primary">${escapeHtml(
    view.submit.text,
  )}</button> <button name="close" value="1" formnovalidate>${escapeHtml(
    view.close?.text ?? 'Close',
  )}</button></p></form></dialog>`;
}
