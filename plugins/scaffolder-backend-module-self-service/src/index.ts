/**
 * The scaffolder actions: gate, repository, pull request, wait for apply,
 * secret, catalog, notification.
 *
 * @packageDocumentation
 */
import { createBackendFeatureLoader } from '@backstage/backend-plugin-api';
import { infrastructureWaitChecker } from './infrastructure/infrastructureWaitChecker';
import { scaffolderModuleSelfService } from './module';

export { scaffolderModuleSelfService, infrastructureWaitChecker };

/**
 * Everything of this package: the scaffolder module, and the checker through
 * which the runs backend learns that an infrastructure wait is over.
 *
 * @public
 */
export default createBackendFeatureLoader({
  loader: () => [scaffolderModuleSelfService, infrastructureWaitChecker],
});
