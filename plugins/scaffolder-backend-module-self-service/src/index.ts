/**
 * The scaffolder actions: gate, repository, pull request, waits,
 * secret, catalog, notification.
 *
 * @packageDocumentation
 */
import { createBackendFeatureLoader } from '@backstage/backend-plugin-api';
import { conditionWaitChecker } from './conditions/conditionWaitChecker';
import { httpCondition } from './conditions/httpCondition';
import { mergeCondition } from './conditions/mergeCondition';
import { infrastructureWaitChecker } from './infrastructure/infrastructureWaitChecker';
import { scaffolderModuleSelfService } from './module';

export { scaffolderModuleSelfService, infrastructureWaitChecker };

/**
 * Everything of this package: the scaffolder module, the conditions that runs can
 * wait for, and the checkers through which the runs backend learns that a wait is
 * over.
 *
 * @public
 */
export default createBackendFeatureLoader({
  loader: () => [
    scaffolderModuleSelfService,
    mergeCondition,
    httpCondition,
    conditionWaitChecker,
    infrastructureWaitChecker,
  ],
});
