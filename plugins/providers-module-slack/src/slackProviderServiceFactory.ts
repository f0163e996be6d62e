import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { messagingProviderServiceRef } from '@self-service/plugin-providers-node';
import { SlackMessagingProvider } from './SlackMessagingProvider';

/**
 * Installs the workspaces of `providers.slack` as messaging providers; none
 * without it.
 *
 * @public
 */
export const slackProviderServiceFactory = createServiceFactory({
  service: messagingProviderServiceRef,
  deps: { config: coreServices.rootConfig },
  factory: ({ config }) => SlackMessagingProvider.fromConfig(config),
});
