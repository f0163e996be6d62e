import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import {
  CommitStatus,
  GitProvider,
  HttpClient,
  InfrastructureRun,
  PullRequest,
} from '@self-service/plugin-providers-node';
import { delay, http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { AtlantisProvider } from './AtlantisProvider';

const URL = 'https://github.com/myorg/infrastructure/pull/7';
const HEAD = 'a'.repeat(40);
const STATES = 'https://state.example.com/myorg/infrastructure';
const CANARY = 'canary-1f4e';
const repository = {
  host: 'github.com',
  owner: 'myorg',
  name: 'infrastructure',
};

const notUsed = async () => {
  throw new Error('not used');
};
const unused = {
  createPullRequest: notUsed,
  findPullRequest: notUsed,
  findPullRequestOfCommit: notUsed,
  commitFiles: notUsed,
  findCommit: notUsed,
  closePullRequest: notUsed,
  removeBranch: notUsed,
  findBranch: notUsed,
  listFiles: notUsed,
  revertPullRequest: notUsed,
  mergePullRequest: notUsed,
  createRepository: notUsed,
  findRepository: notUsed,
  removeRepository: notUsed,
  checkHealth: notUsed,
};

/** A git host with one pull request. */
function createGit(
  options: { state?: PullRequest['state']; statuses?: CommitStatus[] } = {},
) {
  const comments: {
    url: string;
    author: string;
    body: string;
    createdAt: string;
  }[] = [];
  const pullRequest: PullRequest = {
    repository,
    number: 7,
    url: URL,
    title: 'Add orders',
    state: options.state ?? 'open',
    head: { branch: 'db-orders', commit: HEAD },
    base: 'main',
  };
  const statuses = options.statuses ?? [];
  const git = {
    id: 'fake',
    capability: 'git' as const,
    vendor: 'Fake',
    endpoint: 'https://github.com',
    features: [],
    serves: (host: string) => host === 'github.com',
    parsePullRequestUrl: (url: string) =>
      url === URL ? { repository, number: 7 } : undefined,
    getPullRequest: async () => pullRequest,
    ...unused,
    listPullRequestStates: async () =>
      new Map([[URL, { pullRequest, statuses: [...statuses].reverse() }]]),
    // As they came, which their times do not say.
    listCommitStatuses: async () => statuses,
    listComments: async () => comments,
    addComment: async (url: string, body: string) => {
      const comment = {
        url,
        author: 'self-service-bot',
        body,
        createdAt: '2026-01-02T03:05:00Z',
      };
      comments.push(comment);
      return comment;
    },
  } satisfies GitProvider;
  return { git, comments };
}

function status(
  phase: string,
  state: CommitStatus['state'],
  description?: string,
): CommitStatus {
  const updatedAt = '2026-01-02T03:04:05Z';
  return { context: `atlantis/${phase}`, state, description, updatedAt };
}

const state = {
  url: 'https://state.example.com/{owner}/{repository}/{project}',
  username: 'portal',
  password: 'state-password-5',
};

const SERVERS: object[] = [{ gitHost: 'github.com', state }];

function createTimedProvider(git: GitProvider, servers = SERVERS) {
  const clock = { now: Date.parse('2026-01-02T03:04:05Z') };
  const provider = AtlantisProvider.fromConfig(
    mockServices.rootConfig({ data: { providers: { atlantis: servers } } }),
    {
      gitProviders: [git],
      http: HttpClient.create({
        vendor: 'The Terraform state server',
        timeoutMilliseconds: 100,
        clock: { now: () => clock.now, sleep: async () => {} },
      }),
    },
  );
  return { provider, clock };
}

function createProvider(git: GitProvider, servers?: object[]) {
  return createTimedProvider(git, servers).provider;
}

describe('AtlantisProvider', () => {
  describe('startApply', () => {
    const planned = [status('plan', 'success')];

    it('comments once', async () => {
      const { git, comments } = createGit({ statuses: planned });
      const provider = createProvider(git);
      await provider.startApply(URL, { head: HEAD });
      await provider.startApply(URL, { head: HEAD });
      expect(comments.map(({ body }) => body)).toEqual(['atlantis apply']);
    });

    it('counts the comment of somebody else, not that for an older plan', async () => {
      const { git, comments } = createGit({ statuses: planned });
      const comment = { url: URL, author: 'leo', body: 'atlantis apply\n' };
      comments.push({ ...comment, createdAt: '2026-01-02T03:04:04Z' });
      comments.push({
        ...comment,
        body: 'Shall I say atlantis apply?',
        createdAt: '2026-01-02T03:04:06Z',
      });
      await createProvider(git).startApply(URL, { head: HEAD });
      expect(comments).toHaveLength(3);
      comments.splice(0, 3, { ...comment, createdAt: '2026-01-02T03:04:05Z' });
      await createProvider(git).startApply(URL, { head: HEAD });
      expect(comments).toHaveLength(1);
    });

    it.each(['pending', 'success'] as const)(
      'does nothing where an apply is there (%s)',
      async applyState => {
        const { git, comments } = createGit({
          statuses: [status('apply', applyState), ...planned],
        });
        await createProvider(git).startApply(URL, { head: HEAD });
        expect(comments).toEqual([]);
      },
    );

    it.each(['failure', 'error'] as const)(
      'has it planned anew after a failed apply, once (%s)',
      async applyState => {
        const { git, comments } = createGit({
          statuses: [status('apply', applyState, 'Disk full'), ...planned],
        });
        const provider = createProvider(git);
        expect(await provider.getRun(URL)).toMatchObject({
          status: 'failed',
          failedPhase: 'apply',
        });
        await provider.startApply(URL, { head: HEAD });
        await provider.startApply(URL, { head: HEAD });
        expect(comments.map(({ body }) => body)).toEqual(['atlantis plan']);
        expect(await provider.getRun(URL)).toMatchObject({
          status: 'planning',
          failedPhase: undefined,
        });
      },
    );

    it('has it planned anew after a failed plan, once', async () => {
      const { git, comments } = createGit({
        statuses: [status('plan', 'failure', 'Bad name')],
      });
      const provider = createProvider(git);
      // It asked for the plan that failed within the second.
      comments.push({
        url: URL,
        author: 'bot',
        createdAt: '2026-01-02T03:04:05Z',
        body: 'atlantis plan',
      });
      expect(await provider.getRun(URL)).toMatchObject({
        status: 'failed',
        failedPhase: 'plan',
      });
      await provider.startApply(URL, { head: HEAD });
      await provider.startApply(URL, { head: HEAD });
      expect(comments.map(({ body }) => body)).toEqual([
        'atlantis plan',
        'atlantis plan',
      ]);
      expect(await provider.getRun(URL)).toMatchObject({
        status: 'planning',
        failedPhase: undefined,
      });
    });

    it('asks again where Atlantis heard nothing for minutes', async () => {
      const { git, comments } = createGit({
        statuses: [status('apply', 'failure'), ...planned],
      });
      const { provider, clock } = createTimedProvider(git);
      await provider.startApply(URL, { head: HEAD });
      clock.now += 3 * 60_000;
      expect(await provider.getRun(URL)).toMatchObject({ status: 'failed' });
      await provider.startApply(URL, { head: HEAD });
      expect(comments).toHaveLength(2);
    });

    it('applies the new plan, though the old one was made in the same second', async () => {
      const { git, comments } = createGit({
        statuses: [...planned, status('apply', 'failure')],
      });
      const comment = { url: URL, author: 'bot' };
      const createdAt = '2026-01-02T03:04:05Z';
      comments.push({ ...comment, createdAt, body: 'atlantis apply' });
      comments.push({ ...comment, createdAt, body: 'atlantis plan' });
      await createProvider(git).startApply(URL, { head: HEAD });
      expect(comments.map(({ body }) => body)).toEqual([
        'atlantis apply',
        'atlantis plan',
        'atlantis apply',
      ]);
    });

    it.each([
      ['another head', {}, planned, 'b'.repeat(40), 'ConflictError', HEAD],
      ['no plan', {}, [], HEAD, 'ConflictError', 'not planned'],
      [
        'a plan under way',
        {},
        [status('plan', 'pending')],
        HEAD,
        'ConflictError',
        'not planned',
      ],
      [
        'a closed one',
        { state: 'closed' },
        planned,
        HEAD,
        'ConflictError',
        'was closed',
      ],
      [
        'a merged one',
        { state: 'merged' },
        planned,
        HEAD,
        'ConflictError',
        'was merged',
      ],
    ] as [string, { state?: 'closed' }, CommitStatus[], string, string, string][])(
      'refuses %s',
      async (_, options, statuses, head, name, words) => {
        const { git, comments } = createGit({ ...options, statuses });
        await expect(
          createProvider(git).startApply(URL, { head }),
        ).rejects.toMatchObject({
          name,
          message: expect.stringContaining(words),
        });
        expect(comments).toEqual([]);
      },
    );
  });

  describe('getRun', () => {
    it.each([
      ['in one request', '2026-01-02T03:04:06Z', 0],
      ['with their order, where times do not tell it', undefined, 1],
    ])('reads statuses %s', async (_, updatedAt, lists) => {
      const apply = status('apply', 'pending');
      const { git } = createGit({
        statuses: [
          updatedAt ? { ...apply, updatedAt } : apply,
          status(
            'plan',
            'success',
            'Plan: 1 to add, 0 to change, 0 to destroy.',
          ),
        ],
      });
      const list = jest.spyOn(git, 'listCommitStatuses');
      const run = await createProvider(git).getRun(URL);
      expect(run.status).toBe('applying');
      expect(list).toHaveBeenCalledTimes(lists);
    });

    it('says whether it was merged', async () => {
      const statuses = [status('plan', 'success'), status('apply', 'success')];
      const { git } = createGit({ state: 'merged', statuses });
      expect(await createProvider(git).getRun(URL)).toMatchObject({
        pullRequestUrl: URL,
        head: HEAD,
        status: 'applied',
        merged: true,
      });
    });

    it('does not wait for the apply of a closed pull request', async () => {
      const statuses = [status('plan', 'success')];
      const { git } = createGit({ state: 'closed', statuses });
      expect(await createProvider(git).getRun(URL)).toMatchObject({
        status: 'failed',
        description: expect.stringContaining('closed'),
        merged: false,
      });
    });
  });

  describe('outputs', () => {
    const server = setupServer();
    registerMswTestHooks(server);

    const document = {
      version: 4,
      serial: 3,
      resources: [{ secret: CANARY }],
      outputs: {
        host: { value: 'localhost', type: 'string' },
        port: { value: 5432, type: 'number', sensitive: false },
        password: { value: CANARY, type: 'string', sensitive: true },
      },
    };
    function createRun(...projects: string[]): InfrastructureRun {
      return {
        pullRequestUrl: URL,
        head: HEAD,
        status: 'applied',
        merged: true,
        projects: [
          ...projects.map(name => ({ name, status: 'applied' as const })),
          { name: 'not/applied', status: 'planned' },
        ],
      };
    }
    const reference = {
      provider: 'atlantis',
      state: 'github.com/myorg/infrastructure//databases/orders/default',
      output: 'password',
    };

    it('gives values, and secrets by reference only', async () => {
      let authorization: string | null = null;
      server.use(
        http.get(`${STATES}/databases/orders`, ({ request }) => {
          authorization = request.headers.get('authorization');
          return HttpResponse.json(document);
        }),
      );
      const provider = createProvider(createGit().git);
      const outputs = await provider.getOutputs(
        createRun('databases/orders/default'),
      );
      expect(outputs).toEqual({
        values: { host: 'localhost', port: 5432 },
        sensitive: { password: reference },
      });
      expect(JSON.stringify(outputs)).not.toContain(CANARY);
      expect(
        Buffer.from(String(authorization).slice(6), 'base64').toString(),
      ).toBe('portal:state-password-5');
      expect(await provider.readSensitive({ secret: reference })).toEqual({
        secret: CANARY,
      });
    });

    it('keeps workspaces and odd directories apart', async () => {
      const seen: string[] = [];
      server.use(
        http.get(`${STATES}/*`, ({ request }) => {
          seen.push(request.url);
          return HttpResponse.json({ version: 4, outputs: {} });
        }),
      );
      await createProvider(createGit().git).getOutputs(
        createRun('databases/a b?', 'databases/orders/staging', 'orders'),
      );
      expect(seen).toEqual([
        `${STATES}/databases/a%20b%3F`,
        `${STATES}/databases/orders/staging`,
        `${STATES}/orders`,
      ]);
    });

    it('refuses two projects with an output of the same name', async () => {
      server.use(http.get(`${STATES}/*`, () => HttpResponse.json(document)));
      await expect(
        createProvider(createGit().git).getOutputs(createRun('a', 'b')),
      ).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringContaining('a and b both have an output host'),
      });
    });

    it.each([
      [204, undefined, 'NotFoundError', 'no state of'],
      [404, 'none', 'NotFoundError', 'no state of'],
      [401, CANARY, 'AuthenticationError', 'check its credentials'],
      [403, CANARY, 'NotAllowedError', ''],
      [409, CANARY, 'ConflictError', ''],
      [422, CANARY, 'InputError', ''],
      [429, CANARY, 'ServiceUnavailableError', 'Try again after'],
      [500, CANARY, 'ServiceUnavailableError', ''],
      [302, CANARY, 'ServiceUnavailableError', ''],
      [200, `{"outputs": ${CANARY}`, 'ServiceUnavailableError', 'version 4'],
      [200, `"${CANARY}"`, 'ServiceUnavailableError', 'version 4'],
      [
        200,
        JSON.stringify({ version: 3, modules: [CANARY] }),
        'ServiceUnavailableError',
        'version 4',
      ],
    ])(
      'says what is wrong, never what is in it: %s %j',
      async (code, body, name, words) => {
        server.use(
          http.get(
            `${STATES}/*`,
            () =>
              new HttpResponse(body, {
                status: code,
                headers: { location: 'https://evil.example.com/' },
              }),
          ),
        );
        const provider = createProvider(createGit().git);
        const error = await provider.getOutputs(createRun('a')).catch(e => e);
        expect(error).toMatchObject({
          name,
          message: expect.stringContaining(words),
        });
        const shown = `${error.stack}${JSON.stringify(error)}${error.cause}`;
        expect(shown).not.toContain(CANARY);
        expect(shown).not.toContain('state-password-5');
      },
    );

    it.each([
      ['a time-out', () => delay('infinite')],
      ['a cut connection', () => HttpResponse.error()],
    ] as [string, () => Promise<undefined> | Response][])(
      'asks again after %s, and then gives up',
      async (_, behaviour) => {
        let requests = 0;
        server.use(
          http.get(`${STATES}/*`, async () => {
            requests += 1;
            return behaviour();
          }),
        );
        await expect(
          createProvider(createGit().git).getOutputs(createRun('a')),
        ).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
        expect(requests).toBe(3);
      },
    );

    it.each([
      ['of another host', { state: 'evil.example.com/a/b//c' }, 'InputError'],
      ['that climbs', { state: 'github.com/a/b//../../c' }, 'InputError'],
      ['that climbs', { state: 'github.com/../b//c' }, 'InputError'],
      [
        'that is an address',
        { state: 'https://evil.example.com' },
        'InputError',
      ],
      ['of another provider', { provider: 'other' }, 'InputError'],
      ['that is gone', { output: 'gone' }, 'NotFoundError'],
      ['of no output', { output: 'toString' }, 'NotFoundError'],
    ])('reads no reference %s', async (_, forged, name) => {
      server.use(http.get(`${STATES}/*`, () => HttpResponse.json(document)));
      await expect(
        createProvider(createGit().git).readSensitive({
          secret: { ...reference, ...forged },
        }),
      ).rejects.toMatchObject({ name });
    });

    it('says that no state is configured', async () => {
      const provider = createProvider(createGit().git, [
        { gitHost: 'github.com' },
      ]);
      await expect(provider.getOutputs(createRun('a'))).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringContaining('providers.atlantis'),
      });
    });
  });

  it('serves nothing where nothing is configured', () => {
    const { git } = createGit();
    expect(createProvider(git).serves(URL)).toBe(true);
    expect(createProvider(git, []).serves(URL)).toBe(false);
    expect(createProvider(git, [{ gitHost: 'gitlab.com' }]).serves(URL)).toBe(
      false,
    );
    expect(() =>
      createProvider(git, [{ gitHost: 'a.com' }, { gitHost: 'a.com' }]),
    ).toThrow('twice');
  });
});
