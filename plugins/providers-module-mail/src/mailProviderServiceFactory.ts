import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { messagingProviderServiceRef } from '@self-service/plugin-providers-node';
import { MailMessagingProvider } from './MailMessagingProvider';

/**
 * Installs mail as a messaging provider, as `providers.mail` says; none without
 * it.
 *
 * @public
 */
export const mailProviderServiceFactory = createServiceFactory({
  service: messagingProviderServiceRef,
  deps: { config: coreServices.rootConfig },
  factory: ({ config }) =>
    config.has('providers.mail')
      ? [MailMessagingProvider.fromConfig(config)]
      : [],
});
