import express, { Request, Response, Router } from 'express';
import { sameOriginOnly } from '../common/express';
import { escapeHtml, renderPage } from '../common/page';
import { VaultError } from './errors';
import { TokenRecord } from './model';
import { DEMO_PASSWORD, Vault } from './Vault';

const COOKIE = 'sandbox_vault_token';

const REVEAL_SCRIPT = `
document.querySelectorAll('[data-key]').forEach(row => {
  const shown = row.querySelector('code');
  const load = async () => {
    const query = new URLSearchParams({ path: row.dataset.path, key: row.dataset.key });
    const response = await fetch('/ui/value?' + query);
    if (!response.ok) throw new Error('The vault answered ' + response.status);
    return response.text();
  };
  row.querySelector('.reveal').onclick = async event => {
    const hidden = event.target.textContent === 'Reveal';
    shown.textContent = hidden ? await load() : '••••••••';
    event.target.textContent = hidden ? 'Hide' : 'Reveal';
  };
  row.querySelector('.copy').onclick = async event => {
    await navigator.clipboard.writeText(await load());
    event.target.textContent = 'Copied';
  };
});`;

/**
 * The vault's pages: sign in as a demo person, see a secret.
 *
 * @remarks
 * Values are not in the page; the reveal and copy buttons fetch one at a time.
 */
export function pageRoutes(vault: Vault): Router {
  const router = Router();

  router.get('/', (_request, response) => {
    response.redirect('/ui/vault/secrets');
  });

  router.get('/ui/vault/secrets', (request, response) => {
    const token = sessionOf(vault, request);
    if (!token || vault.sealed) {
      response.send(signInPage(vault, request.originalUrl));
      return;
    }
    const rows = vault.secrets
      .all()
      .filter(({ path }) =>
        vault.root.isAllowed(token, `secret/data/${path}`, 'read'),
      )
      .map(
        ({ path, currentVersion }) =>
          `<tr><td><a href="${detailsPath(path)}">${escapeHtml(
            path,
          )}</a></td><td>version ${currentVersion}</td></tr>`,
      );
    const content = rows.length
      ? `<table>${rows.join('')}</table>`
      : 'No secrets yet.';
    response.send(
      page('Secrets', `<h1>secret/</h1><div class="card">${content}</div>`),
    );
  });

  router.get('/ui/vault/secrets/secret/kv/*/details', (request, response) => {
    showSecret(vault, request, response);
  });
  router.get('/ui/vault/secrets/secret/show/*', (request, response) => {
    showSecret(vault, request, response);
  });

  router.get('/ui/value', (request, response) => {
    const value = readValue(vault, request);
    response.set('Cache-Control', 'no-store').type('text').send(value);
  });

  router.post(
    '/ui/login',
    sameOriginOnly,
    express.urlencoded({ extended: false }),
    (request, response) => {
      const back = String(request.body.back ?? '/ui/vault/secrets');
      const target = /^\/ui\/[^\\]*$/.test(back) ? back : '/ui/vault/secrets';
      try {
        const { token } = vault.loginPerson(
          String(request.body.username),
          request.body.password,
        );
        response.cookie(COOKIE, token, {
          httpOnly: true,
          sameSite: 'lax',
          path: '/ui',
        });
        response.redirect(303, target);
      } catch (error) {
        response
          .status(400)
          .send(signInPage(vault, target, (error as Error).message));
      }
    },
  );

  router.post('/ui/logout', sameOriginOnly, (_request, response) => {
    response.clearCookie(COOKIE, { path: '/ui' });
    response.redirect(303, '/ui/vault/secrets');
  });
  return router;
}

function showSecret(vault: Vault, request: Request, response: Response): void {
  const path = request.params[0];
  const token = sessionOf(vault, request);
  if (!token || vault.sealed) {
    response.send(signInPage(vault, request.originalUrl));
    return;
  }
  const secret = vault.secrets.get(path);
  const latest = secret?.versions.find(
    version => version.version === secret.currentVersion,
  );
  const allowed = vault.root.isAllowed(token, `secret/data/${path}`, 'read');
  if (!allowed || !secret || !latest?.data || latest.deletionTime) {
    response
      .status(404)
      .send(
        page(
          path,
          `<h1>${escapeHtml(
            path,
          )}</h1><div class="card">There is no such secret, it was deleted, or you may not read it.</div>`,
        ),
      );
    return;
  }
  const rows = Object.keys(latest.data).map(
    key =>
      `<tr data-path="${escapeHtml(path)}" data-key="${escapeHtml(
        key,
      )}"><td>${escapeHtml(
        key,
      )}</td><td><code>••••••••</code></td><td><button class="reveal">Reveal</button> <button class="copy">Copy</button></td></tr>`,
  );
  response.send(
    page(
      path,
      `<p><a href="/ui/vault/secrets">secret/</a></p><h1>${escapeHtml(
        path,
      )}</h1><p class="soft">Version ${latest.version}, written ${
        latest.createdTime
      }. Signed in as ${escapeHtml(
        token.displayName,
      )}. <form class="inline" method="post" action="/ui/logout"><button>Sign out</button></form></p>
<div class="card"><table>${rows.join(
        '',
      )}</table></div><script>${REVEAL_SCRIPT}</script>`,
    ),
  );
}

function readValue(vault: Vault, request: Request): string {
  const token = sessionOf(vault, request);
  const path = String(request.query.path);
  if (
    !token ||
    vault.sealed ||
    !vault.root.isAllowed(token, `secret/data/${path}`, 'read')
  ) {
    throw VaultError.denied();
  }
  const secret = vault.secrets.require(path);
  const version = secret.versions.find(
    one => one.version === secret.currentVersion,
  );
  const value = version?.deletionTime
    ? undefined
    : version?.data?.[String(request.query.key)];
  if (value === undefined) {
    throw VaultError.notFound();
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function sessionOf(vault: Vault, request: Request): TokenRecord | undefined {
  const cookie = request.headers.cookie
    ?.split(/; */)
    .find(part => part.startsWith(`${COOKIE}=`));
  try {
    return vault.tokens.require(
      decodeURIComponent(cookie?.slice(COOKIE.length + 1) ?? ''),
    );
  } catch {
    return undefined;
  }
}

function signInPage(vault: Vault, back: string, problem?: string): string {
  if (vault.sealed) {
    return page(
      'Sealed',
      '<h1>The vault is sealed</h1><div class="card">Nothing can be read or written until somebody unseals it, here through <code>PUT /v1/sys/unseal</code> or the control page.</div>',
    );
  }
  return page(
    'Sign in',
    `<h1>Sign in to the vault</h1>${
      problem ? `<p class="failure">${escapeHtml(problem)}</p>` : ''
    }<form class="card" method="post" action="/ui/login"><input type="hidden" name="back" value="${escapeHtml(
      back,
    )}"><p><label>Username<br><input name="username" autocomplete="username" required autofocus></label></p><p><label>Password<br><input name="password" type="password" autocomplete="current-password" required></label></p><button class="primary">Sign in</button><p class="soft">Demo people sign in with their name, for example <code>dana</code>, and the password <code>${DEMO_PASSWORD}</code>.</p></form>`,
  );
}

function detailsPath(path: string): string {
  return `/ui/vault/secrets/secret/kv/${encodeURIComponent(path)}/details`;
}

function page(title: string, body: string): string {
  return renderPage({ title, service: 'Vault', body });
}
