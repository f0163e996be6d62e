import { Config } from '@backstage/config';
import { StepCheckOptions } from './checkSteps';

/**
 * Reads what the check depends on.
 *
 * @param config - the portal's app-config
 */
export function readCheckOptions(config: Config): StepCheckOptions {
  return {
    hasWorkspaceProvider: config.has(
      'scaffolder.taskRecovery.workspaceProvider',
    ),
    allowedAsService:
      config.getOptionalStringArray(
        'scaffolder.selfService.allowedAsService',
      ) ?? [],
  };
}
