import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { messagingProviderServiceRef } from '@self-service/plugin-providers-node';
import slackProviderServiceFactory from '.';

async function installed(providers: object): Promise<string[]> {
  const ids: string[] = [];
  const backend = await startTestBackend({
    features: [
      slackProviderServiceFactory,
      mockServices.rootConfig.factory({ data: { providers } }),
      createBackendPlugin({
        pluginId: 'probe',
        register: ({ registerInit }) =>
          registerInit({
            deps: { messaging: messagingProviderServiceRef },
            init: async ({ messaging }) => {
              ids.push(...messaging.flat().map(({ id }) => id));
            },
          }),
      }),
    ],
  });
  await backend.stop();
  return ids;
}

it('reaches a plugin where app-config names it, and only there', async () => {
  expect(await installed({ slack: [{ botToken: 'xoxb-1' }] })).toEqual([
    'slack',
  ]);
  expect(await installed({})).toEqual([]);
});
