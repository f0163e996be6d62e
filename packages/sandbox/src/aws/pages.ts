import { randomBytes } from 'node:crypto';
import express, { Request, Router } from 'express';
import { sameOriginOnly } from '../common/express';
import { escapeHtml, renderPage } from '../common/page';
import { Person } from '../identity/people';
import { DEMO_PASSWORD } from '../vault/Vault';
import { teamKey } from './credentials';
import { AwsSecretRecord } from './model';
import { isGranted } from './resourcePolicy';
import { currentVersionOf, SecretsManager } from './SecretsManager';

const COOKIE = 'sandbox_aws_session';
const HIDDEN = '••••••••';

const REVEAL_SCRIPT = `
document.querySelectorAll('[data-key]').forEach(row => {
  const shown = row.querySelector('code');
  const load = async () => {
    const query = new URLSearchParams({ name: row.dataset.name, key: row.dataset.key });
    const response = await fetch('/value?' + query);
    if (!response.ok) throw new Error('Answered ' + response.status);
    return response.text();
  };
  row.querySelector('.reveal').onclick = async event => {
    const hidden = event.target.textContent === 'Reveal';
    shown.textContent = hidden ? await load() : '${HIDDEN}';
    event.target.textContent = hidden ? 'Hide' : 'Reveal';
  };
  row.querySelector('.copy').onclick = async event => {
    await navigator.clipboard.writeText(await load());
    event.target.textContent = 'Copied';
  };
});`;

/**
 * Plain pages in the place of AWS's console: what is there, and a secret for
 * demo people who sign in.
 *
 * @remarks
 * Values are not in the page; the reveal and copy buttons fetch one at a time,
 * for people whose team's role the policy of the secret lets read.
 */
export function pageRoutes(manager: SecretsManager, people: Person[]): Router {
  const router = Router();
  /** Who has signed in, by session; a restart signs everybody out. */
  const sessions = new Map<string, string>();
  const whoAsks = (request: Request) => {
    const cookie = request.headers.cookie
      ?.split(/; */)
      .find(part => part.startsWith(`${COOKIE}=`));
    return sessions.get(cookie?.slice(COOKIE.length + 1) ?? '');
  };
  const mayRead = (person: string | undefined, { policy }: AwsSecretRecord) =>
    people
      .filter(({ id }) => id === person)
      .flatMap(({ teams }) => teams)
      .some(team =>
        isGranted(policy, teamKey(team).principal.arn, 'GetSecretValue'),
      );

  router.get('/', (_request, response) => {
    const rows = manager.all().map(row);
    response.send(
      page(
        'Secrets',
        `<h1>Secrets</h1><div class="card">${
          rows.length > 0 ? `<table>${rows.join('')}</table>` : 'None yet.'
        }</div>`,
      ),
    );
  });

  router.get('/secret', (request, response) => {
    const person = whoAsks(request);
    if (!person) {
      response.send(signInPage(request.originalUrl));
      return;
    }
    const name = String(request.query.name);
    const secret = manager.all().find(it => it.name === name);
    response
      .status(secret ? 200 : 404)
      .send(page(name, secret ? details(secret, person) : notThere(name)));
  });

  router.get('/value', (request, response) => {
    const secret = manager.all().find(it => it.name === request.query.name);
    const person = whoAsks(request);
    if (!person || (secret && !mayRead(person, secret))) {
      response.status(403).end();
      return;
    }
    const value = secret && readValues(secret)[String(request.query.key)];
    if (value === undefined) {
      response.status(404).end();
      return;
    }
    response
      .set('Cache-Control', 'no-store')
      .type('text')
      .send(typeof value === 'string' ? value : JSON.stringify(value));
  });

  router.post(
    '/login',
    sameOriginOnly,
    express.urlencoded({ extended: false }),
    (request, response) => {
      const { username, password, back } = request.body;
      const target = /^\/(secret\?[^\\]*)?$/.test(back) ? back : '/';
      const known = people.some(({ id }) => id === username);
      if (!known || password !== DEMO_PASSWORD) {
        response.status(400).send(signInPage(target, 'Wrong name or password'));
        return;
      }
      const session = randomBytes(24).toString('base64url');
      sessions.set(session, username);
      response.cookie(COOKIE, session, { httpOnly: true, sameSite: 'lax' });
      response.redirect(303, target);
    },
  );
  return router;
}

function readValues(secret: AwsSecretRecord): Record<string, unknown> {
  const current = currentVersionOf(secret);
  const version = secret.versions.find(({ id }) => id === current);
  if (!version || secret.deletesAt !== undefined) {
    return {};
  }
  try {
    return JSON.parse(version.secretString);
  } catch {
    return { value: version.secretString };
  }
}

function row(secret: AwsSecretRecord): string {
  const { name, versions, deletesAt } = secret;
  const state =
    deletesAt === undefined
      ? `${versions.filter(({ stages }) => stages.length > 0).length} versions`
      : `deleted on ${new Date(deletesAt).toISOString()}`;
  return `<tr><td><a href="/secret?name=${encodeURIComponent(
    name,
  )}">${escapeHtml(name)}</a></td><td>${escapeHtml(state)}</td></tr>`;
}

function details(secret: AwsSecretRecord, person: string): string {
  const values = Object.keys(readValues(secret)).map(
    key =>
      `<tr data-name="${escapeHtml(secret.name)}" data-key="${escapeHtml(
        key,
      )}"><td>${escapeHtml(
        key,
      )}</td><td><code>${HIDDEN}</code></td><td><button class="reveal">Reveal</button> <button class="copy">Copy</button></td></tr>`,
  );
  const versions = secret.versions.map(
    ({ id, stages }) =>
      `<tr><td><code>${escapeHtml(id)}</code></td><td>${escapeHtml(
        stages.join(', ') || 'deprecated',
      )}</td></tr>`,
  );
  const tags = Object.entries(secret.tags).map(
    ([key, value]) =>
      `<tr><td>${escapeHtml(key)}</td><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<p><a href="/">Secrets</a></p><h1>${escapeHtml(secret.name)}</h1>
<p class="soft">Signed in as ${escapeHtml(person)}.${
    secret.deletesAt === undefined
      ? ''
      : ` Deleted on ${new Date(secret.deletesAt).toISOString()}.`
  }</p><div class="card"><table>${values.join('')}</table></div>
<h2>Versions</h2><div class="card"><table>${versions.join('')}</table></div>
<h2>Tags</h2><div class="card"><table>${tags.join('')}</table></div>
<h2>Resource policy</h2><div class="card"><pre>${escapeHtml(
    secret.policy ?? 'None',
  )}</pre></div><script>${REVEAL_SCRIPT}</script>`;
}

function notThere(name: string): string {
  return `<h1>${escapeHtml(
    name,
  )}</h1><div class="card">There is no such secret.</div>`;
}

function signInPage(back: string, problem?: string): string {
  return page(
    'Sign in',
    `<h1>Sign in to the console</h1>${
      problem ? `<p class="failure">${escapeHtml(problem)}</p>` : ''
    }<form class="card" method="post" action="/login"><input type="hidden" name="back" value="${escapeHtml(
      back,
    )}"><p><label>Username<br><input name="username" autocomplete="username" required autofocus></label></p><p><label>Password<br><input name="password" type="password" autocomplete="current-password" required></label></p><button class="primary">Sign in</button><p class="soft">Demo people sign in with their name, for example <code>dana</code>, and the password <code>${DEMO_PASSWORD}</code>.</p></form>`,
  );
}

function page(title: string, body: string): string {
  return renderPage({ title, service: 'AWS Secrets Manager', body });
}
