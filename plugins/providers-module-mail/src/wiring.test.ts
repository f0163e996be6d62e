import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { messagingProviderServiceRef } from '@self-service/plugin-providers-node';
import mailProviderServiceFactory from '.';

async function installed(providers: object): Promise<string[]> {
  const ids: string[] = [];
  const backend = await startTestBackend({
    features: [
      mailProviderServiceFactory,
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
  expect(
    await installed({
      mail: { url: 'smtp://mail.example.com', from: 'a@example.com' },
    }),
  ).toEqual(['mail']);
  expect(await installed({})).toEqual([]);
});
