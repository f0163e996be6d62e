import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { gitProviderServiceRef } from '@self-service/plugin-providers-node';
import { GithubGitProvider } from './GithubGitProvider';

/**
 * Installs GitHub as a git provider where `integrations.github` names a host,
 * with the credentials that stand there.
 *
 * @public
 */
export const githubProviderServiceFactory = createServiceFactory({
  service: gitProviderServiceRef,
  deps: { config: coreServices.rootConfig, logger: coreServices.logger },
  factory: ({ config, logger }) =>
    config.has('integrations.github')
      ? [GithubGitProvider.fromConfig(config, { logger })]
      : [],
});
