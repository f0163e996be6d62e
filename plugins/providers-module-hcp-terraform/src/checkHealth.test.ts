import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { HcpTerraformProvider } from './HcpTerraformProvider';

const API = 'https://hcp.example.com/api/v2';
const TOKEN = 'canary-token-77';

describe('checkHealth', () => {
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
              token: TOKEN,
              vcs: { oauthTokenId: 'ot-1' },
            },
          ],
        },
      },
    }),
    { gitProviders: [] },
  );

  function setup(options: { permissions?: object; account?: boolean }) {
    const { permissions = {}, account = true } = options;
    server.use(
      http.get(`${API}/organizations/myorg`, () =>
        HttpResponse.json({ data: { attributes: { permissions } } }),
      ),
      http.get(`${API}/account/details`, () =>
        account
          ? HttpResponse.json(
              { data: { attributes: { username: 'portal' } } },
              {
                headers: {
                  'x-ratelimit-limit': '30',
                  'x-ratelimit-remaining': '29',
                },
              },
            )
          : HttpResponse.json({ errors: [] }, { status: 404 }),
      ),
    );
  }

  it('says who we are, and what is left of the rate limit', async () => {
    setup({ permissions: { 'can-create-workspace': true } });
    expect(await provider.checkHealth()).toEqual({
      status: 'ok',
      description: 'Signed in to myorg as portal.',
      rateLimit: { limit: 30, remaining: 29 },
    });
  });

  it('says what the token may not', async () => {
    setup({ permissions: { 'can-create-workspace': false } });
    expect(await provider.checkHealth()).toMatchObject({
      status: 'degraded',
      problem: { whose: 'platform' },
    });
  });

  it("tells an organization's token", async () => {
    setup({ account: false });
    expect(await provider.checkHealth()).toMatchObject({
      status: 'degraded',
      problem: { remedy: expect.stringContaining('token of a team') },
    });
  });

  it('fails without showing the token that the vendor echoes', async () => {
    server.use(
      http.get(`${API}/organizations/myorg`, () =>
        HttpResponse.json(
          { errors: [{ title: 'unauthorized', detail: `bad ${TOKEN}` }] },
          { status: 401 },
        ),
      ),
    );
    const health = await provider.checkHealth();
    expect(health).toMatchObject({
      status: 'failing',
      problem: { whose: 'platform', status: 401 },
    });
    expect(JSON.stringify(health)).not.toContain(TOKEN);
  });
});
