import { FaultSwitch } from '../faults/FaultSwitch';
import { shapeProblems } from '../__testUtils__/answers';
import { startTestService, TestService } from '../__testUtils__/services';
import { readOrganisation } from './people';
import { createIdentityProvider } from './provider';

const BACKSTAGE = 'http://localhost:7007';
const CALLBACK = `${BACKSTAGE}/api/auth/oidc/handler/frame`;
const CLIENT = `Basic ${Buffer.from('backstage:sandbox-oidc-secret').toString(
  'base64',
)}`;

jest.setTimeout(20_000);

/** A browser as far as signing in needs one: cookies, redirects by hand. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async open(url: string, form?: Record<string, string>): Promise<Response> {
    const response = await fetch(url, {
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      headers: {
        cookie: [...this.#cookies].map(pair => pair.join('=')).join('; '),
      },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name, ...value] = cookie.split(';')[0].split('=');
      this.#cookies.set(name, value.join('='));
    }
    return response;
  }

  /** Follows redirects until a page comes or the address leaves the provider. */
  async follow(start: string, form?: Record<string, string>) {
    let url = start;
    let response = await this.open(url, form);
    while (response.headers.get('location')) {
      url = new URL(response.headers.get('location')!, url).toString();
      if (url.startsWith(CALLBACK)) {
        break;
      }
      response = await this.open(url);
    }
    return { url, page: await response.text() };
  }
}

describe('the identity provider', () => {
  let service: TestService;
  const organisation = readOrganisation();
  const start = (directory: string, url: string) =>
    createIdentityProvider({
      directory,
      issuer: url,
      backstageUrl: BACKSTAGE,
      organisation,
      faults: new FaultSwitch(),
    });

  beforeAll(async () => {
    service = await startTestService(
      ({ directory, url }) => start(directory, url).listener,
    );
  });

  afterAll(async () => {
    await service.stop();
  });

  const authorisation = (prompt?: string) =>
    `${service.url}/auth?${new URLSearchParams({
      client_id: 'backstage',
      response_type: 'code',
      scope: 'openid profile email',
      redirect_uri: CALLBACK,
      ...(prompt ? { prompt } : {}),
    })}`;

  const tokens = async (parameters: Record<string, string>) => {
    const response = await fetch(`${service.url}/token`, {
      method: 'POST',
      headers: { authorization: CLIENT },
      body: new URLSearchParams(parameters),
    });
    return { status: response.status, body: await response.json() };
  };

  const signIn = async (browser: Browser, person: string) => {
    const { url } = await browser.follow(authorisation('login'));
    const { url: back } = await browser.follow(url, { person });
    return new URL(back).searchParams.get('code')!;
  };

  it('describes itself', async () => {
    const response = await fetch(
      `${service.url}/.well-known/openid-configuration`,
    );
    const body = await response.json();
    expect(shapeProblems('oidcDiscovery', body)).toEqual([]);
    expect(body.issuer).toBe(service.url);
  });

  it('offers the demo people by team and signs one in', async () => {
    const browser = new Browser();
    const { url, page } = await browser.follow(authorisation('login'));
    expect(page).toContain('Choose a demo person');
    for (const person of organisation.people) {
      expect(page).toContain(`value="${person.id}"`);
    }
    const unknown = await browser.follow(url, { person: 'mallory' });
    expect(unknown.page).toContain('Choose a demo person');
    const { url: back } = await browser.follow(url, { person: 'dana' });
    const code = new URL(back).searchParams.get('code')!;
    const { body } = await tokens({
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
    });
    expect(shapeProblems('oidcTokens', body)).toEqual([]);
    const claims = JSON.parse(
      Buffer.from(body.id_token.split('.')[1], 'base64url').toString(),
    );
    expect(claims).toMatchObject({
      iss: service.url,
      aud: 'backstage',
      sub: 'dana',
      email: 'dana@example.com',
      email_verified: true,
    });
    const userinfo = await fetch(`${service.url}/me`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    expect(await userinfo.json()).toMatchObject({
      email: 'dana@example.com',
      name: 'Dana (developer, Payments)',
    });
  });

  it('keeps keys and refresh tokens over a restart', async () => {
    const code = await signIn(new Browser(), 'leo');
    const { body } = await tokens({
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
    });
    const keys = await (await fetch(`${service.url}/jwks`)).json();
    const second = await startTestService(
      ({ url }) => start(service.directory, url).listener,
    );
    try {
      const reopened = await (await fetch(`${second.url}/jwks`)).json();
      expect(reopened).toEqual(keys);
      const response = await fetch(`${second.url}/token`, {
        method: 'POST',
        headers: { authorization: CLIENT },
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: body.refresh_token,
        }),
      });
      expect(shapeProblems('oidcTokens', await response.json())).toEqual([]);
    } finally {
      await second.stop();
    }
  });

  it('refuses a wrong secret and a foreign redirect', async () => {
    const wrong = await fetch(`${service.url}/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from('backstage:x').toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'refresh_token' }),
    });
    expect(wrong.status).toBe(401);
    const foreign = await fetch(
      authorisation().replace(
        encodeURIComponent(CALLBACK),
        encodeURIComponent('http://elsewhere.example'),
      ),
      { redirect: 'manual' },
    );
    expect(foreign.status).toBe(400);
  });
});

describe('the organisation', () => {
  it('has the people and teams that policy and documentation name', () => {
    const { people, teams } = readOrganisation();
    expect(people.map(({ id }) => id)).toEqual([
      'dana',
      'leo',
      'sam',
      'lena',
      'erin',
      'finn',
      'sara',
      'chloe',
      'petra',
    ]);
    const names = teams.map(({ name }) => name);
    for (const person of people) {
      expect(person.email).toBe(`${person.id}@example.com`);
      expect(names).toEqual(expect.arrayContaining(person.teams));
    }
  });
});
