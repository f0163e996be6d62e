import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { JsonObject } from '@backstage/types';
import {
  ObservabilityProvider,
  observabilityProviderServiceRef,
} from '@self-service/plugin-providers-node';
import grafanaProviderServiceFactory from './index';

async function install(providers: JsonObject) {
  let installed: readonly ObservabilityProvider[] = [];
  const backend = await startTestBackend({
    features: [
      mockServices.rootConfig.factory({ data: { providers } }),
      grafanaProviderServiceFactory,
      createBackendModule({
        pluginId: 'catalog',
        moduleId: 'test',
        register: env =>
          env.registerInit({
            deps: {
              providers: observabilityProviderServiceRef,
              logger: coreServices.logger,
            },
            async init(deps) {
              installed = deps.providers.flat();
            },
          }),
      }),
    ],
  });
  await backend.stop();
  return installed;
}

const ENTRY = { url: 'https://grafana.example/base/', token: 't' };

describe('the providers of providers.grafana', () => {
  it('are none without it', async () => {
    expect(await install({})).toEqual([]);
  });

  it('are one of one entry', async () => {
    const [provider, ...others] = await install({ grafana: ENTRY });
    expect(others).toEqual([]);
    expect(provider).toMatchObject({
      id: 'grafana',
      capability: 'observability',
      vendor: 'Grafana',
      endpoint: 'https://grafana.example',
      features: ['dashboard'],
    });
  });

  it('are as many as a list has', async () => {
    const providers = await install({
      grafana: [ENTRY, { ...ENTRY, name: 'edge' }],
    });
    expect(providers.map(({ id }) => id)).toEqual(['grafana', 'grafana:edge']);
  });

  it.each([
    [[ENTRY, ENTRY], 'needs a name'],
    [
      [
        { ...ENTRY, name: 'a' },
        { ...ENTRY, name: 'a' },
      ],
      'have one name',
    ],
    [
      { ...ENTRY, ruler: { url: 'https://r', token: 'a', username: 'b' } },
      'both token and username',
    ],
  ])('are refused of %j', async (grafana, message) => {
    await expect(install({ grafana })).rejects.toThrow(message);
  });
});
