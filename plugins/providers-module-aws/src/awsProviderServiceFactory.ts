import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { secretsProviderServiceRef } from '@self-service/plugin-providers-node';
import { AwsSecretsProvider } from './AwsSecretsProvider';

/**
 * Installs a secrets provider for each entry of `providers.aws`.
 *
 * @public
 */
export const awsProviderServiceFactory = createServiceFactory({
  service: secretsProviderServiceRef,
  deps: { config: coreServices.rootConfig },
  factory: ({ config }) => AwsSecretsProvider.fromConfig(config),
});
