import express, { Router } from 'express';
import { asyncHandler, sameOriginOnly } from '../common/express';
import { escapeHtml, renderPage } from '../common/page';
import { SlackButton, readableText, richParts } from './blocks';
import { Interactivity } from './interactivity';
import { SlackBlock, SlackChannel, SlackMessage, SlackRefusal } from './model';
import { Workspace } from './Workspace';

/**
 * Slack's pages: channels, messages with buttons that work, and where clicks
 * go.
 */
export function pageRoutes(options: {
  workspace: Workspace;
  interactivity: Interactivity;
}): Router {
  const { workspace, interactivity } = options;
  const router = Router();

  router.get('/', (_request, response) => {
    response.send(homePage(workspace, interactivity));
  });

  router.get('/archives/:channel', (request, response) => {
    const channel = workspace
      .channels()
      .find(({ id }) => id === request.params.channel);
    if (!channel) {
      response
        .status(404)
        .send(page('No such channel', '<p>Nothing here.</p>'));
      return;
    }
    response.send(channelPage(workspace, interactivity, channel));
  });

  router.post(
    '/press',
    sameOriginOnly,
    express.urlencoded({ extended: false }),
    express.json(),
    asyncHandler(async (request, response) => {
      const { channel, ts, user, comment } = request.body;
      const actionId = request.body.action_id;
      try {
        const click = await interactivity.press({
          channel: String(channel),
          ts: String(ts),
          user: String(user),
          actionId: String(actionId),
          comment: comment && String(comment),
        });
        if (request.is('json')) {
          response.json(click);
        } else {
          response.redirect(303, `/archives/${click.channel}#m${click.ts}`);
        }
      } catch (error) {
        if (!(error instanceof SlackRefusal)) {
          throw error;
        }
        response.status(409).json({ error: error.code });
      }
    }),
  );

  router.post(
    '/settings',
    sameOriginOnly,
    express.urlencoded({ extended: false }),
    express.json(),
    (request, response) => {
      const url = String(request.body.interactivityUrl ?? '');
      if (!URL.canParse(url)) {
        response.status(400).json({ error: 'interactivityUrl is no URL' });
        return;
      }
      workspace.interactivityUrl = url;
      if (request.is('json')) {
        response.status(204).end();
      } else {
        response.redirect(303, '/');
      }
    },
  );
  return router;
}

function page(title: string, body: string): string {
  return renderPage({ title, service: 'Slack', body });
}

function nameOf(workspace: Workspace, channel: SlackChannel): string {
  return channel.user
    ? workspace.user(channel.user).realName
    : `# ${channel.name}`;
}

function homePage(workspace: Workspace, interactivity: Interactivity): string {
  const rows = workspace.channels().map(channel => {
    const count = workspace.messages(channel.id).length;
    const note = channel.isMember ? '' : ' <small>app not invited</small>';
    return `<tr><td><a href="/archives/${channel.id}">${escapeHtml(
      nameOf(workspace, channel),
    )}</a>${note}</td><td>${count} message${count === 1 ? '' : 's'}</td></tr>`;
  });
  const clicks = interactivity
    .clicks()
    .map(
      click =>
        `<tr><td>${escapeHtml(
          workspace.user(click.user).realName,
        )}</td><td><code>${escapeHtml(click.action)}</code></td><td>${
          click.status ?? 'no answer'
        }</td></tr>`,
    );
  return page(
    'Channels',
    `<h1>Channels</h1><div class="card"><table>${rows.join('')}</table></div>
<h2>Clicks</h2><div class="card">${
      clicks.length ? `<table>${clicks.join('')}</table>` : 'None yet.'
    }</div>
<h2>Where clicks go</h2><div class="card"><form method="post" action="/settings"><label>Request URL <input name="interactivityUrl" size="60" value="${escapeHtml(
      workspace.interactivityUrl,
    )}"></label> <button>Save</button></form></div>`,
  );
}

