import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { HttpClient } from '@self-service/plugin-providers-node';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { GitlabGitProvider } from './GitlabGitProvider';

const TOKEN = 'glpat-canary-token';
const NOW = Date.parse('2026-01-02T03:04:05Z');
const API = 'https://gitlab.com/api/v4';
const PROJECT = `${API}/projects/myorg%2Fplatform%2Finfrastructure`;
const MERGE_REQUEST =
  'https://gitlab.com/myorg/platform/infrastructure/-/merge_requests/7';

const answer = {
  iid: 7,
  web_url: MERGE_REQUEST,
  title: 'Add orders',
  description: null,
  state: 'opened',
  source_branch: 'db-orders',
  target_branch: 'main',
  source_project_id: 1,
  target_project_id: 1,
  sha: 'abc',
  merge_commit_sha: null,
  squash_commit_sha: null,
  detailed_merge_status: 'mergeable',
};

function createProviders(
  gitlab: object[] = [{ host: 'gitlab.com', token: TOKEN }],
) {
  const waits: number[] = [];
  const providers = GitlabGitProvider.listFromConfig(
    mockServices.rootConfig({ data: { integrations: { gitlab } } }),
    {
      http: HttpClient.create({
        vendor: 'GitLab',
        timeoutMilliseconds: 1_000,
        clock: {
          now: () => NOW,
          sleep: async milliseconds => {
            waits.push(milliseconds);
          },
        },
      }),
    },
  );
  return { providers, provider: providers[0], waits };
}

