import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { problemOf } from '@self-service/plugin-providers-node';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { GithubGitProvider } from './GithubGitProvider';

const API = 'https://api.github.com';
const TEAMS = `${API}/repos/myorg/orders/teams`;
const TEAM = `${API}/orgs/myorg/teams/payments/repos/myorg/orders`;
const repository = { host: 'github.com', owner: 'myorg', name: 'orders' };

const provider = GithubGitProvider.fromConfig(
  mockServices.rootConfig({
    data: {
      integrations: { github: [{ host: 'github.com', token: 'canary' }] },
    },
  }),
  { logger: mockServices.logger.mock() },
);

describe("what GitHub's teams may do", () => {
  const server = setupServer();
  registerMswTestHooks(server);

  it('is the highest of ours that a role has, on every page', async () => {
    const team = (slug: string, permission: string, rest: object = {}) => ({
      slug,
      permission,
      ...rest,
    });
    const flags = { pull: true, triage: true, push: true };
    const pages = [
      [
        team('owners', 'admin'),
        team('keepers', 'maintain'),
        team('helpers', 'triage'),
        team('of-a-role', 'release-manager', {
          permissions: { ...flags, maintain: false, admin: false },
        }),
      ],
      [
        team('of-a-lesser-role', 'auditor'),
        team('direct', 'pull', { access_source: 'direct' }),
        // A role in all of the organisation, which can't be taken back here.
        team('from-above', 'pull', { access_source: 'organization' }),
      ],
    ];
    server.use(
      http.get(TEAMS, ({ request }) => {
        const page = new URL(request.url).searchParams.get('page');
        return page === '2'
          ? HttpResponse.json(pages[1])
          : HttpResponse.json(pages[0], {
              headers: { link: `<${TEAMS}?page=2>; rel="next"` },
            });
      }),
    );
    expect(await provider.listTeamPermissions(repository)).toEqual([
      { team: 'myorg/direct', permission: 'read' },
      { team: 'myorg/helpers', permission: 'read' },
      { team: 'myorg/keepers', permission: 'write' },
      { team: 'myorg/of-a-lesser-role', permission: 'read' },
      { team: 'myorg/of-a-role', permission: 'write' },
      { team: 'myorg/owners', permission: 'admin' },
    ]);
  });

  it.each([
    [403, 'NotAllowedError', /administer the repositories/],
    [404, 'NotFoundError', /has a team payments/],
  ])('says what to do about %s', async (status, name, remedy) => {
    server.use(
      http.put(TEAM, () => HttpResponse.json({ message: 'No' }, { status })),
    );
    const error = await provider
      .grantTeamPermission(repository, 'payments', 'write')
      .catch(e => e);
    expect(error).toMatchObject({ name });
    expect(problemOf(error)?.remedy).toMatch(remedy);
  });

  it('asks nobody for the team of another organisation', async () => {
    await expect(
      provider.grantTeamPermission(repository, 'other/payments', 'write'),
    ).rejects.toMatchObject({
      name: 'NotFoundError',
      message: expect.stringContaining('Name a team of myorg'),
    });
  });
});
