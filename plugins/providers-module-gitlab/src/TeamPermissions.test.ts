import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { problemOf } from '@self-service/plugin-providers-node';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { GitlabGitProvider } from './GitlabGitProvider';

const API = 'https://gitlab.com/api/v4';
const PROJECT = `${API}/projects/myorg%2Fplatform%2Forders`;
const repository = {
  host: 'gitlab.com',
  owner: 'myorg/platform',
  name: 'orders',
};

const [provider] = GitlabGitProvider.listFromConfig(
  mockServices.rootConfig({
    data: {
      integrations: { gitlab: [{ host: 'gitlab.com', token: 'canary' }] },
    },
  }),
);

describe("what GitLab's groups may do", () => {
  const server = setupServer();
  registerMswTestHooks(server);

  const shareOf = (group: string, level: number, expires_at?: string) => ({
    group_id: 7,
    group_name: group,
    group_full_path: `myorg/${group}`,
    group_access_level: level,
    expires_at: expires_at ?? null,
  });

  /** A project that is shared so, and the requests that change it. */
  function serve(shares: object[]) {
    const left = [...shares];
    const changes: unknown[] = [];
    server.use(
      http.get(`${API}/groups/myorg%2Fpayments`, () =>
        HttpResponse.json({ id: 7 }),
      ),
      http.get(PROJECT, () => HttpResponse.json({ shared_with_groups: left })),
      http.post(`${PROJECT}/share`, async ({ request }) => {
        const body = (await request.json()) as object;
        changes.push(body);
        return left.length > 0
          ? HttpResponse.json(
              { message: 'Group already shared with this group' },
              { status: 409 },
            )
          : HttpResponse.json({ id: 1, ...body }, { status: 201 });
      }),
      http.delete(`${PROJECT}/share/7`, () => {
        left.pop();
        changes.push('deleted');
        return new HttpResponse(undefined, { status: 204 });
      }),
    );
    return changes;
  }
  const grant = (team = 'payments') =>
    provider.grantTeamPermission!(repository, team, 'write');

  it('is the highest of ours that a role has; guests have none', async () => {
    serve([
      shareOf('guests', 10),
      shareOf('planners', 15),
      shareOf('reporters', 20),
      shareOf('developers', 30),
      shareOf('Maintainers', 40),
      shareOf('owners', 50),
    ]);
    expect(await provider.listTeamPermissions!(repository)).toEqual([
      { team: 'myorg/developers', permission: 'write' },
      { team: 'myorg/maintainers', permission: 'admin' },
      { team: 'myorg/owners', permission: 'admin' },
      { team: 'myorg/reporters', permission: 'read' },
    ]);
  });

  it('stays as it is where it is right', async () => {
    const changes = serve([shareOf('payments', 30)]);
    await grant();
    expect(changes).toEqual([{ group_id: 7, group_access: 30 }]);
  });

  it.each([
    ['another role', shareOf('payments', 40)],
    ['an end', shareOf('payments', 30, '2027-01-01')],
  ])('is given anew in the place of one with %s', async (_what, share) => {
    const changes = serve([share]);
    await grant();
    const shared = { group_id: 7, group_access: 30 };
    expect(changes).toEqual([shared, 'deleted', shared]);
  });

  it('is a conflict where others change it all the time', async () => {
    serve([shareOf('payments', 10), shareOf('payments', 40)]);
    await expect(grant()).rejects.toMatchObject({ name: 'ConflictError' });
  });

  it.each(['myorg/platform', 'platform', 'myorg/Platform'])(
    'is not given to a group that the project lies in (%s)',
    async team => {
      await expect(grant(team)).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringContaining('lies in the group myorg/platform'),
      });
    },
  );

  it.each([
    [400, 'InputError', /may be shared with groups/],
    [403, 'NotAllowedError', /role Maintainer/],
    [404, 'NotFoundError', /myorg\/payments exist/],
  ])('says what to do about %s', async (status, name, remedy) => {
    serve([]);
    server.use(
      http.post(`${PROJECT}/share`, () =>
        HttpResponse.json({ message: 'No' }, { status }),
      ),
    );
    const error = await grant().catch(e => e);
    expect(error).toMatchObject({ name });
    expect(problemOf(error)?.remedy).toMatch(remedy);
  });
});
