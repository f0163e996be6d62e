import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import githubProviders from '@self-service/plugin-providers-module-github';
import { infrastructureProviderServiceRef } from '@self-service/plugin-providers-node';
import { webhookReceiverServiceRef } from '@self-service/plugin-runs-node';
import hcpTerraform from '.';

it('reaches a plugin, one provider for each entry, and none without', async () => {
  const served: unknown[] = [];
  const entry = {
    organization: 'myorg',
    token: 't',
    vcs: { oauthTokenId: 'o' },
  };
  const start = (providers: object) =>
    startTestBackend({
      features: [
        githubProviders,
        hcpTerraform,
        mockServices.rootConfig.factory({
          data: {
            integrations: { github: [{ host: 'github.com' }] },
            providers,
          },
        }),
        createBackendPlugin({
          pluginId: 'probe',
          register: ({ registerInit }) =>
            registerInit({
              deps: {
                infrastructure: infrastructureProviderServiceRef,
                receivers: webhookReceiverServiceRef,
              },
              init: async ({ infrastructure, receivers }) => {
                const url = 'https://github.com/myorg/infrastructure/pull/7';
                served.push(
                  infrastructure
                    .flat()
                    .map(provider => [provider.id, provider.serves(url)]),
                  receivers.map(({ id }) => id).includes('hcp-terraform'),
                );
              },
            }),
        }),
      ],
    });
  const hcp = [
    { ...entry, gitHost: 'github.com' },
    { ...entry, gitHost: 'gitlab.com' },
  ];
  await (await start({ hcpTerraform: hcp })).stop();
  await (await start({})).stop();
  expect(served).toEqual([
    [
      ['hcp-terraform', true],
      ['hcp-terraform:gitlab.com/myorg', false],
    ],
    true,
    [],
    true,
  ]);
});
