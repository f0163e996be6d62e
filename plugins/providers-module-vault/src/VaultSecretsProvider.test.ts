import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { HttpClient } from '@self-service/plugin-providers-node';
import { delay, http, HttpResponse, JsonBodyType } from 'msw';
import { setupServer } from 'msw/node';
import { VaultSecretsProvider } from './VaultSecretsProvider';

const ADDRESS = 'https://vault.example.com:8200';
const METADATA = `${ADDRESS}/v1/secret/metadata/databases/orders`;
const DATA = `${ADDRESS}/v1/secret/data/databases/orders`;
const LOGIN = `${ADDRESS}/v1/auth/approle/login`;
const RENEWAL = `${ADDRESS}/v1/auth/token/renew-self`;
const CANARY = 'canary-7b1d';

const create = {
  path: 'databases/orders',
  data: { password: CANARY, nested: { list: [`${CANARY}-2`] } },
  runKey: 'run-1',
};

function createProvider(vault: object = {}) {
  const clock = { now: Date.parse('2026-01-02T03:04:05Z') };
  const [provider] = VaultSecretsProvider.fromConfig(
    mockServices.rootConfig({
      data: {
        providers: {
          vault: {
            address: `${ADDRESS}/`,
            auth: { appRole: { roleId: 'portal', secretId: 'secret-id-9' } },
            ...vault,
          },
        },
      },
    }),
    {
      http: HttpClient.create({
        vendor: 'Vault',
        timeoutMilliseconds: 100,
        clock: { now: () => clock.now, sleep: async () => {} },
      }),
    },
  );
  return { provider, clock };
}

const absent = () => HttpResponse.json({ errors: [] }, { status: 404 });
const metadata = (customMetadata: object | null, versions: object = {}) =>
  HttpResponse.json({
    data: {
      current_version: Object.keys(versions).length,
      versions,
      custom_metadata: customMetadata,
    },
  });
const live = {
  created_time: '2026-01-01T00:00:00.123456789Z',
  deletion_time: '',
  destroyed: false,
};

