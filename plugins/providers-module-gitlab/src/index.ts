/**
 * GitLab as provider of the capability `git`.
 *
 * @packageDocumentation
 */
import { createBackendFeatureLoader } from '@backstage/backend-plugin-api';
import { gitlabProviderServiceFactory } from './gitlabProviderServiceFactory';
import { gitlabWebhookReceiver } from './GitlabWebhookReceiver';

export { gitlabProviderServiceFactory, gitlabWebhookReceiver };
export {
  GitlabGitProvider,
  type GitlabGitProviderOptions,
} from './GitlabGitProvider';

/**
 * Everything of this package: the providers, and the receiver of webhooks.
 *
 * @public
 */
export default createBackendFeatureLoader({
  loader: () => [gitlabProviderServiceFactory, gitlabWebhookReceiver],
});
