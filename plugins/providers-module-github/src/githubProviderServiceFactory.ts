import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { gitProviderServiceRef } from '@self-service/plugin-providers-node';
import { GithubGitProvider } from './GithubGitProvider';

/**
 * Installs a git provider for each host that `integrations.github` names, with
 * the credentials that stand there.
 *
 * @public
 */
export const githubProviderServiceFactory = createServiceFactory({
  service: gitProviderServiceRef,
  deps: { config: coreServices.rootConfig, logger: coreServices.rootLogger },
  factory: ({ config, logger }) =>
    GithubGitProvider.listFromConfig(config, { logger }),
});
