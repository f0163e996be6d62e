import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { HcpTerraformProvider } from './HcpTerraformProvider';
import { toTag } from './WorkspaceKeeper';

const API = 'https://hcp.example.com/api/v2';
const RUN_KEY = 'task-1/plan/one';
const repository = { host: 'gitlab.com', owner: 'myorg', name: 'infra' };

describe('removing a workspace that the vendor does not let go of', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  const [provider] = HcpTerraformProvider.fromConfig(
    mockServices.rootConfig({
      data: {
        providers: {
          hcpTerraform: [
            {
              gitHost: 'gitlab.com',
              organization: 'myorg',
              address: 'https://hcp.example.com',
              token: 'canary-token-78',
              vcs: { oauthTokenId: 'ot-1' },
            },
          ],
        },
      },
    }),
    { gitProviders: [] },
  );

  /** Refuses so often; between the refusals it is as `attributes` say. */
  function refuse(times: number, attributes: object) {
    let asked = 0;
    server.use(
      http.get(`${API}/organizations/myorg/workspaces/:name`, ({ params }) =>
        HttpResponse.json({
          data: {
            id: 'ws-1',
            type: 'workspaces',
            attributes: {
              name: params.name,
              'tag-names': [toTag(RUN_KEY)],
              ...attributes,
            },
          },
        }),
      ),
      http.post(`${API}/workspaces/ws-1/actions/safe-delete`, () => {
        asked += 1;
        return asked <= times
          ? HttpResponse.json({ errors: [] }, { status: 409 })
          : new HttpResponse(null, { status: 204 });
      }),
    );
    return () => asked;
  }

  const remove = () =>
    provider.removeWorkspace(repository, 'databases/orders', {
      runKey: RUN_KEY,
    });

  it('asks once more where its run has just ended', async () => {
    const asked = refuse(1, { locked: false, 'resource-count': 0 });
    expect(await remove()).toBe('removed');
    expect(asked()).toBe(2);
  });

  it('waits for the resources of a new state to be counted', async () => {
    refuse(9, { locked: false, 'resource-count': 3 });
    server.use(
      http.post(`${API}/workspaces/ws-1/actions/safe-delete`, () =>
        HttpResponse.json(
          {
            errors: [
              {
                status: '409',
                title: 'conflict',
                detail:
                  'Latest workspace state is being processed to discover resources, please try again later',
              },
            ],
          },
          { status: 409 },
        ),
      ),
    );
    expect(await remove()).toBe('busy');
  });

  it.each([
    ['busy', 1, { locked: true, 'resource-count': 0 }],
    ['retained', 1, { locked: false, 'resource-count': 3 }],
    ['retained', 1, { locked: true, 'resource-count': 3 }],
    ['retained', 2, { locked: false, 'resource-count': 0 }],
  ])('says %s after asking %i times where it is %j', async (...row) => {
    const [outcome, times, attributes] = row;
    const asked = refuse(9, attributes);
    expect(await remove()).toBe(outcome);
    expect(asked()).toBe(times);
  });
});
