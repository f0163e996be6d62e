import { escapeHtml } from '../common/page';
import { renderBlock, renderDialog } from './blockHtml';
import { readableText } from './blocks';
import { Interactivity } from './interactivity';
import { SlackChannel, SlackClick, SlackMessage } from './model';
import { APP, Workspace } from './Workspace';

/** What is looked at: a conversation, and by whom. */
export interface ConversationView {
  workspace: Workspace;
  interactivity: Interactivity;
  channel: SlackChannel;
  /** Id of the person who is signed in; absent in a channel for anybody. */
  as?: string;
}

/** The look of the pages, beside that of every stand-in. */
export const STYLE = `
main{max-width:72rem}.slack{display:grid;grid-template-columns:15rem minmax(0,1fr);gap:1.5rem;align-items:start}
nav{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.6rem;position:sticky;top:.6rem}nav h2{font-size:.8rem;margin:.9rem .5rem .2rem;color:var(--soft)}
nav a{display:flex;justify-content:space-between;gap:.5rem;padding:.25rem .5rem;border-radius:6px;text-decoration:none;color:var(--text)}nav a:hover{background:var(--bg)}nav a[aria-current],nav a[aria-current] small{background:var(--link);color:var(--card)}
nav select{width:100%}article{display:grid;grid-template-columns:2.4rem minmax(0,1fr);gap:.2rem .8rem;padding:.7rem 0;border-top:1px solid var(--line)}article:first-child{border-top:0}article:target .avatar{outline:2px solid var(--link);outline-offset:2px}
.avatar{width:2.4rem;height:2.4rem;border-radius:8px;background:var(--link);color:var(--card);display:grid;place-items:center;font-weight:700}
.thread{margin:.3rem 0 .3rem 3.2rem;border-left:3px solid var(--line);padding-left:1rem}.thread>p{margin:.2rem 0}
article h3{font-size:1.05rem;margin:.15rem 0 .5rem}article p{margin:.4rem 0}article textarea{min-height:3rem}button.danger{border-color:var(--bad);color:var(--bad)}.app{border:1px solid var(--line);border-radius:4px;padding:0 .3rem;font-size:.7rem;color:var(--soft)}
.click{font-size:.9rem}dialog{position:fixed;inset:20vh 0 auto;z-index:1;width:min(32rem,90vw);background:var(--card);color:var(--text);border:1px solid var(--line);border-radius:8px;box-shadow:0 0 0 100vmax rgb(0 0 0/.4)}
@media(max-width:640px){.slack{grid-template-columns:minmax(0,1fr)}nav{position:static}.thread{margin-left:.6rem}}
`;

/**
 * Keeps a page up to date, what was typed included. A press is an ordinary
 * form; it only says meanwhile that it is on its way.
 */
export const SCRIPT = `
const feed = document.querySelector('#feed');
const chooser = document.querySelector('#as');
if (chooser) chooser.onchange = () => { location.href = '/as/' + chooser.value; };
let shown = feed && feed.innerHTML;
const refresh = async () => {
  const url = new URL(location.href);
  url.searchParams.set('part', 'feed');
  const response = await fetch(url);
  if (!response.ok || document.querySelector('form[aria-busy]')) return;
  const fresh = document.createElement('template');
  fresh.innerHTML = await response.text();
  if (fresh.innerHTML === shown) return;
  shown = fresh.innerHTML;
  const typed = [...feed.querySelectorAll('textarea')].map(({ id, value }) => [id, value]);
  const focused = document.activeElement && document.activeElement.id;
  feed.innerHTML = shown;
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
};
if (feed) {
  feed.addEventListener('submit', ({ target }) => target.setAttribute('aria-busy', 'true'));
  setInterval(() => refresh().catch(() => undefined), 1000);
}
`;

const countOf = (count: number) => `${count} message${count === 1 ? '' : 's'}`;

const hasButtons = ({ blocks }: SlackMessage) =>
  blocks.some(({ type }) => type === 'actions');

const timeOf = (ts: string) =>
  new Date(Number(ts) * 1_000).toISOString().replace('T', ' ').slice(0, 19);

/** The body of the page that lists everything. */
export function homePage(
  workspace: Workspace,
  interactivity: Interactivity,
): string {
  const people = workspace.people().map(person => {
    const own = workspace.channels().find(({ user }) => user === person.id);
    const count = own ? workspace.messages(own.id).length : 0;
    return `<tr><td><a href="/as/${person.id}">${escapeHtml(
      person.realName,
    )}</a></td><td>${countOf(count)}</td></tr>`;
  });
  const channels = workspace
    .channels()
    .filter(({ user }) => !user)
    .map(channel => {
      const note = channel.isMember ? '' : ' <small>app not invited</small>';
      return `<tr><td><a href="/archives/${channel.id}"># ${escapeHtml(
        channel.name,
      )}</a>${note}</td><td>${countOf(
        workspace.messages(channel.id).length,
      )}</td></tr>`;
    });
  const clicks = interactivity
    .clicks()
    .map(
      click =>
        `<tr><td>${escapeHtml(
          workspace.user(click.user).realName,
        )}</td><td>${escapeHtml(click.label)}</td><td>${
          click.status ?? 'no answer'
        }</td></tr>`,
    );
  return `<h1>Sign in as</h1><div class="card"><table>${people.join(
    '',
  )}</table></div><h2>Channels</h2><div class="card"><table>${channels.join(
    '',
  )}</table></div>
<h2>Clicks</h2><div class="card">${
    clicks.length ? `<table>${clicks.join('')}</table>` : 'None yet.'
  }</div>
<h2>Where clicks go</h2><div class="card"><form method="post" action="/settings"><label>Request URL <input name="interactivityUrl" size="60" value="${escapeHtml(
    workspace.interactivityUrl,
  )}"></label> <button>Save</button></form></div>`;
}

