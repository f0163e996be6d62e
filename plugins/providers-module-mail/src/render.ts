import { Message, MessageLink } from '@self-service/plugin-providers-node';

/** What a mail is made of. */
export interface RenderedMail {
  subject: string;
  /** All of it, without any markup. */
  text: string;
  /** The same, readable without pictures and without styles. */
  html: string;
}

/** Longer ones are cut by mail programs anyway, each in its own way. */
const MAXIMUM_SUBJECT = 200;
/** Much longer than anybody reads: what is beyond is on the page. */
const MAXIMUM_TEXT = 20_000;

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}

const lines = (text: string) => escapeHtml(text).replace(/\r?\n/g, '<br>');

const isLoud = ({ severity }: Message) =>
  severity === 'high' || severity === 'critical';

function renderText(message: Message): string {
  const { title, severity, summary, facts = [], sections = [] } = message;
  const links = [message.link, ...(message.links ?? [])].filter(
    (link): link is MessageLink => link !== undefined,
  );
  const parts = [
    title,
    ...(isLoud(message) ? [`Severity: ${severity}`] : []),
    ...(summary ? [cut(summary, MAXIMUM_TEXT)] : []),
    facts
      .map(({ label, value }) => `${label}: ${cut(value, MAXIMUM_TEXT)}`)
      .join('\n'),
    ...sections.map(({ heading, text }) =>
      [heading, cut(text, MAXIMUM_TEXT)].filter(Boolean).join('\n'),
    ),
    ...links.map(({ label, url }) => `${label}:\n${url}`),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function renderLink({ label, url }: MessageLink, standsOut: boolean): string {
  // Nothing but pages: a link must not run anything.
  const anchor = /^https?:\/\//i.test(url)
    ? `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`
    : escapeHtml(label);
  // The address is there to read: people shall see where it leads.
  const address = `<br><small>${escapeHtml(url)}</small>`;
  return standsOut
    ? `<p style="font-size:1.2em"><strong>${anchor}</strong>${address}</p>`
    : `<p>${anchor}${address}</p>`;
}

function renderHtml(message: Message): string {
  const { title, severity, summary, facts = [], sections = [] } = message;
  const body = [
    `<h1 style="font-size:1.3em">${escapeHtml(title)}</h1>`,
    isLoud(message) ? `<p><strong>Severity: ${severity}</strong></p>` : '',
    summary ? `<p>${lines(cut(summary, MAXIMUM_TEXT))}</p>` : '',
    facts.length
      ? `<table role="presentation">${facts
          .map(
            ({ label, value }) =>
              `<tr><td style="padding-right:1em;vertical-align:top"><strong>${escapeHtml(
                label,
              )}</strong></td><td>${lines(cut(value, MAXIMUM_TEXT))}</td></tr>`,
          )
          .join('')}</table>`
      : '',
    ...sections.map(
      ({ heading, text }) =>
        `${
          heading
            ? `<h2 style="font-size:1.1em">${escapeHtml(heading)}</h2>`
            : ''
        }<p>${lines(cut(text, MAXIMUM_TEXT))}</p>`,
    ),
    message.link ? renderLink(message.link, true) : '',
    ...(message.links ?? []).map(link => renderLink(link, false)),
  ];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(
    title,
  )}</title></head><body style="font-family:sans-serif;line-height:1.5;max-width:40em">${body.join(
    '',
  )}</body></html>`;
}

/** A message as a mail: buttons are left out, since nothing can answer them. */
export function renderMail(message: Message): RenderedMail {
  return {
    subject: cut(message.title.replace(/\s+/g, ' ').trim(), MAXIMUM_SUBJECT),
    text: renderText(message),
    html: renderHtml(message),
  };
}
