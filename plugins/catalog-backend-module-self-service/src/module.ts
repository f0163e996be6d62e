import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import {
  gitProviderServiceRef,
  infrastructureProviderServiceRef,
  messagingProviderServiceRef,
  observabilityProviderServiceRef,
  secretsProviderServiceRef,
} from '@self-service/plugin-providers-node';
import { ScaffolderActions } from './ScaffolderActions';
import { SelfServiceTemplateProcessor } from './SelfServiceTemplateProcessor';

/**
 * Adds {@link SelfServiceTemplateProcessor} to the catalog.
 *
 * @public
 */
export const catalogModuleSelfService = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'self-service',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogProcessingExtensionPoint,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        logger: coreServices.logger,
        git: gitProviderServiceRef,
        infrastructure: infrastructureProviderServiceRef,
        messaging: messagingProviderServiceRef,
        observability: observabilityProviderServiceRef,
        secrets: secretsProviderServiceRef,
      },
      async init({ auth, catalog, config, discovery, logger, ...providers }) {
        catalog.addProcessor(
          SelfServiceTemplateProcessor.create({
            config,
            logger,
            actions: ScaffolderActions.create({ auth, discovery, logger }),
            providers: Object.values(providers).flat(2),
          }),
        );
      },
    });
  },
});
