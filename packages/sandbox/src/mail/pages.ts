import express, { Router } from 'express';
import { escapeHtml, renderPage } from '../common/page';
import { Mailboxes, MailRecord } from './Mailboxes';

/** Nothing of a mail runs or loads; its links open in a window of their own. */
const FRAME_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox";

/** The mailboxes' pages: what arrived, in HTML, in plain text and as it came. */
export function mailApp(mailboxes: Mailboxes): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(pageRoutes(mailboxes));
  return app;
}

function pageRoutes(mailboxes: Mailboxes): Router {
  const router = Router();

  router.get('/', (_request, response) => {
    const rows = mailboxes.addresses().map(address => {
      const mails = mailboxes.mails(address);
      return `<tr><td><a href="/mailboxes/${encodeURIComponent(
        address,
      )}">${escapeHtml(address)}</a></td><td>${mails.length} mail${
        mails.length === 1 ? '' : 's'
      }</td><td class="soft">${escapeHtml(
        mails[mails.length - 1]?.subject,
      )}</td></tr>`;
    });
    response.send(
      page(
        'Mailboxes',
        `<h1>Mailboxes</h1><div class="card"><table>${rows.join(
          '',
        )}</table></div>`,
      ),
    );
  });

  router.get('/mailboxes/:address', (request, response) => {
    const { address } = request.params;
    const rows = mailboxes
      .mails(address)
      .reverse()
      .map(
        ({ id, subject, from, receivedAt }) =>
          `<tr><td><a href="/mails/${id}">${escapeHtml(
            subject,
          )}</a></td><td>${escapeHtml(
            from,
          )}</td><td><small>${receivedAt}</small></td></tr>`,
      );
    response.send(
      page(
        address,
        `<h1>${escapeHtml(address)}</h1><div class="card">${
          rows.length
            ? `<table><thead><tr><th>Subject</th><th>From</th><th>Arrived</th></tr></thead><tbody>${rows.join(
                '',
              )}</tbody></table>`
            : 'No mail yet.'
        }</div>`,
        // What arrives while somebody looks shows up by itself.
        '<meta http-equiv="refresh" content="3">',
      ),
    );
  });

  router.get('/mails/:id', (request, response) => {
    const mail = mailboxes.mail(request.params.id);
    if (!mail) {
      response.status(404).send(page('No such mail', '<p>Nothing here.</p>'));
      return;
    }
    response.send(mailPage(mail));
  });

  router.get('/mails/:id/html', (request, response) => {
    const html = mailboxes.mail(request.params.id)?.html;
    if (!html) {
      response.status(404).type('text').send('The mail has no HTML.');
      return;
    }
    response
      .set('Content-Security-Policy', FRAME_POLICY)
      .send(`<base target="_blank">${html}`);
  });

  router.get('/mails/:id/raw', (request, response) => {
    const raw = mailboxes.mail(request.params.id)?.raw;
    response
      .status(raw ? 200 : 404)
      .type('text/plain')
      .send(raw ?? 'Nothing here.');
  });
  return router;
}

function page(title: string, body: string, head?: string): string {
  return renderPage({ title, service: 'Mail', body, head });
}

function mailPage(mail: MailRecord): string {
  const id = encodeURIComponent(mail.id);
  const copies =
    mail.copies > 1
      ? `<p class="soft">Delivered ${mail.copies} times, shown once.</p>`
      : '';
  return page(
    mail.subject,
    `<h1>${escapeHtml(mail.subject)}</h1><p class="soft">From ${escapeHtml(
      mail.from,
    )} to <a href="/mailboxes/${encodeURIComponent(mail.mailbox)}">${escapeHtml(
      mail.mailbox,
    )}</a>, ${
      mail.receivedAt
    } · <a href="/mails/${id}/raw">as it came</a></p>${copies}
${
  mail.html
    ? `<h2>HTML</h2><iframe title="The mail in HTML" src="/mails/${id}/html" sandbox="allow-popups allow-popups-to-escape-sandbox" style="width:100%;height:38rem;border:1px solid var(--line);border-radius:8px;background:#fff"></iframe>`
    : ''
}
<h2>Plain text</h2><div class="card"><pre>${withLinks(mail.text)}</pre></div>`,
  );
}

/** Plain text in HTML, with addresses of pages to click. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) =>
      index % 2 === 1
        ? `<a href="${escapeHtml(
            part,
          )}" target="_blank" rel="noreferrer">${escapeHtml(part)}</a>`
        : escapeHtml(part),
    )
    .join('');
}
