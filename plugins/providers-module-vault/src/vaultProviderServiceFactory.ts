import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { secretsProviderServiceRef } from '@self-service/plugin-providers-node';
import { VaultSecretsProvider } from './VaultSecretsProvider';

/**
 * Installs a secrets provider for each entry of `providers.vault`.
 *
 * @public
 */
export const vaultProviderServiceFactory = createServiceFactory({
  service: secretsProviderServiceRef,
  deps: { config: coreServices.rootConfig },
  factory: ({ config }) => VaultSecretsProvider.fromConfig(config),
});
