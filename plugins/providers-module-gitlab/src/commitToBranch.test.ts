import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { createHash } from 'node:crypto';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { GitlabGitProvider } from './GitlabGitProvider';

const API =
  'https://gitlab.com/api/v4/projects/myorg%2Finfrastructure/repository';
const PAGE = 'https://gitlab.com/myorg/infrastructure/-/commit';
const RUN = 'task-1/commit/0a1b';
const OLD = createHash('sha256').update('old').digest('hex');

describe('commits of GitLab onto a branch', () => {
  const server = setupServer();
  registerMswTestHooks(server);
  afterEach(() => server.events.removeAllListeners());

  /** A branch whose head is the newest of `commits`, with one file on it. */
  function serveBranch(answers: { status: number; message?: string }[]) {
    const commits = [{ id: 'c0', message: 'Begin' }];
    const asked: { last_commit_id?: string; action: string }[][] = [];
    const show = ({ id, message }: (typeof commits)[0]) => ({
      id,
      message,
      parent_ids: [],
      web_url: `${PAGE}/${id}`,
    });
    server.use(
      http.get(`${API}/branches/dev`, () =>
        HttpResponse.json({
          name: 'dev',
          default: false,
          commit: show(commits[0]),
        }),
      ),
      http.get(`${API}/commits`, ({ request }) => {
        const { searchParams } = new URL(request.url);
        expect(searchParams.get('ref_name')).toBe(commits[0].id);
        return HttpResponse.json(commits.map(show));
      }),
      http.head(`${API}/files/orders.txt`, ({ request }) => {
        const { searchParams } = new URL(request.url);
        return new HttpResponse(null, {
          headers: {
            'x-gitlab-blob-id': 'b0',
            'x-gitlab-content-sha256': OLD,
            'x-gitlab-execute-filemode': 'false',
            'x-gitlab-last-commit-id': `of-${searchParams.get('ref')}`,
          },
        });
      }),
      http.post(`${API}/commits`, async ({ request }) => {
        const { actions, commit_message: message } = (await request.json()) as {
          actions: (typeof asked)[0];
          commit_message: string;
        };
        asked.push(actions);
        const answer = answers.length > 1 ? answers.shift()! : answers[0];
        return answer.status === 201
          ? HttpResponse.json(show({ id: 'new', message }), {
              status: 201,
            })
          : HttpResponse.json({ message: answer.message }, answer);
      }),
    );
    return { commits, asked };
  }

  const commit = () =>
    GitlabGitProvider.listFromConfig(
      mockServices.rootConfig({
        data: {
          integrations: { gitlab: [{ host: 'gitlab.com', token: 'glpat-x' }] },
        },
      }),
    )[0].commitFiles({
      repository: {
        host: 'gitlab.com',
        owner: 'myorg',
        name: 'infrastructure',
      },
      branch: 'dev',
      message: 'Add orders',
      files: [{ path: 'orders.txt', content: Buffer.from('new') }],
      runKey: RUN,
    });

  it('replaces a file as it was when it was looked at', async () => {
    const { asked } = serveBranch([{ status: 201 }]);
    expect(await commit()).toEqual({
      branch: 'dev',
      commit: 'new',
      url: `${PAGE}/new`,
    });
    expect(asked).toEqual([
      [expect.objectContaining({ action: 'update', last_commit_id: 'of-c0' })],
    ]);
  });

  it.each([
    'The file has changed since you started editing it: orders.txt',
    'A file with this name already exists',
    "A file with this name doesn't exist",
  ])('commits anew onto what others have pushed (%s)', async message => {
    const { commits, asked } = serveBranch([
      { status: 400, message },
      { status: 201 },
    ]);
    server.events.on('response:mocked', ({ request }) => {
      if (request.method === 'POST' && commits.length === 1) {
        commits.unshift({ id: 'theirs', message: 'Another change' });
      }
    });
    expect(await commit()).toMatchObject({ commit: 'new' });
    expect(asked[1][0].last_commit_id).toBe('of-theirs');
  });

  it("makes none where the other's push was its own", async () => {
    const { commits, asked } = serveBranch([
      { status: 400, message: 'The file has changed since you started' },
    ]);
    server.events.on('response:mocked', ({ request }) => {
      if (request.method === 'POST') {
        const message = `Add orders\n\nSelf-Service-Run: ${RUN}`;
        commits.unshift({ id: 'own', message });
      }
    });
    expect(await commit()).toMatchObject({
      commit: 'own',
      url: `${PAGE}/own`,
    });
    expect(asked).toHaveLength(1);
  });

  it('gives up for now on a branch that never stands still', async () => {
    const { asked } = serveBranch([
      { status: 400, message: 'Could not update refs/heads/dev.' },
    ]);
    await expect(commit()).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining('Others push to dev'),
    });
    expect(asked).toHaveLength(5);
  });

  it.each([
    [403, '403 Forbidden - You are not allowed to push into this branch'],
    [400, 'GitLab: You are not allowed to push code to protected branches'],
  ])(
    'says of a protected branch what people can do (%s %s)',
    async (status, message) => {
      const { asked } = serveBranch([{ status, message }]);
      await expect(commit()).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringMatching(
          /dev of myorg\/infrastructure: the branch is protected.*pull request/,
        ),
      });
      expect(asked).toHaveLength(1);
    },
  );

  it('leaves another refusal what it is', async () => {
    serveBranch([{ status: 403, message: '403 Forbidden' }]);
    await expect(commit()).rejects.toMatchObject({ name: 'NotAllowedError' });
  });
});
