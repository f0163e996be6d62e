import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { GithubGitProvider } from './GithubGitProvider';

const API = 'https://api.github.com/repos/myorg/infrastructure';
const PAGE = 'https://github.com/myorg/infrastructure/commit';
const RUN = 'task-1/commit/0a1b';

describe('commits of GitHub onto a branch', () => {
  const server = setupServer();
  registerMswTestHooks(server);
  afterEach(() => server.events.removeAllListeners());

  /** A branch whose head is the newest of `commits`. */
  function serveBranch(moves: { status: number; message?: string }[]) {
    const commits = [{ sha: 'c0', message: 'Begin' }];
    const made: string[] = [];
    const asked: URL[] = [];
    server.use(
      http.get(`${API}/git/ref/:ref`, () =>
        HttpResponse.json({ object: { sha: commits[0].sha } }),
      ),
      http.get(`${API}/commits`, ({ request }) => {
        asked.push(new URL(request.url));
        return HttpResponse.json(
          commits.map(({ sha, message }) => ({
            sha,
            html_url: `${PAGE}/${sha}`,
            commit: { message, tree: { sha: `tree-of-${sha}` } },
          })),
        );
      }),
      http.post(`${API}/git/trees`, () =>
        HttpResponse.json({ sha: 'new-tree' }, { status: 201 }),
      ),
      http.post(`${API}/git/commits`, async ({ request }) => {
        const { message, parents } = (await request.json()) as {
          message: string;
          parents: string[];
        };
        made.push(`${message} on ${parents}`);
        const sha = `new-${made.length}`;
        return HttpResponse.json(
          { sha, html_url: `${PAGE}/${sha}` },
          { status: 201 },
        );
      }),
      http.patch(`${API}/git/refs/:ref`, async ({ request }) => {
        const { sha, force } = (await request.json()) as {
          sha: string;
          force: boolean;
        };
        expect(force).toBe(false);
        const { status, message } =
          moves.length > 1 ? moves.shift()! : moves[0];
        return status === 200
          ? HttpResponse.json({ object: { sha } })
          : HttpResponse.json({ message }, { status });
      }),
    );
    return { commits, made, asked };
  }

  const commit = () =>
    GithubGitProvider.fromConfig(
      mockServices.rootConfig({
        data: {
          integrations: { github: [{ host: 'github.com', token: 'ghs_x' }] },
        },
      }),
      { logger: mockServices.logger.mock() },
    ).commitFiles({
      repository: {
        host: 'github.com',
        owner: 'myorg',
        name: 'infrastructure',
      },
      branch: 'dev',
      message: 'Add orders\n',
      files: [{ path: 'orders.txt', content: Buffer.from('orders') }],
      runKey: RUN,
    });

  it('looks through the history of the head that it commits onto', async () => {
    const { made, asked } = serveBranch([{ status: 200 }]);
    expect(await commit()).toEqual({
      branch: 'dev',
      commit: 'new-1',
      url: `${PAGE}/new-1`,
    });
    expect(made).toEqual([`Add orders\n\nSelf-Service-Run: ${RUN} on c0`]);
    expect(Object.fromEntries(asked[0].searchParams)).toEqual({
      sha: 'c0',
      per_page: '100',
    });
  });

  it('commits anew onto what others have pushed meanwhile', async () => {
    const { commits, made } = serveBranch([
      { status: 422, message: 'Update is not a fast forward' },
      { status: 200 },
    ]);
    server.events.on('response:mocked', ({ request }) => {
      if (request.method === 'PATCH' && commits.length === 1) {
        commits.unshift({ sha: 'theirs', message: 'Another change' });
      }
    });
    expect(await commit()).toMatchObject({ commit: 'new-2' });
    expect(made[1]).toMatch(/ on theirs$/);
  });

  it("makes none where the other's push was its own", async () => {
    const { commits, made } = serveBranch([
      { status: 422, message: 'Update is not a fast forward' },
    ]);
    server.events.on('response:mocked', ({ request }) => {
      if (request.method === 'PATCH') {
        const message = `Add orders\n\nSelf-Service-Run: ${RUN}`;
        commits.unshift({ sha: 'own', message });
      }
    });
    expect(await commit()).toEqual({
      branch: 'dev',
      commit: 'own',
      url: `${PAGE}/own`,
    });
    expect(made).toHaveLength(1);
  });

  it('gives up for now on a branch that never stands still', async () => {
    const { made } = serveBranch([
      { status: 422, message: 'Update is not a fast forward' },
    ]);
    await expect(commit()).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining('Others push to dev'),
    });
    expect(made).toHaveLength(5);
  });

  it.each([
    'Changes must be made through a pull request.',
    'Repository rule violations found',
    'Protected branch update failed for refs/heads/dev.',
  ])('says of a protected branch what people can do (%s)', async message => {
    const { made } = serveBranch([{ status: 422, message }]);
    await expect(commit()).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringMatching(
        /dev of myorg\/infrastructure: the branch is protected.*pull request/,
      ),
    });
    expect(made).toHaveLength(1);
  });
});