/** Title and body of a conversation's page. */
export function conversationPage(view: ConversationView): {
  title: string;
  body: string;
} {
  const { workspace, channel } = view;
  const title = channel.user ? 'Self-Service' : `# ${channel.name}`;
  return {
    title: channel.user
      ? `Self-Service for ${workspace.user(channel.user).realName}`
      : title,
    body: `<div class="slack">${sidebar(view)}<section><h1>${escapeHtml(
      title,
    )}</h1><div class="card" id="feed" aria-live="polite">${feed(
      view,
    )}</div></section></div><script src="/script.js"></script>`,
  };
}

/** The messages of a conversation, oldest first, replies below their message. */
export function feed(view: ConversationView): string {
  const messages = view.workspace.messages(view.channel.id);
  const roots = messages.filter(({ thread }) => !thread);
  const cards = roots.map(root => {
    const replies = messages.filter(({ thread }) => thread === root.ts);
    const thread = replies.length
      ? `<div class="thread" role="group" aria-label="Thread"><p class="soft">${
          replies.length
        } ${replies.length === 1 ? 'reply' : 'replies'}</p>${replies
          .map(reply => messageCard(view, reply))
          .join('')}</div>`
      : '';
    return messageCard(view, root) + thread;
  });
  return cards.join('') || '<p>No messages yet.</p>';
}

function sidebar({ workspace, channel, as }: ConversationView): string {
  const people = workspace
    .people()
    .map(
      ({ id, name, realName }) =>
        `<option value="${name}"${id === as ? ' selected' : ''}>${escapeHtml(
          realName,
        )}</option>`,
    );
  const entry = (href: string, name: string, count: number, isOpen: boolean) =>
    `<a href="${href}"${
      isOpen ? ' aria-current="page"' : ''
    }><span>${escapeHtml(name)}</span><small>${count || ''}</small></a>`;
  const query = as ? `?as=${as}` : '';
  const own = workspace.channels().find(({ user }) => as && user === as);
  const channels = workspace
    .channels()
    .filter(({ user, isMember }) => !user && isMember)
    .map(({ id, name }) =>
      entry(
        `/archives/${id}${query}`,
        `# ${name}`,
        workspace.messages(id).length,
        id === channel.id,
      ),
    );
  return `<nav aria-label="Conversations"><label>Signed in as <select id="as">${
    as ? '' : '<option value="">anybody</option>'
  }${people.join('')}</select></label><h2>Channels</h2>${channels.join('')}${
    as
      ? `<h2>Apps</h2>${entry(
          `/as/${as}`,
          'Self-Service',
          own ? workspace.messages(own.id).length : 0,
          own?.id === channel.id,
        )}`
      : ''
  }</nav>`;
}

function messageCard(view: ConversationView, message: SlackMessage): string {
  const { channel, interactivity, workspace, as = '' } = view;
  const clicks = interactivity
    .clicks()
    .filter(({ ts, channel: id }) => ts === message.ts && id === channel.id)
    .reverse();
  const content = message.blocks.length
    ? message.blocks.map(renderBlock).join('')
    : `<p>${escapeHtml(readableText(message.text, []))}</p>`;
  const dialog = workspace.dialogs.of(as);
  const isAsked = dialog?.channel === channel.id && dialog.ts === message.ts;
  return `<article id="m${
    message.ts
  }"><div class="avatar" aria-hidden="true">S</div><div><strong>Self-Service</strong> <span class="app">APP</span> <small>${timeOf(
    message.ts,
  )}${
    message.edited ? ` · edited ${timeOf(message.edited)}` : ''
  }</small><form method="post" action="/press"><input type="hidden" name="channel" value="${
    channel.id
  }"><input type="hidden" name="ts" value="${message.ts}">${
    hasButtons(message) ? presser(view) : ''
  }${content}</form>${clicks.map(click => outcome(view, click)).join('')}${
    isAsked ? renderDialog(dialog) : ''
  }</div></article>`;
}

/** Who is signed in presses; in a channel that anybody looks at, one chooses. */
function presser({ workspace, as }: ConversationView): string {
  if (as) {
    return `<input type="hidden" name="user" value="${as}">`;
  }
  // Those whom nobody may trust included.
  const people = workspace
    .users()
    .filter(({ id, deleted }) => id !== APP.userId && !deleted)
    .map(
      ({ id, realName }) =>
        `<option value="${id}">${escapeHtml(realName)}</option>`,
    );
  return `<p><label>You are <select name="user">${people.join(
    '',
  )}</select></label></p>`;
}

/** What became of a click, as people of Slack see it: a sign if it was lost. */
function outcome({ workspace }: ConversationView, click: SlackClick): string {
  const who = escapeHtml(workspace.user(click.user).realName);
  const pressed = `${who} pressed ${escapeHtml(click.label)}`;
  if (click.status === undefined || click.status >= 300) {
    return `<p class="click error" role="alert">${pressed}: the app did not take the click (${
      click.status ?? 'no answer in time'
    }).</p>`;
  }
  return `<p class="click soft">${pressed}; the app took it after ${click.milliseconds} ms.</p>`;
}
