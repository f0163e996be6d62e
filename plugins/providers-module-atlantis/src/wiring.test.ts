import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import githubProviderServiceFactory from '@self-service/plugin-providers-module-github';
import {
  gitProviderServiceRef,
  infrastructureProviderServiceRef,
} from '@self-service/plugin-providers-node';
import atlantisProviderServiceFactory from '.';

it('reaches a plugin, with the git providers that are installed', async () => {
  const served: unknown[] = [];
  const backend = await startTestBackend({
    features: [
      githubProviderServiceFactory,
      atlantisProviderServiceFactory,
      mockServices.rootConfig.factory({
        data: {
          integrations: { github: [{ host: 'github.com' }] },
          providers: { atlantis: [{ gitHost: 'github.com' }] },
        },
      }),
      createBackendPlugin({
        pluginId: 'probe',
        register: ({ registerInit }) =>
          registerInit({
            deps: {
              git: gitProviderServiceRef,
              infrastructure: infrastructureProviderServiceRef,
            },
            init: async ({ git, infrastructure }) => {
              const url = 'https://github.com/myorg/infrastructure/pull/7';
              served.push(git.flat().map(({ id }) => id));
              served.push(
                infrastructure.flat().map(provider => provider.serves(url)),
              );
            },
          }),
      }),
    ],
  });
  await backend.stop();
  expect(served).toEqual([['github'], [true]]);
});
