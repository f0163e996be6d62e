import { registerMswTestHooks } from '@backstage/backend-test-utils';
import { HttpClient } from '@self-service/plugin-providers-node';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { HcpClient } from './HcpClient';
import { OutputReader } from './OutputReader';
import { WorkspaceIds } from './WorkspaceIds';
import { WorkspaceKeeper } from './WorkspaceKeeper';

const API = 'https://hcp.example.com/api/v2';
const config = {
  gitHost: 'gitlab.com',
  organization: 'myorg',
  address: 'https://hcp.example.com',
  token: 'token-1',
  oauthTokenId: 'ot-1',
  workspaceName: '{directory}',
};
const reference = {
  provider: 'hcp-terraform',
  state: 'myorg/orders',
  output: 'password',
};

describe('OutputReader', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  let asked: string[];
  /** Workspaces by id, with how often their state is not processed yet. */
  let states: Record<string, { password: string; unprocessed: number }>;
  let named: string;
  let slept: number;
  beforeEach(() => {
    asked = [];
    states = { 'ws-1': { password: 'first', unprocessed: 0 } };
    named = 'ws-1';
    slept = 0;
  });

  function setup() {
    const note = (request: Request) => {
      const { pathname, search } = new URL(request.url);
      asked.push(pathname.replace('/api/v2', '') + search);
    };
    const notFound = () => HttpResponse.json({ errors: [] }, { status: 404 });
    server.use(
      http.get(
        `${API}/organizations/myorg/workspaces/orders`,
        ({ request }) => {
          note(request);
          return HttpResponse.json({
            data: {
              id: named,
              type: 'workspaces',
              attributes: { name: 'orders' },
            },
          });
        },
      ),
      http.get(
        `${API}/workspaces/:id/current-state-version`,
        ({ request, params }) => {
          note(request);
          const state = states[String(params.id)];
          if (!state) {
            return notFound();
          }
          const isProcessed = state.unprocessed === 0;
          state.unprocessed -= isProcessed ? 0 : 1;
          const output = (name: string, sensitive: boolean) => ({
            id: `wsout-${params.id}-${name}`,
            type: 'state-version-outputs',
            attributes: { name, sensitive, value: sensitive ? null : 'db' },
          });
          return HttpResponse.json({
            data: { attributes: { 'resources-processed': isProcessed } },
            included: isProcessed
              ? [output('name', false), output('password', true)]
              : [],
          });
        },
      ),
      http.get(`${API}/state-version-outputs/:id`, ({ request, params }) => {
        note(request);
        const id = String(params.id).split('-').slice(1, 3).join('-');
        return HttpResponse.json({
          data: {
            id: params.id,
            attributes: {
              name: 'password',
              sensitive: true,
              value: states[id].password,
            },
          },
        });
      }),
    );
    const client = HttpClient.create({
      vendor: 'HCP Terraform',
      retries: 0,
      clock: {
        now: () => 0,
        sleep: async () => {
          slept += 1;
        },
      },
    });
    const api = new HcpClient(config, client);
    const ids = new WorkspaceIds();
    const keeper = new WorkspaceKeeper(config, api, ids);
    const reader = new OutputReader(
      'hcp-terraform',
      config,
      api,
      keeper,
      ids,
      client,
    );
    const readPassword = async () =>
      (await reader.readSensitive({ password: reference }, {})).password;
    return { ids, reader, readPassword };
  }

  it('looks for a workspace by its name once', async () => {
    const { readPassword } = setup();
    expect(await readPassword()).toBe('first');
    expect(await readPassword()).toBe('first');
    const both = [
      '/workspaces/ws-1/current-state-version?include=outputs',
      '/state-version-outputs/wsout-ws-1-password',
    ];
    expect(asked).toEqual([
      '/organizations/myorg/workspaces/orders',
      ...both,
      ...both,
    ]);
  });

  it('looks for it again where it is gone, since another may have its name', async () => {
    const { readPassword } = setup();
    await readPassword();
    states = { 'ws-2': { password: 'second', unprocessed: 0 } };
    named = 'ws-2';
    expect(await readPassword()).toBe('second');
    expect(await readPassword()).toBe('second');
    expect(
      asked.filter(path => path.startsWith('/organizations')),
    ).toHaveLength(2);
  });

  it('tells that there is no state, having looked for its workspace', async () => {
    const { ids, readPassword } = setup();
    states = {};
    ids.learn({ id: 'ws-1', attributes: { name: 'orders' } });
    await expect(readPassword()).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    expect(asked).toContain('/organizations/myorg/workspaces/orders');
  });

  it('waits for a state to be processed, and gives no sensitive values', async () => {
    states['ws-1'].unprocessed = 3;
    const { reader } = setup();
    const outputs = await reader.read(
      {
        pullRequestUrl: '',
        head: '',
        status: 'applied',
        merged: true,
        projects: [{ name: 'orders', status: 'applied' }],
      },
      {},
    );
    expect(slept).toBe(3);
    expect(outputs).toEqual({
      values: { name: 'db' },
      sensitive: { password: reference },
    });
  });

  it('waits for no state for ever', async () => {
    states['ws-1'].unprocessed = 1000;
    const { readPassword } = setup();
    await expect(readPassword()).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
    });
  });
});
