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
import datadogProviderServiceFactory from './index';

async function install(providers: JsonObject) {
  let installed: readonly ObservabilityProvider[] = [];
  const backend = await startTestBackend({
    features: [
      mockServices.rootConfig.factory({ data: { providers } }),
      datadogProviderServiceFactory,
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

const ENTRY = { site: 'us5.datadoghq.com', apiKey: 'a', applicationKey: 'b' };

describe('the providers of providers.datadog', () => {
  it('are none without it', async () => {
    expect(await install({})).toEqual([]);
  });

  it('are one of one entry', async () => {
    const [provider, ...others] = await install({ datadog: ENTRY });
    expect(others).toEqual([]);
    expect(provider).toMatchObject({
      id: 'datadog',
      capability: 'observability',
      vendor: 'Datadog',
      endpoint: 'https://api.us5.datadoghq.com',
      features: ['dashboard', 'alerts', 'slo'],
    });
  });

  it('are as many as a list has', async () => {
    const providers = await install({
      datadog: [ENTRY, { ...ENTRY, name: 'edge' }],
    });
    expect(providers.map(({ id }) => id)).toEqual(['datadog', 'datadog:edge']);
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
  ])('are refused of %j', async (datadog, message) => {
    await expect(install({ datadog })).rejects.toThrow(message);
  });
});