describe('VaultSecretsProvider', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  let requests: {
    method: string;
    url: string;
    headers: Headers;
    body: string;
  }[];
  let logins: number;
  beforeEach(() => {
    requests = [];
    server.events.removeAllListeners();
    server.events.on('request:start', async ({ request }) => {
      const { method, url, headers } = request;
      const body = await request.clone().text();
      requests.push({ method, url, headers, body });
    });
    logins = 0;
    server.use(
      http.post(LOGIN, () => {
        logins += 1;
        return HttpResponse.json({
          auth: {
            client_token: `token-${logins}`,
            lease_duration: 900,
            renewable: true,
          },
        });
      }),
    );
  });
  const respond = (status: number, body: JsonBodyType, headers?: HeadersInit) =>
    http.all(`${ADDRESS}/v1/secret/*`, () =>
      HttpResponse.json(body, { status, headers }),
    );

  describe('create', () => {
    it('marks the path, then writes with check-and-set 0', async () => {
      server.use(
        http.get(METADATA, absent),
        http.post(METADATA, () => new HttpResponse(undefined, { status: 204 })),
        http.post(DATA, () => HttpResponse.json({ data: { version: 1 } })),
      );
      const { provider } = createProvider({ namespace: 'team-a' });
      expect(await provider.create(create)).toEqual({
        path: 'databases/orders',
        version: '1',
        url: `${ADDRESS}/ui/vault/secrets/secret/kv/databases%2Forders/details`,
        writtenBy: 'run-1',
      });
      const [login, ...rest] = requests;
      expect(JSON.parse(login.body)).toEqual({
        role_id: 'portal',
        secret_id: 'secret-id-9',
      });
      expect(rest.map(({ method, url }) => `${method} ${url}`)).toEqual([
        `GET ${METADATA}`,
        `POST ${METADATA}`,
        `POST ${DATA}`,
      ]);
      expect(JSON.parse(rest[1].body)).toEqual({
        custom_metadata: { 'self-service-run': 'run-1' },
      });
      expect(JSON.parse(rest[2].body)).toEqual({
        options: { cas: 0 },
        data: create.data,
      });
      for (const { headers } of rest) {
        expect(headers.get('x-vault-token')).toBe('token-1');
        expect(headers.get('x-vault-namespace')).toBe('team-a');
        expect(headers.get('x-vault-request')).toBe('true');
      }
    });

    it('goes on where an attempt of the same run has stopped', async () => {
      server.use(
        http.get(METADATA, () => metadata({ 'self-service-run': 'run-1' })),
        http.post(DATA, () => HttpResponse.json({ data: { version: 1 } })),
      );
      const { provider } = createProvider();
      expect(await provider.create(create)).toMatchObject({ version: '1' });
    });

    it('returns what the same run has written, and writes nothing', async () => {
      server.use(
        http.get(METADATA, () =>
          metadata({ 'self-service-run': 'run-1' }, { 1: live }),
        ),
      );
      const { provider } = createProvider();
      expect(await provider.create(create)).toMatchObject({ version: '1' });
    });

    it.each([
      ['exists', metadata({ 'self-service-run': 'run-2' }, { 1: live })],
      ['exists', metadata(null, { 1: live })],
      ['is reserved', metadata(null)],
      [
        'it was deleted',
        metadata(null, {
          1: { ...live, deletion_time: '2026-01-01T00:00:00Z' },
        }),
      ],
      ['it was deleted', metadata(null, { 1: { ...live, destroyed: true } })],
      [
        'somebody has deleted it since',
        metadata(
          { 'self-service-run': 'run-1' },
          { 1: { ...live, destroyed: true } },
        ),
      ],
    ])('says that what stands there %s (%#)', async (words, stands) => {
      server.use(http.get(METADATA, () => stands.clone()));
      const { provider } = createProvider();
      await expect(provider.create(create)).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringContaining(words),
      });
    });

    it('says that somebody was quicker', async () => {
      server.use(
        http.get(METADATA, absent),
        http.post(METADATA, () => new HttpResponse(undefined, { status: 204 })),
        http.post(DATA, () =>
          HttpResponse.json(
            {
              errors: [
                'check-and-set parameter did not match the current version',
              ],
            },
            { status: 400 },
          ),
        ),
      );
      const { provider } = createProvider();
      await expect(provider.create(create)).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringContaining('somebody has written it meanwhile'),
      });
    });
  });

  describe('remove, of what no run has marked', () => {
    const made = {
      from: '2025-12-31T23:59:58Z',
      to: '2026-01-01T00:00:02Z',
    };

    /** What comes of it, and whether anything was deleted. */
    async function remove(
      marks: object | null,
      versions: object,
      proof: { made?: typeof made } = { made },
    ) {
      let deleted = false;
      server.use(
        http.get(METADATA, () => metadata(marks, versions)),
        http.delete(METADATA, () => {
          deleted = true;
          return new HttpResponse(undefined, { status: 204 });
        }),
      );
      const outcome = await createProvider()
        .provider.remove('databases/orders', { runKey: 'run-1', ...proof })
        .catch(error => error.name);
      return [outcome, deleted];
    }

    it('deletes the version that was written while the step ran', async () => {
      expect(await remove(null, { 1: live })).toEqual(['removed', true]);
    });

    it.each([
      ['it was written before', null, { 1: '2025-12-31T23:59:52Z' }],
      ['it was written later', null, { 1: '2026-01-01T00:00:08Z' }],
      ['it was written again', null, { 1: made.from, 2: made.from }],
      ['another run wrote it', { 'self-service-run': 'x' }, { 1: made.from }],
    ])('keeps it where %s', async (_, marks, times) => {
      const versions = Object.fromEntries(
        Object.entries(times).map(([version, time]) => [
          version,
          { ...live, created_time: time },
        ]),
      );
      expect(await remove(marks, versions)).toEqual(['ConflictError', false]);
    });

    it('keeps it without a proof', async () => {
      expect(await remove(null, { 1: live }, {})).toEqual([
        'ConflictError',
        false,
      ]);
    });
  });

  describe('errors', () => {
    it.each([
      [400, { errors: ['bad'] }, 'InputError', 'bad (status 400)'],
      [403, { errors: ['permission denied'] }, 'NotAllowedError', 'policy of'],
      [
        404,
        { errors: [], warnings: ['Invalid path for a versioned K/V engine'] },
        'NotFoundError',
        'KV engine of version 2',
      ],
      [
        404,
        { errors: ['no handler for route "secret/metadata/x"'] },
        'NotFoundError',
        'check mount of providers.vault',
      ],
      [404, 'a page of some proxy', 'NotFoundError', 'check mount'],
      [409, { errors: ['busy'] }, 'ConflictError', 'busy'],
      [422, { errors: ['odd'] }, 'InputError', 'odd'],
      [
        429,
        { errors: ['request path "x": rate limit quota exceeded'] },
        'ServiceUnavailableError',
        'Try again after 2026-01-02T03:05:05.000Z',
      ],
      [500, { errors: ['internal'] }, 'ServiceUnavailableError', 'internal'],
      [
        503,
        { errors: ['Vault is sealed'] },
        'ServiceUnavailableError',
        'unseal it',
      ],
      [307, '', 'ServiceUnavailableError', 'active node'],
      [200, { data: {} }, 'ServiceUnavailableError', 'does not describe'],
      [200, 'nonsense', 'ServiceUnavailableError', 'does not describe'],
    ])('maps %s %j', async (status, body, name, words) => {
      server.use(
        respond(status, body, { location: 'https://evil.example.com/' }),
      );
      const { provider } = createProvider();
      await expect(provider.find('databases/orders')).rejects.toMatchObject({
        name,
        message: expect.stringContaining(words),
      });
      expect(requests.map(({ url }) => url).join()).not.toContain('evil');
    });

    it('says that login failed, and how', async () => {
      server.use(
        http.post(LOGIN, () =>
          HttpResponse.json(
            { errors: ['invalid role or secret ID'] },
            { status: 400 },
          ),
        ),
      );
      const { provider } = createProvider();
      await expect(provider.find('a')).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringContaining('invalid role or secret ID'),
      });
    });

    it.each([
      ['a time-out', () => delay('infinite'), 'no answer within'],
      ['a cut connection', () => HttpResponse.error(), 'cut the connection'],
    ] as [string, () => Promise<undefined> | Response, string][])(
      'writes no second time after %s',
      async (_, behaviour, words) => {
        server.use(
          http.get(METADATA, () => metadata({ 'self-service-run': 'run-1' })),
          http.post(DATA, async () => behaviour()),
        );
        const { provider } = createProvider();
        await expect(provider.create(create)).rejects.toMatchObject({
          name: 'ServiceUnavailableError',
          message: expect.stringContaining(words),
        });
        expect(requests.filter(({ url }) => url === DATA)).toHaveLength(1);
      },
    );

    it('asks again when a replica lags behind (412) or a node fails', async () => {
      const answers = [412, 500];
      server.use(
        http.get(METADATA, () => {
          const status = answers.shift();
          return status ? new HttpResponse('', { status }) : absent();
        }),
      );
      const { provider } = createProvider();
      expect(await provider.find('databases/orders')).toBeUndefined();
    });

    it.each([400, 403, 500, 503])(
      'keeps values, tokens and secret ids out of errors (%s)',
      async status => {
        server.use(
          http.get(METADATA, () => metadata({ 'self-service-run': 'run-1' })),
          http.post(DATA, async ({ request }) => {
            const echo = `${await request.text()} token-1 token-2 secret-id-9`;
            return HttpResponse.json({ errors: [echo] }, { status });
          }),
        );
        const { provider } = createProvider();
        const error = await provider.create(create).catch(e => e);
        expect(error.message).toContain('[redacted]');
        const shown = `${error.stack}${JSON.stringify(error)}${error.cause}`;
        expect(shown).not.toContain('canary');
        expect(shown).not.toContain('secret-id-9');
        expect(shown).not.toContain(`token-${logins}`);
      },
    );
  });

  describe('the token', () => {
    const seconds = (count: number) => count * 1000;

    beforeEach(() => {
      server.use(http.get(METADATA, absent));
    });
    const find = (provider: VaultSecretsProvider) =>
      provider.find('databases/orders');
    const usedTokens = () =>
      requests
        .filter(({ url }) => url === METADATA)
        .map(({ headers }) => headers.get('x-vault-token'));

    it('is asked for once by many callers', async () => {
      const { provider } = createProvider();
      await Promise.all([find(provider), find(provider), find(provider)]);
      expect(logins).toBe(1);
    });

    it('is renewed before its end', async () => {
      server.use(
        http.post(RENEWAL, () =>
          HttpResponse.json({
            auth: {
              client_token: 'token-1',
              lease_duration: 900,
              renewable: true,
            },
          }),
        ),
      );
      const { provider, clock } = createProvider();
      await find(provider);
      clock.now += seconds(599);
      await find(provider);
      clock.now += seconds(2);
      await find(provider);
      clock.now += seconds(599);
      await find(provider);
      expect(logins).toBe(1);
      expect(requests.filter(({ url }) => url === RENEWAL)).toHaveLength(1);
      expect(usedTokens()).toEqual(Array(4).fill('token-1'));
    });

    it('is got anew where it can not be renewed, or is over', async () => {
      server.use(
        http.post(RENEWAL, () =>
          HttpResponse.json({ errors: ['permission denied'] }, { status: 403 }),
        ),
      );
      const { provider, clock } = createProvider();
      await find(provider);
      clock.now += seconds(601);
      await find(provider);
      clock.now += seconds(1000);
      await find(provider);
      expect(requests.filter(({ url }) => url === RENEWAL)).toHaveLength(1);
      expect(usedTokens()).toEqual(['token-1', 'token-2', 'token-3']);
    });

    it('is got anew once when it is refused', async () => {
      let refusals = 1;
      server.use(
        http.get(METADATA, () => {
          refusals -= 1;
          return refusals >= 0
            ? HttpResponse.json(
                { errors: ['permission denied'] },
                { status: 403 },
              )
            : absent();
        }),
      );
      const { provider } = createProvider();
      await find(provider);
      expect(usedTokens()).toEqual(['token-1', 'token-2']);
      refusals = Infinity;
      await expect(find(provider)).rejects.toMatchObject({
        name: 'NotAllowedError',
      });
      expect(logins).toBe(3);
    });

    it('is left alone where somebody else keeps it', async () => {
      server.use(respond(403, { errors: ['permission denied'] }));
      const { provider } = createProvider({ auth: { token: 'static-token' } });
      await expect(find(provider)).rejects.toMatchObject({
        name: 'NotAllowedError',
      });
      expect(usedTokens()).toEqual(['static-token']);
      expect(logins).toBe(0);
    });
  });

  it.each([{}, { token: 'a', appRole: { roleId: 'a', secretId: 'b' } }])(
    'needs one way to authenticate, not %j',
    auth => {
      expect(() => createProvider({ auth })).toThrow(
        'needs either appRole or token',
      );
    },
  );
});

