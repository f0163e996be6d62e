import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  gitProviderServiceRef,
  infrastructureProviderServiceRef,
} from '@self-service/plugin-providers-node';
import { AtlantisProvider } from './AtlantisProvider';

/**
 * Installs Atlantis as an infrastructure provider: the servers in
 * `providers.atlantis`, through the installed git providers.
 *
 * @public
 */
export const atlantisProviderServiceFactory = createServiceFactory({
  service: infrastructureProviderServiceRef,
  deps: {
    config: coreServices.rootConfig,
    gitProviders: gitProviderServiceRef,
  },
  factory: ({ config, gitProviders }) =>
    config.has('providers.atlantis')
      ? [
          AtlantisProvider.fromConfig(config, {
            gitProviders: gitProviders.flat(),
          }),
        ]
      : [],
});
