import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { ticketingProviderServiceRef } from '@self-service/plugin-providers-node';
import { ExampleDeskProvider } from './ExampleDeskProvider';

export { ExampleDeskProvider };

/** Installs Example Desk where `providers.exampleDesk` is configured. */
export default createServiceFactory({
  service: ticketingProviderServiceRef,
  deps: { config: coreServices.rootConfig },
  factory({ config }) {
    const own = config.getOptionalConfig('providers.exampleDesk');
    return own
      ? [
          new ExampleDeskProvider(
            own.getString('address').replace(/\/+$/, ''),
            own.getString('token'),
          ),
        ]
      : [];
  },
});