describe('GitlabGitProvider', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  const answerTo = (
    url: string,
    body: object | object[],
    headers: Record<string, string> = {},
  ) => server.use(http.get(url, () => HttpResponse.json(body, { headers })));

  it.each([
    [{ message: '404 Not found' }, '404 Not found'],
    [
      { message: { path: ['has already been taken'] } },
      'path has already been taken',
    ],
    [{ message: ['One', 'two'] }, 'One; two'],
    [
      { error: 'insufficient_scope', error_description: 'More rights' },
      'insufficient_scope; More rights',
    ],
  ])("has GitLab's own words in its errors (%j)", async (body, words) => {
    server.use(
      http.get(`${PROJECT}/merge_requests/7`, () =>
        HttpResponse.json(body, {
          status: 400,
          headers: { 'x-request-id': '01ABC' },
        }),
      ),
    );
    const { provider } = createProviders();
    await expect(provider.getPullRequest(MERGE_REQUEST)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining(`${words} (status 400, request 01ABC).`),
    });
  });

  it('says when a long limit ends, whose answer is plain text', async () => {
    server.use(
      http.post(`${PROJECT}/merge_requests/7/notes`, () =>
        HttpResponse.text('Retry later\n', {
          status: 429,
          headers: { 'retry-after': '30' },
        }),
      ),
    );
    const { provider, waits } = createProviders();
    await expect(provider.addComment(MERGE_REQUEST, 'x')).rejects.toMatchObject(
      {
        name: 'ServiceUnavailableError',
        message: expect.stringContaining('2026-01-02T03:04:35.000Z'),
      },
    );
    expect(waits).toEqual([]);
  });

  it('has no text of ours carried out as a command', async () => {
    let sent = '';
    server.use(
      http.post(`${PROJECT}/merge_requests/7/notes`, async ({ request }) => {
        ({ body: sent } = (await request.json()) as { body: string });
        return HttpResponse.json({
          id: 1,
          body: sent,
          author: { username: 'portal' },
          created_at: '2026-01-02T03:04:05.000Z',
          updated_at: '2026-01-02T03:04:05.000Z',
          system: false,
        });
      }),
    );
    const body = 'Done\n/merge\n  /close\nsee a/b';
    const { provider } = createProviders();
    const comment = await provider.addComment(MERGE_REQUEST, body);
    expect(sent).toBe('Done\n\\/merge\n  \\/close\nsee a/b');
    expect(comment).toMatchObject({ body, url: `${MERGE_REQUEST}#note_1` });
  });

  it.each([
    [{ state: 'locked' }, { state: 'open' }],
    // Of one without commits, by a server of before 15.6.
    [
      { sha: null, detailed_merge_status: undefined },
      { head: { branch: 'db-orders', commit: '' } },
    ],
    [
      { state: 'merged', merge_commit_sha: 'm', squash_commit_sha: 's' },
      { state: 'merged', mergeCommit: 'm' },
    ],
    [{ state: 'merged', squash_commit_sha: 's' }, { mergeCommit: 's' }],
    // By fast-forward the head itself is what was merged.
    [{ state: 'merged' }, { mergeCommit: 'abc' }],
  ])('reads %j as %j', async (change, expected) => {
    answerTo(`${PROJECT}/merge_requests/7`, { ...answer, ...change });
    const { provider } = createProviders();
    expect(await provider.getPullRequest(MERGE_REQUEST)).toMatchObject({
      number: 7,
      repository: { owner: 'myorg/platform', name: 'infrastructure' },
      ...expected,
    });
  });

  it('knows every state of a commit status, and takes others for under way', async () => {
    const states = {
      pending: 'pending',
      running: 'pending',
      success: 'success',
      skipped: 'success',
      failed: 'failure',
      canceled: 'error',
      manual: 'pending',
      'something-new': 'pending',
    };
    answerTo(
      `${PROJECT}/repository/commits/abc/statuses`,
      Object.keys(states).map((status, id) => ({
        id,
        name: status,
        status,
        created_at: '2026-01-02T03:04:05.000Z',
      })),
    );
    const { provider } = createProviders();
    const statuses = await provider.listCommitStatuses(
      { host: 'gitlab.com', owner: 'myorg/platform', name: 'infrastructure' },
      'abc',
    );
    expect(
      Object.fromEntries(
        statuses.map(({ context, state }) => [context, state]),
      ),
    ).toEqual(states);
  });

  it("leaves the merge requests of others' forks alone", async () => {
    answerTo(`${PROJECT}/merge_requests`, [
      { ...answer, iid: 9, source_project_id: 2 },
      answer,
    ]);
    const { provider } = createProviders();
    expect(
      await provider.findPullRequest(
        { host: 'gitlab.com', owner: 'myorg/platform', name: 'infrastructure' },
        'db-orders',
      ),
    ).toMatchObject({ number: 7 });
  });

  it('waits until GitLab has looked whether it can be merged', async () => {
    const looks = ['preparing', 'checking', 'mergeable'];
    const merges: number[] = [];
    server.use(
      http.get(`${PROJECT}/merge_requests/7`, () =>
        HttpResponse.json({ ...answer, detailed_merge_status: looks.shift() }),
      ),
      http.put(`${PROJECT}/merge_requests/7/merge`, () => {
        const status = looks.length > 0 ? 405 : 200;
        merges.push(status);
        return HttpResponse.json({ ...answer, state: 'merged' }, { status });
      }),
    );
    const { provider, waits } = createProviders();
    await provider.mergePullRequest(MERGE_REQUEST, { head: 'abc' });
    expect(waits).toEqual([200, 400]);
    expect(merges).toEqual([405, 200]);
  });

  it('looks at neither branch nor files where all of it is new', async () => {
    answerTo(`${PROJECT}/merge_requests`, []);
    answerTo(PROJECT, { default_branch: 'main' });
    const commits: unknown[] = [];
    // What else is asked for has no answer, and fails the test.
    server.use(
      http.post(`${PROJECT}/repository/commits`, async ({ request }) => {
        commits.push(await request.json());
        return HttpResponse.json({
          id: 'abc',
          message: 'Add orders',
          parent_ids: ['def'],
          web_url: `${API}/-/commit/abc`,
        });
      }),
      http.post(`${PROJECT}/merge_requests`, () => HttpResponse.json(answer)),
    );
    const { provider } = createProviders();
    await provider.createPullRequest({
      repository: {
        host: 'gitlab.com',
        owner: 'myorg/platform',
        name: 'infrastructure',
      },
      branch: 'db-orders',
      title: 'Add orders',
      body: '',
      commitMessage: 'Add orders',
      files: [
        { path: 'run.sh', content: Buffer.from('true'), executable: true },
      ],
      runKey: 'run-1',
    });
    expect(commits).toEqual([
      expect.objectContaining({
        branch: 'db-orders',
        start_branch: 'main',
        actions: [
          {
            action: 'create',
            file_path: 'run.sh',
            content: 'dHJ1ZQ==',
            encoding: 'base64',
          },
          { action: 'chmod', file_path: 'run.sh', execute_filemode: true },
        ],
      }),
    ]);
  });

  it('merges without a look what can be merged', async () => {
    server.use(
      http.put(`${PROJECT}/merge_requests/7/merge`, () =>
        HttpResponse.json({ ...answer, state: 'merged' }),
      ),
    );
    const { provider } = createProviders();
    await expect(
      provider.mergePullRequest(MERGE_REQUEST, { head: 'abc' }),
    ).resolves.toBeUndefined();
  });

  it('names no merge that GitLab refuses a success', async () => {
    answerTo(`${PROJECT}/merge_requests/7`, answer);
    server.use(
      http.put(`${PROJECT}/merge_requests/7/merge`, () =>
        HttpResponse.json(
          { message: '405 Method Not Allowed' },
          { status: 405 },
        ),
      ),
    );
    const { provider } = createProviders();
    await expect(
      provider.mergePullRequest(MERGE_REQUEST, { head: 'abc' }),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining('required approvals'),
    });
  });

  it('does not find what has moved away or is going to be deleted', async () => {
    const repository = {
      host: 'gitlab.com',
      owner: 'myorg/platform',
      name: 'infrastructure',
    };
    const project = {
      id: 1,
      path_with_namespace: 'myorg/platform/infrastructure',
      web_url: 'https://gitlab.com/myorg/platform/infrastructure',
      http_url_to_repo: 'https://gitlab.com/myorg/platform/infrastructure.git',
      default_branch: 'main',
      archived: false,
      created_at: '2026-01-02T03:04:05.000Z',
    };
    const { provider } = createProviders();
    answerTo(PROJECT, project);
    expect(await provider.findRepository(repository)).toBeDefined();
    answerTo(PROJECT, { ...project, path_with_namespace: 'myorg/elsewhere' });
    expect(await provider.findRepository(repository)).toBeUndefined();
    answerTo(PROJECT, { ...project, marked_for_deletion_at: '2026-01-01' });
    expect(await provider.findRepository(repository)).toBeUndefined();
  });

  it('deletes in two steps, though the answer to the first is lost', async () => {
    const project = {
      id: 1,
      path_with_namespace: 'myorg/platform/infrastructure',
      description: 'Ours (self-service-run: task-1/create/0)',
      web_url: 'https://gitlab.com/myorg/platform/infrastructure',
      http_url_to_repo: 'https://gitlab.com/myorg/platform/infrastructure.git',
      archived: false,
      created_at: '2026-01-02T03:04:05.000Z',
    };
    const moved = 'myorg/platform/infrastructure-deletion_scheduled-1';
    answerTo(PROJECT, project);
    answerTo(`${PROJECT}/repository/branches`, []);
    answerTo(`${PROJECT}/merge_requests`, []);
    answerTo(`${API}/projects/1`, {
      ...project,
      path_with_namespace: moved,
      marked_for_deletion_on: '2026-01-02',
    });
    const steps: string[] = [];
    server.use(
      http.delete(`${API}/projects/1`, ({ request }) => {
        steps.push(new URL(request.url).searchParams.get('full_path') ?? '');
        if (steps.length === 1) {
          return HttpResponse.error();
        }
        return steps.length === 2
          ? HttpResponse.json(
              { message: 'Project has been already marked for deletion' },
              { status: 400 },
            )
          : HttpResponse.json({ message: '202 Accepted' }, { status: 202 });
      }),
    );
    const { provider } = createProviders();
    const repository = {
      host: 'gitlab.com',
      owner: 'myorg/platform',
      name: 'infrastructure',
    };
    expect(
      await provider.removeRepository(repository, {
        runKey: 'task-1/create/0',
      }),
    ).toBe('deleted');
    expect(steps).toEqual(['', '', moved]);
  });

  it('names a host without a token', async () => {
    const { provider } = createProviders([{ host: 'gitlab.com' }]);
    await expect(provider.getPullRequest(MERGE_REQUEST)).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: expect.stringContaining('integrations.gitlab'),
    });
  });

  describe('several hosts', () => {
    const { providers } = createProviders([
      { host: 'gitlab.com', token: TOKEN },
      {
        host: 'git.example.com',
        token: TOKEN,
        baseUrl: 'https://git.example.com/gitlab',
        apiBaseUrl: 'https://git.example.com/gitlab/api/v4',
      },
    ]);

    it('has a provider for each', () => {
      expect(
        providers.map(({ id, endpoint, features }) => ({
          id,
          endpoint,
          features,
        })),
      ).toEqual([
        {
          id: 'gitlab',
          endpoint: 'https://gitlab.com',
          features: ['team-permissions'],
        },
        {
          id: 'gitlab:git.example.com',
          endpoint: 'https://git.example.com',
          features: ['internal-repositories', 'team-permissions'],
        },
      ]);
      expect(
        GitlabGitProvider.listFromConfig(mockServices.rootConfig({ data: {} })),
      ).toEqual([]);
    });

    it.each([
      [MERGE_REQUEST, 0, 'myorg/platform'],
      [`${MERGE_REQUEST}/diffs?x=1#note_2`, 0, 'myorg/platform'],
      [
        'https://git.example.com/gitlab/myorg/infrastructure/-/merge_requests/7',
        1,
        'myorg',
      ],
    ])('takes %s', (url, index, owner) => {
      providers.forEach((provider, position) => {
        expect(provider.parsePullRequestUrl(url)).toEqual(
          position === index
            ? {
                repository: {
                  host: ['gitlab.com', 'git.example.com'][index],
                  owner,
                  name: 'infrastructure',
                },
                number: 7,
              }
            : undefined,
        );
      });
    });

    it.each([
      'http://gitlab.com/myorg/infrastructure/-/merge_requests/7',
      'https://gitlab.com.example.com/myorg/infrastructure/-/merge_requests/7',
      'https://gitlab.com/infrastructure/-/merge_requests/7',
      'https://gitlab.com/myorg/infrastructure/-/merge_requests/07',
      'https://gitlab.com/myorg/infrastructure/-/merge_requests/7a',
      'https://gitlab.com/myorg/infrastructure/-/issues/7',
      'https://gitlab.com/myorg/infra%2Fstructure/-/merge_requests/7',
      'https://git.example.com/myorg/infrastructure/-/merge_requests/7',
    ])('does not take %s', url => {
      for (const provider of providers) {
        expect(provider.parsePullRequestUrl(url)).toBeUndefined();
      }
    });
  });

  describe('checkHealth', () => {
    const limit = {
      'ratelimit-limit': '2000',
      'ratelimit-remaining': '1990',
      'ratelimit-reset': String(NOW / 1000 + 60),
    };

    it.each([
      [{ scopes: ['api'], expires_at: '2027-01-01' }, 'ok', 'Signed in as'],
      [{ scopes: ['api'], expires_at: null }, 'ok', 'Signed in as portal.'],
      [{ scopes: ['read_api'] }, 'failing', 'lacks the scope api'],
      [
        { scopes: ['api'], expires_at: '2026-01-10' },
        'degraded',
        'ends on 2026-01-10',
      ],
    ])('judges the token %j: %s', async (token, status, words) => {
      answerTo(`${API}/user`, { username: 'portal' }, limit);
      answerTo(`${API}/personal_access_tokens/self`, token);
      const { provider } = createProviders();
      expect(await provider.checkHealth()).toMatchObject({
        status,
        description: expect.stringContaining(words),
        rateLimit: {
          limit: 2000,
          remaining: 1990,
          resetsAt: '2026-01-02T03:05:05.000Z',
        },
      });
    });

    it('can do without a limit, and with a token of another kind', async () => {
      answerTo(`${API}/user`, { username: 'portal' });
      server.use(
        http.get(`${API}/personal_access_tokens/self`, () =>
          HttpResponse.json({ message: '401 Unauthorized' }, { status: 401 }),
        ),
      );
      const { provider } = createProviders();
      expect(await provider.checkHealth()).toEqual({
        status: 'ok',
        description: 'Signed in as portal.',
      });
    });
  });
});
