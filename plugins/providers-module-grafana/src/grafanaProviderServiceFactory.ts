import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { observabilityProviderServiceRef } from '@self-service/plugin-providers-node';
import { GrafanaObservabilityProvider } from './GrafanaObservabilityProvider';

/**
 * Installs an observability provider for each entry of `providers.grafana`;
 * none without it.
 *
 * @public
 */
export const grafanaProviderServiceFactory = createServiceFactory({
  service: observabilityProviderServiceRef,
  deps: { config: coreServices.rootConfig },
  factory: ({ config }) => GrafanaObservabilityProvider.fromConfig(config),
});
