import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { observabilityProviderServiceRef } from '@self-service/plugin-providers-node';

/**
 * Installs an observability provider for each entry of `providers.datadog`;
 * none without it. Datadog's client, which takes a second to load, is loaded
 * only then.
 *
 * @public
 */
export const datadogProviderServiceFactory = createServiceFactory({
  service: observabilityProviderServiceRef,
  deps: { config: coreServices.rootConfig },
  async factory({ config }) {
    if (!config.has('providers.datadog')) {
      return [];
    }
    const { DatadogObservabilityProvider } = await import(
      './DatadogObservabilityProvider'
    );
    return DatadogObservabilityProvider.fromConfig(config);
  },
});
