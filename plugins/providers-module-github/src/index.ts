/**
 * GitHub as provider of the capability `git`.
 *
 * @packageDocumentation
 */
import { createBackendFeatureLoader } from '@backstage/backend-plugin-api';
import { githubProviderServiceFactory } from './githubProviderServiceFactory';
import { githubWebhookReceiver } from './GithubWebhookReceiver';

export { githubProviderServiceFactory, githubWebhookReceiver };
export {
  GithubGitProvider,
  type GithubGitProviderOptions,
} from './GithubGitProvider';

/**
 * Everything of this package: the provider, and the receiver of webhooks.
 *
 * @public
 */
export default createBackendFeatureLoader({
  loader: () => [githubProviderServiceFactory, githubWebhookReceiver],
});
