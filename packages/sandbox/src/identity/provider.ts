import express from 'express';
import { generateKeyPairSync, JsonWebKey, randomBytes } from 'node:crypto';
import { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type Provider from 'oidc-provider';
import type { Configuration } from 'oidc-provider';
import { JsonCollection } from '../common/JsonCollection';
import { inMainRealm, nativeRequire } from '../common/nativeRequire';
import { escapeHtml, renderPage } from '../common/page';
import { FaultSwitch } from '../faults/FaultSwitch';
import { faultMiddleware } from '../faults/middleware';
import { IdentityStore } from './adapter';
import { Organisation } from './people';

/** The OIDC client that Backstage is. */
export const OIDC_CLIENT = {
  clientId: 'backstage',
  clientSecret: 'sandbox-oidc-secret',
};

const DAY = 86_400;
const SCOPES = ['openid', 'profile', 'email', 'offline_access'];

interface SigningKeys {
  jwks: { keys: JsonWebKey[] };
  cookieKey: string;
}

/** The identity provider: an OIDC server whose login page lists the demo people. */
export interface IdentityProvider {
  /** Answers every request of the provider's port. */
  listener: RequestListener;
  /** Ends all sessions. */
  reset(): void;
}

/**
 * Sets the provider up.
 *
 * @param options - `directory` is absolute and holds keys and sessions;
 * `issuer` is the provider's URL; `backstageUrl` the backend's, to which people
 * are sent back
 */
export function createIdentityProvider(options: {
  directory: string;
  issuer: string;
  backstageUrl: string;
  organisation: Organisation;
  faults: FaultSwitch;
}): IdentityProvider {
  const { directory, issuer, organisation, faults } = options;
  const { default: ProviderClass } =
    nativeRequire<typeof import('oidc-provider')>('oidc-provider');
  const store = new IdentityStore(join(directory, 'sessions'));
  const provider = new ProviderClass(
    issuer,
    inMainRealm(
      configuration({ ...options, store, keys: signingKeys(directory) }),
    ),
  );
  const app = express();
  app.disable('x-powered-by');
  app.use(faultMiddleware({ faults, service: 'identity' }));
  app.all('/sign-in/:uid', (request, response) => {
    signIn(provider, organisation, request, response).catch(() => {
      response.status(400).send(
        renderPage({
          title: 'Sign in again',
          service: 'Identity',
          body: '<h1>This sign-in has ended</h1><p>Go back to the portal and sign in again.</p>',
        }),
      );
    });
  });
  app.use(provider.callback());
  return { listener: app, reset: () => store.clear() };
}

function configuration(options: {
  backstageUrl: string;
  organisation: Organisation;
  store: IdentityStore;
  keys: SigningKeys;
}): Configuration {
  const { organisation, keys, store } = options;
  return {
    adapter: store.adapterFor,
    clients: [
      {
        client_id: OIDC_CLIENT.clientId,
        client_secret: OIDC_CLIENT.clientSecret,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [`${options.backstageUrl}/api/auth/oidc/handler/frame`],
        post_logout_redirect_uris: [options.backstageUrl],
      },
    ],
    jwks: keys.jwks as Configuration['jwks'],
    cookies: { keys: [keys.cookieKey] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username'],
    },
    scopes: SCOPES,
    pkce: { required: () => false },
    conformIdTokenClaims: false,
    // Backstage's client does not ask for offline_access
    issueRefreshToken: async (_ctx, client) =>
      client.grantTypeAllowed('refresh_token'),
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      IdToken: 3600,
      RefreshToken: 14 * DAY,
      Session: DAY,
      Grant: 14 * DAY,
      Interaction: 3600,
    },
    findAccount: async (_ctx, id) => {
      const person = organisation.people.find(one => one.id === id);
      return (
        person && {
          accountId: id,
          claims: async () => ({
            sub: id,
            name: person.displayName,
            preferred_username: id,
            email: person.email,
            email_verified: true,
          }),
        }
      );
    },
    // there is no consent page: the one client is ours
    loadExistingGrant: async ctx => {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({
        clientId: client!.clientId,
        accountId: session!.accountId!,
      });
      grant.addOIDCScope(SCOPES.join(' '));
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    renderError: async (ctx, out) => {
      ctx.type = 'html';
      ctx.body = renderPage({
        title: 'Sign-in failed',
        service: 'Identity',
        body: `<h1>Sign-in failed</h1><p>${escapeHtml(
          out.error_description ?? out.error,
        )}</p>`,
      });
    },
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
  };
}

async function signIn(
  provider: Provider,
  organisation: Organisation,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const details = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    const id = (await readForm(request)).get('person') ?? '';
    if (organisation.people.some(person => person.id === id)) {
      await provider.interactionFinished(
        request,
        response,
        { login: { accountId: id, remember: true } },
        { mergeWithLastSubmission: false },
      );
      return;
    }
  }
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(signInPage(organisation, String(details.params.client_id)));
}

function signInPage(organisation: Organisation, client: string): string {
  const groups = organisation.teams.map(team => {
    const buttons = organisation.people
      .filter(person => person.teams.includes(team.name))
      .map(
        person =>
          `<button name="person" value="${escapeHtml(person.id)}">${escapeHtml(
            person.displayName,
          )}</button>`,
      );
    return buttons.length > 0
      ? `<h2>${escapeHtml(team.displayName)}</h2><p>${buttons.join(' ')}</p>`
      : '';
  });
  return renderPage({
    title: 'Choose a demo person',
    service: 'Identity',
    body: `<h1>Choose a demo person</h1><p class="soft">Signing in to ${escapeHtml(
      client,
    )}. There is no password.</p><form method="post">${groups.join('')}</form>`,
  });
}

function signingKeys(directory: string): SigningKeys {
  const collection = JsonCollection.open<SigningKeys>(join(directory, 'keys'));
  const stored = collection.get('keys');
  if (stored) {
    return stored;
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const created: SigningKeys = {
    jwks: {
      keys: [
        {
          ...privateKey.export({ format: 'jwk' }),
          kid: randomBytes(8).toString('hex'),
          use: 'sig',
          alg: 'RS256',
        },
      ],
    },
    cookieKey: randomBytes(24).toString('base64url'),
  };
  collection.set('keys', created);
  return created;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
  }
  return new URLSearchParams(body);
}
