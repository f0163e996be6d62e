import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { observabilityProviderServiceRef } from '@self-service/plugin-providers-node';
import { DatadogObservabilityProvider } from './DatadogObservabilityProvider';

/**
 * Installs an observability provider for each entry of `providers.datadog`;
 * none without it.
 *
 * @public
 */
export const datadogProviderServiceFactory = createServiceFactory({
  service: observabilityProviderServiceRef,
  deps: { config: coreServices.rootConfig },
  factory: ({ config }) => DatadogObservabilityProvider.fromConfig(config),
});