describe('providers.vault', () => {
  const auth = { token: 'a' };
  const read = (vault: unknown) =>
    VaultSecretsProvider.fromConfig(
      mockServices.rootConfig({ data: { providers: { vault } as object } }),
    );

  it('may be one, several or none', () => {
    expect(read(undefined)).toEqual([]);
    expect(read({ address: `${ADDRESS}/some/path/`, auth })).toMatchObject([
      { id: 'vault', endpoint: ADDRESS, features: [] },
    ]);
    expect(
      read([
        { address: ADDRESS, auth, access: {}, paths: ['/teams/', 'apps/web'] },
        { name: 'payments', address: ADDRESS, auth, leases: {} },
      ]),
    ).toMatchObject([
      { id: 'vault', features: ['access'] },
      { id: 'vault:payments', features: ['leases'] },
    ]);
  });

  it('is chosen by the paths that it is for', () => {
    const [some, all] = read([
      { address: ADDRESS, auth, paths: ['/teams/', 'apps/web'] },
      { name: 'payments', address: ADDRESS, auth },
    ]);
    const paths = ['teams', 'teams/a', 'apps/web/a', 'apps/website', 'team'];
    expect(paths.filter(path => some.serves(path))).toEqual([
      'teams',
      'teams/a',
      'apps/web/a',
    ]);
    expect(paths.every(path => all.serves(path))).toBe(true);
  });

  it('names each but the first, once', () => {
    expect(() =>
      read([
        { address: ADDRESS, auth },
        { address: ADDRESS, auth },
      ]),
    ).toThrow('name');
    const entry = { name: 'a', address: ADDRESS, auth };
    expect(() => read([entry, entry, entry])).toThrow(
      'two entries for vault:a',
    );
  });
});
