import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { secretsProviderServiceRef } from '@self-service/plugin-providers-node';
import { VaultSecretsProvider } from './VaultSecretsProvider';

/**
 * Installs Vault as a secrets provider, as `providers.vault` says; none without
 * it.
 *
 * @public
 */
export const vaultProviderServiceFactory = createServiceFactory({
  service: secretsProviderServiceRef,
  deps: { config: coreServices.rootConfig },
  factory: ({ config }) =>
    config.has('providers.vault')
      ? [VaultSecretsProvider.fromConfig(config)]
      : [],
});