function channelPage(
  workspace: Workspace,
  interactivity: Interactivity,
  channel: SlackChannel,
): string {
  const messages = workspace.messages(channel.id);
  const roots = messages.filter(({ thread }) => !thread);
  const body = roots.map(root => {
    const replies = messages
      .filter(({ thread }) => thread === root.ts)
      .map(reply => messageCard(workspace, interactivity, channel, reply));
    return `${messageCard(workspace, interactivity, channel, root)}${
      replies.length
        ? `<div style="margin-left:2rem" role="group" aria-label="Thread">${replies.join(
            '',
          )}</div>`
        : ''
    }`;
  });
  const name = nameOf(workspace, channel);
  return page(
    name,
    `<h1>${escapeHtml(name)}</h1>${body.join('') || '<p>No messages yet.</p>'}`,
  );
}

const hasButtons = ({ blocks }: SlackMessage) =>
  blocks.some(({ type }) => type === 'actions');

function messageCard(
  workspace: Workspace,
  interactivity: Interactivity,
  channel: SlackChannel,
  message: SlackMessage,
): string {
  const at = new Date(Number(message.ts) * 1_000).toISOString();
  const last = interactivity
    .clicks()
    .find(({ ts, channel: id }) => ts === message.ts && id === channel.id);
  const outcome =
    last && (last.status === undefined || last.status >= 300)
      ? `<p class="error" role="alert">The app did not take the click (${
          last.status ?? 'no answer within 3 seconds'
        }).</p>`
      : '';
  const content = message.blocks.length
    ? message.blocks.map(renderBlock).join('')
    : `<p>${escapeHtml(readableText(message.text, []))}</p>`;
  return `<article class="card" id="m${message.ts}"><small>portal · ${at}${
    message.edited ? ' · edited' : ''
  }</small><form method="post" action="/press"><input type="hidden" name="channel" value="${
    channel.id
  }"><input type="hidden" name="ts" value="${message.ts}">${
    hasButtons(message) ? chooser(workspace, channel) : ''
  }${content}</form>${outcome}</article>`;
}

/** In a conversation with a person it is they who press; in a channel anybody. */
function chooser(workspace: Workspace, channel: SlackChannel): string {
  if (channel.user) {
    return `<input type="hidden" name="user" value="${channel.user}">`;
  }
  const people = workspace
    .users()
    .filter(({ isBot, deleted }) => !isBot && !deleted)
    .map(
      ({ id, realName }) =>
        `<option value="${id}">${escapeHtml(realName)}</option>`,
    );
  return `<p><label>You are <select name="user">${people.join(
    '',
  )}</select></label></p>`;
}

function renderBlock(block: SlackBlock): string {
  const text = (block.text as { text?: string } | undefined)?.text;
  switch (block.type) {
    case 'header':
      return `<h2>${escapeHtml(text)}</h2>`;
    case 'rich_text':
      return `<p style="white-space:pre-wrap">${richParts(block)
        .map(part => {
          const words = part.url
            ? `<a href="${escapeHtml(part.url)}">${escapeHtml(
                part.text ?? part.url,
              )}</a>`
            : escapeHtml(part.text);
          return part.style?.bold ? `<strong>${words}</strong>` : words;
        })
        .join('')}</p>`;
    case 'input': {
      const { label } = block as unknown as { label: { text: string } };
      return `<p><label>${escapeHtml(
        label.text,
      )}<textarea name="comment"></textarea></label></p>`;
    }
    case 'actions':
      return `<p>${(block.elements as SlackButton[])
        .map(
          button =>
            `<button name="action_id" value="${escapeHtml(
              button.action_id,
            )}" class="${
              button.style === 'primary' ? 'primary' : ''
            }">${escapeHtml(button.text.text)}</button>`,
        )
        .join(' ')}</p>`;
    default:
      return `<p>${escapeHtml(text)}</p>`;
  }
}
