import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
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
        catalog: catalogProcessingExtensionPoint,
        config: coreServices.rootConfig,
        logger: coreServices.logger,
      },
      async init({ catalog, config, logger }) {
        catalog.addProcessor(
          SelfServiceTemplateProcessor.create({ config, logger }),
        );
      },
    });
  },
});
