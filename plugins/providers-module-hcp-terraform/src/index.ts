/**
 * HCP Terraform and Terraform Enterprise as provider of the capability
 * `infrastructure`.
 *
 * @packageDocumentation
 */
import { createBackendFeatureLoader } from '@backstage/backend-plugin-api';
import {
  hcpTerraformProviderServiceFactory,
  hcpTerraformWebhookReceiver,
} from './factories';

export { hcpTerraformProviderServiceFactory, hcpTerraformWebhookReceiver };
export {
  HcpTerraformProvider,
  type HcpTerraformProviderOptions,
} from './HcpTerraformProvider';

/**
 * Everything of this package: the providers, and the receiver of notifications.
 *
 * @public
 */
export default createBackendFeatureLoader({
  loader: () => [
    hcpTerraformProviderServiceFactory,
    hcpTerraformWebhookReceiver,
  ],
});
