import { registerMswTestHooks } from '@backstage/backend-test-utils';
import { HttpClient } from '@self-service/plugin-providers-node';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { HcpClient } from './HcpClient';
import { WorkspaceIds } from './WorkspaceIds';
import { toTag, WorkspaceKeeper } from './WorkspaceKeeper';

const API = 'https://hcp.example.com/api/v2';
const RUN_KEY = 'task-1/plan/one';
const WEBHOOK = 'https://portal.example.com/hook';
const repository = { host: 'gitlab.com', owner: 'myorg', name: 'infra' };
const standing = {
  data: {
    id: 'ws-1',
    type: 'workspaces',
    attributes: {
      name: 'orders',
      'working-directory': 'orders',
      'tag-names': [toTag(RUN_KEY)],
      'vcs-repo': { identifier: 'myorg/infra' },
    },
  },
};

describe('making a workspace', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  /** @param told - addresses that the workspace tells of its runs already */
  function setup(status: 201 | 404 | 422, exists: boolean, told: string[]) {
    const asked: string[] = [];
    const refusal = (code: number) =>
      HttpResponse.json({ errors: [{ title: 'no' }] }, { status: code });
    server.use(
      http.post(`${API}/organizations/myorg/workspaces`, () => {
        asked.push('create');
        return status === 201
          ? HttpResponse.json(standing, { status })
          : refusal(status);
      }),
      http.get(`${API}/organizations/myorg/workspaces/orders`, () => {
        asked.push('find');
        return exists ? HttpResponse.json(standing) : refusal(404);
      }),
      http.get(`${API}/workspaces/ws-1/notification-configurations`, () => {
        asked.push('read notifications');
        return HttpResponse.json({
          data: told.map(url => ({ attributes: { url } })),
        });
      }),
      http.post(`${API}/workspaces/ws-1/notification-configurations`, () => {
        asked.push('notify');
        return HttpResponse.json({}, { status: 201 });
      }),
    );
    const config = {
      gitHost: 'gitlab.com',
      organization: 'myorg',
      address: 'https://hcp.example.com',
      token: 'token-1',
      oauthTokenId: 'ot-1',
      workspaceName: '{directory}',
      webhook: { url: WEBHOOK, token: 'notification-token' },
    };
    const client = HttpClient.create({ vendor: 'HCP Terraform', retries: 0 });
    const ids = new WorkspaceIds();
    const keeper = new WorkspaceKeeper(
      config,
      new HcpClient(config, client),
      ids,
    );
    return {
      asked,
      ids,
      create: () => keeper.create(repository, 'orders', { runKey: RUN_KEY }),
    };
  }

  it('asks for nothing first', async () => {
    const { asked, ids, create } = setup(201, true, []);
    expect(await create()).toMatchObject({ name: 'orders' });
    expect(asked).toEqual(['create', 'notify']);
    expect(ids.get('orders')).toBe('ws-1');
  });

  it.each([
    ['has not been set up', [], ['notify']],
    ['has been set up', [WEBHOOK], []],
  ])(
    'finds what an earlier try has made, which %s',
    async (_, told, further) => {
      const { asked, create } = setup(422, true, told);
      expect(await create()).toMatchObject({ name: 'orders' });
      expect(asked).toEqual([
        'create',
        'find',
        'read notifications',
        ...further,
      ]);
    },
  );

  it('finds what is there where it may make none', async () => {
    const { asked, create } = setup(404, true, [WEBHOOK]);
    expect(await create()).toMatchObject({ name: 'orders' });
    expect(asked).toEqual(['create', 'find', 'read notifications']);
  });

  it.each([
    [404, 'NotFoundError'],
    [422, 'InputError'],
  ] as const)('tells of a refusal: %i', async (status, name) => {
    const { create } = setup(status, false, []);
    await expect(create()).rejects.toMatchObject({ name });
  });
});
