import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { gitProviderServiceRef } from '@self-service/plugin-providers-node';
import { GitlabGitProvider } from './GitlabGitProvider';

/**
 * Installs a git provider for each host that `integrations.gitlab` names, with
 * the token that stands there.
 *
 * @public
 */
export const gitlabProviderServiceFactory = createServiceFactory({
  service: gitProviderServiceRef,
  deps: { config: coreServices.rootConfig },
  factory: ({ config }) => GitlabGitProvider.listFromConfig(config),
});
