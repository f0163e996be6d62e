import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  gitProviderServiceRef,
  infrastructureProviderServiceRef,
} from '@self-service/plugin-providers-node';
import { webhookReceiverServiceRef } from '@self-service/plugin-runs-node';
import { readHcpTerraformConfig } from './config';
import { HcpTerraformProvider } from './HcpTerraformProvider';
import { HcpTerraformWebhookReceiver } from './HcpTerraformWebhookReceiver';

/**
 * Installs the organizations in `providers.hcpTerraform` as infrastructure
 * providers, through the installed git providers.
 *
 * @public
 */
export const hcpTerraformProviderServiceFactory = createServiceFactory({
  service: infrastructureProviderServiceRef,
  deps: {
    config: coreServices.rootConfig,
    gitProviders: gitProviderServiceRef,
  },
  factory: ({ config, gitProviders }) =>
    HcpTerraformProvider.fromConfig(config, {
      gitProviders: gitProviders.flat(),
    }),
});

/**
 * Adds the receiver of notifications to the runs backend.
 *
 * @public
 */
export const hcpTerraformWebhookReceiver = createServiceFactory({
  service: webhookReceiverServiceRef,
  deps: {
    config: coreServices.rootConfig,
    providers: infrastructureProviderServiceRef,
  },
  factory({ config, providers }) {
    const organizations = readHcpTerraformConfig(config);
    return HcpTerraformWebhookReceiver.create({
      tokens: organizations.flatMap(({ webhook }) => webhook?.token ?? []),
      finders: providers
        .flat()
        .filter(provider => provider instanceof HcpTerraformProvider),
    });
  },
});
