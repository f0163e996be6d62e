/**
 * Signs a demo person in without a browser: follows the redirects that a
 * browser would follow, and presses the button on the identity provider's page.
 */

/** Cookies by host and port, which is stricter than a browser and enough here. */
class CookieJar {
  #jars = new Map();

  #of(url) {
    const { host } = new URL(url);
    if (!this.#jars.has(host)) {
      this.#jars.set(host, new Map());
    }
    return this.#jars.get(host);
  }

  header(url) {
    return [...this.#of(url)]
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
  }

  take(url, response) {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(';');
      const at = pair.indexOf('=');
      this.#of(url).set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}

/**
 * @param {object} options
 * @param {string} options.backend - base URL of the backend
 * @param {string} options.person - id of a demo person, for example `dana`
 * @param {string} [options.environment] - `auth.environment`
 * @returns {Promise<string>} a Backstage user token, good for about an hour
 */
export async function signIn({ backend, person, environment = 'production' }) {
  const jar = new CookieJar();
  const query = new URLSearchParams({
    env: environment,
    scope: 'openid profile email',
    origin: backend,
    flow: 'redirect',
    redirectUrl: `${backend}/`,
  });
  let url = `${backend}/api/auth/oidc/start?${query}`;
  let init = {};
  for (let step = 0; step < 12; step += 1) {
    const response = await fetch(url, {
      ...init,
      headers: { ...init.headers, cookie: jar.header(url) },
      redirect: 'manual',
    });
    const text = await response.text();
    jar.take(url, response);
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location) {
      url = new URL(location, url).href;
      init = {};
      if (url.startsWith(`${backend}/`) && !url.includes('/api/auth/')) {
        break; // back in the portal
      }
    } else if (response.ok && text.includes('name="person"')) {
      init = {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ person }).toString(),
      };
    } else {
      throw new Error(
        `Signing in as ${person}: ${url} answered ${response.status}`,
      );
    }
  }
  const refresh = `${backend}/api/auth/oidc/refresh?optional&env=${environment}`;
  const response = await fetch(refresh, {
    headers: {
      'x-requested-with': 'XMLHttpRequest',
      cookie: jar.header(refresh),
    },
  });
  const body = await response.json();
  const token = body?.backstageIdentity?.token;
  if (!token) {
    throw new Error(
      `Signing in as ${person} gave no session: ${
        body?.error?.message ?? response.status
      }`,
    );
  }
  return token;
}
