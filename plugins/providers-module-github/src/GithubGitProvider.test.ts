import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { HttpClient, problemOf } from '@self-service/plugin-providers-node';
import { delay, http, HttpResponse } from 'msw';
import { generateKeyPairSync } from 'node:crypto';
import { setupServer } from 'msw/node';
import { GithubGitProvider } from './GithubGitProvider';

const TOKEN = 'ghs_canary-token';
const NOW = Date.parse('2026-01-02T03:04:05Z');
const API = 'https://api.github.com/repos/myorg/infrastructure';
const PULL_REQUEST = 'https://github.com/myorg/infrastructure/pull/7';

const answer = {
  number: 7,
  html_url: PULL_REQUEST,
  title: 'Add orders',
  body: null,
  state: 'open',
  merged_at: null,
  merge_commit_sha: 'a-test-merge',
  head: { ref: 'db-orders', sha: 'abc' },
  base: { ref: 'main' },
};

function createProvider(
  github: object[] = [{ host: 'github.com', token: TOKEN }],
) {
  const logger = mockServices.logger.mock();
  const waits: number[] = [];
  const provider = GithubGitProvider.fromConfig(
    mockServices.rootConfig({ data: { integrations: { github } } }),
    {
      logger,
      http: HttpClient.create({
        vendor: 'GitHub',
        timeoutMilliseconds: 100,
        clock: {
          now: () => NOW,
          sleep: async milliseconds => {
            waits.push(milliseconds);
          },
        },
      }),
    },
  );
  return { provider, logger, waits };
}

