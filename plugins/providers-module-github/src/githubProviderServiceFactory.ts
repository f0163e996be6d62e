import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { gitProviderServiceRef } from '@self-service/plugin-providers-node';
import { GithubGitProvider } from './GithubGitProvider';

/**
 * Installs GitHub as a git provider: every host in `integrations.github`,
 * with the credentials that stand there.
 *
 * @public
 */
export const githubProviderServiceFactory = createServiceFactory({
  service: gitProviderServiceRef,
  deps: { config: coreServices.rootConfig, logger: coreServices.logger },
  factory: ({ config, logger }) =>
    GithubGitProvider.fromConfig(config, { logger }),
});