describe('GithubGitProvider', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  function answerWith(
    status: number,
    body: object | string = { message: `Words of ${status}` },
    headers: Record<string, string> = {},
  ) {
    server.use(
      http.all(`${API}/*`, () => {
        const init = {
          status,
          headers: { 'x-github-request-id': 'ABCD:1', ...headers },
        };
        return typeof body === 'string'
          ? HttpResponse.html(body, init)
          : HttpResponse.json(body, init);
      }),
    );
  }

  it.each([
    [401, 'AuthenticationError', 'check its credentials'],
    [403, 'NotAllowedError', 'give the portal'],
    [404, 'NotFoundError', 'Check the name'],
    [409, 'ConflictError', ''],
    [422, 'InputError', ''],
    [500, 'ServiceUnavailableError', 'Try again in a few minutes'],
    [502, 'ServiceUnavailableError', 'Try again in a few minutes'],
    [503, 'ServiceUnavailableError', 'Try again in a few minutes'],
  ])('maps %s to %s', async (status, name, remedy) => {
    answerWith(status);
    const { provider } = createProvider();
    const error = await provider.getPullRequest(PULL_REQUEST).catch(e => e);
    expect(error.name).toBe(name);
    expect(error.message).toContain(
      `read pull request ${PULL_REQUEST}: Words of ${status} (status ${status}, request ABCD:1).`,
    );
    expect(error.message).toContain(remedy);
  });

  it.each([
    [429, { 'retry-after': '30' }, '2026-01-02T03:04:35.000Z'],
    [
      403,
      {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(NOW / 1000 + 600),
      },
      '2026-01-02T03:14:05.000Z',
    ],
    [429, {}, '2026-01-02T03:05:05.000Z'],
  ] as [number, Record<string, string>, string][])(
    'says when a long limit ends (%s %j)',
    async (status, headers, time) => {
      answerWith(status, { message: 'API rate limit exceeded' }, headers);
      const { provider, waits } = createProvider();
      await expect(
        provider.addComment(PULL_REQUEST, 'x'),
      ).rejects.toMatchObject({
        name: 'ServiceUnavailableError',
        message: expect.stringContaining(`Try again after ${time}.`),
      });
      expect(waits).toEqual([]);
    },
  );

  it('knows a secondary limit that comes without headers', async () => {
    answerWith(403, {
      message: 'You have exceeded a secondary rate limit. Please wait.',
    });
    const { provider } = createProvider();
    await expect(provider.addComment(PULL_REQUEST, 'x')).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining('2026-01-02T03:05:05.000Z'),
    });
  });

  it('waits out a short limit, and comments once', async () => {
    let requests = 0;
    server.use(
      http.post(`${API}/issues/7/comments`, () => {
        requests += 1;
        return requests === 1
          ? new HttpResponse(undefined, {
              status: 429,
              headers: { 'retry-after': '3' },
            })
          : HttpResponse.json(
              {
                html_url: `${PULL_REQUEST}#issuecomment-1`,
                body: 'x',
                created_at: '2026-01-02T03:04:05Z',
                user: null,
              },
              { status: 201 },
            );
      }),
    );
    const { provider, waits } = createProvider();
    expect(await provider.addComment(PULL_REQUEST, 'x')).toEqual({
      url: `${PULL_REQUEST}#issuecomment-1`,
      author: 'ghost',
      body: 'x',
      createdAt: '2026-01-02T03:04:05Z',
    });
    expect(waits).toEqual([3000]);
  });

  it.each([
    ['a time-out', () => delay('infinite'), 'no answer within'],
    ['a cut connection', () => HttpResponse.error(), 'cut the connection'],
  ] as [string, () => Promise<undefined> | Response, string][])(
    'says what is known after %s, and comments no second time',
    async (_, behaviour, words) => {
      let requests = 0;
      server.use(
        http.post(`${API}/issues/7/comments`, async () => {
          requests += 1;
          return behaviour();
        }),
      );
      const { provider } = createProvider();
      await expect(
        provider.addComment(PULL_REQUEST, 'x'),
      ).rejects.toMatchObject({
        name: 'ServiceUnavailableError',
        message: expect.stringContaining(words),
      });
      expect(requests).toBe(1);
    },
  );

  it('says what to do about an empty repository', async () => {
    answerWith(409, { message: 'Git Repository is empty.' });
    const { provider } = createProvider();
    await expect(provider.getPullRequest(PULL_REQUEST)).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining('Push a first commit'),
    });
  });

  it('stops when the caller gives up during a call', async () => {
    const controller = new AbortController();
    server.use(
      http.get(`${API}/pulls/7`, async () => {
        controller.abort(new Error('given up'));
        await delay('infinite');
      }),
    );
    const { provider } = createProvider();
    await expect(
      provider.getPullRequest(PULL_REQUEST, { signal: controller.signal }),
    ).rejects.toThrow('given up');
  });

  it('keeps its token to itself', async () => {
    let sent: string | null = null;
    server.use(
      http.get(`${API}/pulls/7`, ({ request }) => {
        sent = request.headers.get('authorization');
        return HttpResponse.json(
          { message: `Bad token ${TOKEN}`, errors: [{ message: TOKEN }] },
          { status: 401 },
        );
      }),
    );
    const { provider, logger } = createProvider();
    const error = await provider.getPullRequest(PULL_REQUEST).catch(e => e);
    expect(sent).toBe(`token ${TOKEN}`);
    expect(error.message).toContain('[redacted]');
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(TOKEN);
    expect(error.cause).toBeUndefined();
    expect(JSON.stringify(logger.debug.mock.calls)).not.toContain(TOKEN);
  });

  it('says that there are no credentials', async () => {
    const { provider } = createProvider([{ host: 'github.com' }]);
    await expect(provider.getPullRequest(PULL_REQUEST)).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: expect.stringContaining('integrations.github'),
    });
  });

  it('keeps the test merge of an open pull request to itself', async () => {
    answerWith(200, answer);
    const { provider } = createProvider();
    expect(await provider.getPullRequest(`${PULL_REQUEST}/files`)).toEqual({
      repository: {
        host: 'github.com',
        owner: 'myorg',
        name: 'infrastructure',
      },
      number: 7,
      url: PULL_REQUEST,
      title: 'Add orders',
      state: 'open',
      head: { branch: 'db-orders', commit: 'abc' },
      base: 'main',
      mergeCommit: undefined,
      openedBy: undefined,
    });
  });

  it.each(['two\nlines', 'a --> b', '', 'a b'])(
    'takes no run key that would break out of its mark: %j',
    async runKey => {
      const { provider } = createProvider();
      await expect(
        provider.createPullRequest({
          repository: { host: 'github.com', owner: 'o', name: 'r' },
          branch: 'b',
          title: 't',
          body: '',
          commitMessage: 'm',
          files: [{ path: 'a', content: Buffer.from('') }],
          runKey,
        }),
      ).rejects.toMatchObject({ name: 'InputError' });
    },
  );

  describe('parsePullRequestUrl', () => {
    const providers = GithubGitProvider.listFromConfig(
      mockServices.rootConfig({
        data: {
          integrations: {
            github: [
              {
                host: 'github.com',
                apiBaseUrl: 'http://localhost:7101/api/v3',
                token: TOKEN,
              },
              {
                host: 'ghe.example.com',
                token: TOKEN,
                apiBaseUrl: 'https://ghe.example.com/api/v3',
              },
            ],
          },
        },
      }),
      { logger: mockServices.logger.mock() },
    );

    it('has a provider for each host', () => {
      expect(providers.map(({ id, endpoint }) => [id, endpoint])).toEqual([
        ['github', 'http://localhost:7101'],
        ['github:ghe.example.com', 'https://ghe.example.com'],
      ]);
      expect(providers.map(it => it.serves('ghe.example.com'))).toEqual([
        false,
        true,
      ]);
    });

    it.each([
      ['https://github.com/myorg/infrastructure/pull/7', 'github.com'],
      [
        'https://github.com/myorg/infrastructure/pull/7/files?w=1#x',
        'github.com',
      ],
      ['http://localhost:7101/myorg/infrastructure/pull/7', 'github.com'],
      [
        'https://ghe.example.com/myorg/infrastructure/pull/7',
        'ghe.example.com',
      ],
    ])('takes %s', (url, host) => {
      for (const provider of providers) {
        expect(provider.parsePullRequestUrl(url)).toEqual(
          provider.serves(host)
            ? {
                repository: { host, owner: 'myorg', name: 'infrastructure' },
                number: 7,
              }
            : undefined,
        );
      }
    });

    it.each([
      'http://github.com/myorg/infrastructure/pull/7',
      'https://github.com.example.com/myorg/infrastructure/pull/7',
      'https://github.com@example.com/myorg/infrastructure/pull/7',
      'http://localhost:7102/myorg/infrastructure/pull/7',
      'https://github.com/myorg/infrastructure/pull/7abc',
      'https://github.com/myorg/infrastructure/pull/0',
      'https://github.com/myorg/infrastructure/issues/7',
      'https://github.com/myorg/infra%2Fstructure/pull/7',
    ])('does not take %s', url => {
      for (const provider of providers) {
        expect(provider.parsePullRequestUrl(url)).toBeUndefined();
      }
    });
  });

  describe('checkHealth', () => {
    const limits = {
      rate: { limit: 5000, remaining: 4000, reset: NOW / 1000 + 60 },
    };
    const answerTo = (path: string, body: object, headers = {}) =>
      server.use(
        http.get(`https://api.github.com${path}`, () =>
          HttpResponse.json(body, { headers }),
        ),
      );

    it('names the account, and what is left of its limit', async () => {
      answerTo('/rate_limit', limits, { 'x-oauth-scopes': 'gist, repo' });
      answerTo('/user', { login: 'portal' });
      expect(await createProvider().provider.checkHealth()).toEqual({
        status: 'ok',
        description: 'Signed in as portal.',
        rateLimit: {
          limit: 5000,
          remaining: 4000,
          resetsAt: '2026-01-02T03:05:05.000Z',
        },
      });
    });

    it('names a scope that is missing', async () => {
      answerTo('/rate_limit', limits, { 'x-oauth-scopes': 'gist' });
      answerTo('/user', { login: 'portal' });
      expect(await createProvider().provider.checkHealth()).toMatchObject({
        status: 'failing',
        problem: { what: "GitHub's token lacks the scope repo." },
      });
    });

    it('can do without the account', async () => {
      answerTo('/rate_limit', limits);
      server.use(
        http.get('https://api.github.com/user', () =>
          HttpResponse.json({ message: 'Not accessible' }, { status: 403 }),
        ),
      );
      expect(await createProvider().provider.checkHealth()).toMatchObject({
        status: 'ok',
        rateLimit: { remaining: 4000 },
      });
    });

    const rights = {
      contents: 'write',
      pull_requests: 'write',
      statuses: 'write',
    };
    it.each([
      [[], 'failing', 'installed in no organisation'],
      [[rights], 'ok', 'installed in myorg-0'],
      [
        [rights, { ...rights, contents: 'read' }],
        'failing',
        'lacks contents: write in myorg-1',
      ],
    ])(
      'asks an app where it is installed (%#)',
      async (found, status, words) => {
        const { privateKey } = generateKeyPairSync('rsa', {
          modulusLength: 2048,
          privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
          publicKeyEncoding: { type: 'spki', format: 'pem' },
        });
        answerTo(
          '/app/installations',
          found.map((permissions, index) => ({
            account: { login: `myorg-${index}` },
            permissions,
          })),
        );
        const app = {
          appId: 1,
          privateKey,
          clientId: 'id',
          clientSecret: 'secret',
          webhookSecret: 'secret',
        };
        const { provider } = createProvider([
          { host: 'github.com', apps: [app] },
        ]);
        expect(await provider.checkHealth()).toMatchObject({
          status,
          description: expect.stringContaining(words),
        });
      },
    );
  });

  describe('what undoes and retries', () => {
    const REPOSITORY = { host: 'github.com', owner: 'myorg', name: 'orders' };
    const found = {
      html_url: 'https://github.com/myorg/orders',
      clone_url: 'https://github.com/myorg/orders.git',
      default_branch: 'main',
      archived: false,
      description: 'Orders (self-service-run: task-1/create/0a1b)',
      visibility: 'private',
      open_issues_count: 0,
    };
    const orders = 'https://api.github.com/repos/myorg/orders';
    const runKey = 'task-1/create/0a1b';
    const create = {
      repository: REPOSITORY,
      visibility: 'private' as const,
      runKey,
    };

    it.each([
      ['Base branch was modified. Review and try the merge again.', true],
      ['At least 1 approving review is required by reviewers.', false],
    ])(
      'says whether a refused merge can pass: %s',
      async (message, canPass) => {
        server.use(
          http.get(`${API}/pulls/7`, () => HttpResponse.json(answer)),
          http.get(API, () => HttpResponse.json(found)),
          http.put(`${API}/pulls/7/merge`, () =>
            HttpResponse.json({ message }, { status: 405 }),
          ),
        );
        const error = await createProvider()
          .provider.mergePullRequest(PULL_REQUEST, { head: 'abc' })
          .catch(e => e);
        expect(error).toMatchObject({
          name: 'ConflictError',
          message: expect.stringContaining(`${message} Look at its checks`),
        });
        expect(problemOf(error)).toMatchObject({ canPass, status: 405 });
      },
    );

    it.each([
      [{}, 'merge'],
      [{ allow_merge_commit: false, allow_squash_merge: true }, 'squash'],
      [{ allow_merge_commit: false, allow_squash_merge: false }, 'rebase'],
    ])('merges as the repository allows (%j)', async (settings, method) => {
      let body: unknown;
      server.use(
        http.get(`${API}/pulls/7`, () => HttpResponse.json(answer)),
        http.get(API, () => HttpResponse.json({ ...found, ...settings })),
        http.put(`${API}/pulls/7/merge`, async ({ request }) => {
          body = await request.json();
          return HttpResponse.json({ merged: true, sha: 'x', message: 'ok' });
        }),
      );
      await createProvider().provider.mergePullRequest(PULL_REQUEST, {
        head: 'abc',
      });
      expect(body).toEqual({ sha: 'abc', merge_method: method });
    });

    it('waits until GitHub has filled a repository, and no longer', async () => {
      let looks = 0;
      server.use(
        http.get(orders, () => HttpResponse.json(found)),
        http.get(`${orders}/git/ref/heads%2Fmain`, () => {
          looks += 1;
          const [status, message] =
            looks === 1
              ? [404, 'Not Found']
              : [409, 'Git Repository is empty.'];
          return looks < 4
            ? HttpResponse.json({ message }, { status })
            : HttpResponse.json({ object: { sha: 'abc' } });
        }),
      );
      const { provider, waits } = createProvider();
      await provider.createRepository(create);
      expect(waits).toEqual([500, 1000, 2000]);
    });

    it('leaves GitHub the time to copy a template before it looks', async () => {
      const asked: string[] = [];
      server.use(
        http.all('https://api.github.com/*', ({ request }) => {
          const { pathname } = new URL(request.url);
          asked.push(`${request.method} ${pathname}`);
          if (asked.length === 1) {
            return HttpResponse.json({ message: 'Not Found' }, { status: 404 });
          }
          return HttpResponse.json(
            request.method === 'POST' ? found : { object: { sha: 'abc' } },
          );
        }),
      );
      const { provider, waits } = createProvider();
      const template = { ...REPOSITORY, name: 'template' };
      await provider.createRepository({ ...create, template });
      expect(waits).toEqual([500]);
      expect(asked).toEqual([
        'GET /repos/myorg/orders',
        'POST /repos/myorg/template/generate',
        'GET /repos/myorg/orders/git/ref/heads%2Fmain',
      ]);
    });

    it('makes a repository internal, which GitHub does not at once', async () => {
      let body: unknown;
      server.use(
        http.get(orders, () => HttpResponse.json(found)),
        http.patch(orders, async ({ request }) => {
          body = await request.json();
          return HttpResponse.json({ ...found, visibility: 'internal' });
        }),
        http.get(`${orders}/git/ref/heads%2Fmain`, () =>
          HttpResponse.json({ object: { sha: 'abc' } }),
        ),
      );
      const { provider } = createProvider();
      await provider.createRepository({ ...create, visibility: 'internal' });
      expect(body).toEqual({ visibility: 'internal' });
    });

    it("marks a new repository as the run's, however long its description", async () => {
      let body: { description?: string } = {};
      server.use(
        http.get(orders, () =>
          HttpResponse.json({ message: 'Not Found' }, { status: 404 }),
        ),
        http.post('https://api.github.com/orgs/myorg/repos', async info => {
          body = (await info.request.json()) as typeof body;
          return HttpResponse.json(found, { status: 201 });
        }),
        http.get(`${orders}/git/ref/heads%2Fmain`, () =>
          HttpResponse.json({ object: { sha: 'abc' } }),
        ),
      );
      await createProvider().provider.createRepository({
        ...create,
        description: 'long '.repeat(200),
      });
      expect(body).toEqual({
        name: 'orders',
        private: true,
        auto_init: true,
        description: expect.stringMatching(
          /^long .*\(self-service-run: task-1\/create\/0a1b\)$/,
        ),
      });
      expect(body.description!.length).toBeLessThanOrEqual(350);
    });

    describe('a repository that no run has marked', () => {
      const made = { from: '2026-01-05T12:00:00Z', to: '2026-01-05T12:00:20Z' };
      const within = '2026-01-05T12:00:03Z';
      const later = '2026-01-05T12:00:26Z';

      /** Removes it; returns what came of it, and what was sent. */
      async function remove(
        repository: object,
        proof: object | undefined = { made },
      ) {
        const sent: string[] = [];
        server.use(
          http.all(orders, ({ request }) => {
            const { method } = request;
            if (method !== 'GET') {
              sent.push(method);
            }
            return method === 'DELETE'
              ? new HttpResponse(undefined, { status: 204 })
              : HttpResponse.json({
                  ...found,
                  description: 'Orders',
                  created_at: within,
                  pushed_at: within,
                  ...repository,
                });
          }),
          http.get(`${orders}/branches`, () =>
            HttpResponse.json([{ name: 'main' }]),
          ),
        );
        const outcome = await createProvider()
          .provider.removeRepository(REPOSITORY, { runKey, ...proof })
          .catch(error => error.name);
        return [outcome, ...sent];
      }

      it('is deleted where it was created while the step ran', async () => {
        expect(await remove({})).toEqual(['deleted', 'DELETE']);
      });

      it.each([
        ['was there before', { created_at: '2026-01-05T11:59:54Z' }],
        ['was created later', { created_at: later, pushed_at: later }],
        [
          'is of another run',
          { description: '(self-service-run: task-2/a/b)' },
        ],
        ['has no time', { created_at: undefined }],
      ])('stays where it %s', async (_, repository) => {
        expect(await remove(repository)).toEqual(['ConflictError']);
      });

      it('stays without a proof', async () => {
        expect(await remove({}, {})).toEqual(['ConflictError']);
      });

      it.each([
        ['somebody has pushed to it since', { pushed_at: later }],
        ['has an issue', { open_issues_count: 1 }],
      ])('is archived where %s', async (_, repository) => {
        expect(await remove(repository)).toEqual(['archived', 'PATCH']);
      });
    });

    const node = (number: number) => ({
      number,
      url: `https://github.com/myorg/infrastructure/pull/${number}`,
      title: 'Add orders',
      body: '',
      state: 'OPEN',
      headRefName: 'db',
      headRefOid: 'abc',
      baseRefName: 'main',
      mergeCommit: null,
      commits: { nodes: [{ commit: { oid: 'abc', status: null } }] },
    });
    const urls = (count: number) =>
      [...Array(count).keys()].map(index => node(index + 1).url);

    it('reads 120 pull requests by three queries', async () => {
      const sizes: number[] = [];
      server.use(
        http.post('https://api.github.com/graphql', async ({ request }) => {
          const { variables } = (await request.json()) as {
            variables: Record<string, number>;
          };
          const count = Object.keys(variables).length / 3;
          sizes.push(count);
          return HttpResponse.json({
            data: Object.fromEntries(
              [...Array(count).keys()].map(index => [
                `p${index}`,
                { pullRequest: node(variables[`n${index}`]) },
              ]),
            ),
          });
        }),
      );
      const states = await createProvider().provider.listPullRequestStates(
        urls(120),
      );
      expect(states.size).toBe(120);
      expect(sizes).toEqual([50, 50, 20]);
    });

    it.each([
      [
        'a used-up limit',
        () =>
          HttpResponse.json(
            { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit' }] },
            {
              headers: {
                'x-ratelimit-remaining': '0',
                'retry-after': '600',
              },
            },
          ),
        '2026-01-02T03:14:05.000Z',
      ],
      ['a page', () => HttpResponse.html('<html>Unicorn</html>'), undefined],
      ['an error', () => new HttpResponse('', { status: 502 }), undefined],
      [
        'errors alone',
        () => HttpResponse.json({ errors: [{ message: 'Timed out' }] }),
        undefined,
      ],
    ] as [string, () => Response, string | undefined][])(
      'tells %s of every pull request, and asks no further',
      async (_, respond, retryAt) => {
        let requests = 0;
        server.use(
          http.post('https://api.github.com/graphql', () => {
            requests += 1;
            return respond();
          }),
        );
        const errors = new Map<string, unknown>();
        const states = await createProvider().provider.listPullRequestStates(
          urls(60),
          { onError: (url, error) => errors.set(url, error) },
        );
        expect([states.size, errors.size]).toEqual([0, 60]);
        for (const error of errors.values()) {
          expect(error).toMatchObject({ name: 'ServiceUnavailableError' });
          expect(problemOf(error)).toMatchObject({
            whose: 'vendor',
            canPass: true,
          });
        }
        expect(problemOf([...errors.values()][0])?.retryAt).toBe(retryAt);
        expect(requests).toBeLessThanOrEqual(3);
      },
    );

    it.each([
      [401, 'platform', false],
      [403, 'platform', false],
      [404, 'yours', false],
      [409, 'yours', false],
      [422, 'yours', false],
      [429, 'vendor', true],
      [500, 'vendor', true],
    ] as const)(
      "says of %s whose problem it is, with the request's id",
      async (status, whose, canPass) => {
        answerWith(status);
        const error = await createProvider()
          .provider.closePullRequest(PULL_REQUEST)
          .catch(e => e);
        expect(problemOf(error)).toMatchObject({
          whose,
          canPass,
          status,
          vendor: 'GitHub',
          requestId: 'ABCD:1',
          raw: `Words of ${status}`,
        });
      },
    );

    it.each([
      ['no answer', () => delay('infinite') as never],
      ['a cut connection', () => HttpResponse.error()],
      ['a page', () => HttpResponse.html('<html>Unicorn</html>')],
    ] as [string, () => Response | Promise<Response>][])(
      "says of %s that it is the vendor's and can pass",
      async (_, respond) => {
        server.use(http.all(`${API}/*`, respond));
        const error = await createProvider()
          .provider.getPullRequest(PULL_REQUEST)
          .catch(e => e);
        expect(problemOf(error)).toMatchObject({
          whose: 'vendor',
          canPass: true,
          vendor: 'GitHub',
        });
      },
    );
  });
});
