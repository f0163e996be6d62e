import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { ScmIntegrations } from '@backstage/integration';
import { catalogLocationCreatePermission } from '@backstage/plugin-catalog-common/alpha';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { actionExecutePermission } from '@backstage/plugin-scaffolder-common/alpha';
import {
  scaffolderActionsExtensionPoint,
  scaffolderServiceRef,
} from '@backstage/plugin-scaffolder-node';
import { scaffolderActionPermissionResourceRef } from '@backstage/plugin-scaffolder-node/alpha';
import { approvalsServiceRef } from '@self-service/plugin-approvals-node';
import {
  gitProviderServiceRef,
  infrastructureProviderServiceRef,
  Messenger,
  messagingProviderServiceRef,
  observabilityProviderServiceRef,
  readDefaultGitHost,
  secretsProviderServiceRef,
} from '@self-service/plugin-providers-node';
import {
  conditionServiceRef,
  createSecretSealer,
  runsServiceRef,
} from '@self-service/plugin-runs-node';
import { aliasOf } from './actions/aliasOf';
import { createChangeResourceAction } from './actions/changeResource';
import { createCommitFilesAction } from './actions/commitFiles';
import { createRepositoryAction } from './actions/createRepository';
import { createSecretAction } from './actions/createSecret';
import { createExtendResourceAction } from './actions/extendResource';
import { createGateAction } from './actions/gate';
import { createGrantSecretAccessAction } from './actions/grantSecretAccess';
import { createObservabilityAction } from './actions/observability';
import { createPlanDirectoriesAction } from './actions/planDirectories';
import { createPullRequestAction } from './actions/pullRequest';
import { createRegisterComponentAction } from './actions/registerComponent';
import { createRemoveResourceAction } from './actions/removeResource';
import { createRotateSecretAction } from './actions/rotateSecret';
import { createSendNotificationAction } from './actions/sendNotification';
import { createWaitForApplyAction } from './actions/waitForApply';
import {
  createWaitForConditionAction,
  createWaitForMergeAction,
} from './actions/waitForCondition';
import { WaitAuthoriser } from './authorisation/WaitAuthoriser';
import { readModuleConfig } from './config';
import { processPause } from './run/Pause';

/**
 * Adds the actions to the scaffolder: gate, repository, pull request, waits,
 * secret, catalog, notification.
 *
 * @public
 */
export const scaffolderModuleSelfService = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'self-service',
  register(env) {
    env.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        approvals: approvalsServiceRef,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        conditions: conditionServiceRef,
        config: coreServices.rootConfig,
        git: gitProviderServiceRef,
        infrastructure: infrastructureProviderServiceRef,
        logger: coreServices.logger,
        messaging: messagingProviderServiceRef,
        notifications: notificationService,
        observability: observabilityProviderServiceRef,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        runs: runsServiceRef,
        scaffolder: scaffolderServiceRef,
        secrets: secretsProviderServiceRef,
      },
      async init({ actions, config, ...services }) {
        const { allowedAsService, ...waits } = readModuleConfig(config);
        const waitAuthoriser = new WaitAuthoriser({
          permissions: services.permissions,
          permissionsRegistry: services.permissionsRegistry,
          permission: actionExecutePermission,
          resourceRef: scaffolderActionPermissionResourceRef,
          allowedAsService,
          permissionsOfActions: {
            'catalog:register-component': [catalogLocationCreatePermission],
          },
        });
        const all = {
          ...services,
          git: services.git.flat(),
          infrastructure: services.infrastructure.flat(),
          secrets: services.secrets.flat(),
          defaultGitHost: readDefaultGitHost(config),
          ...waits,
          integrations: ScmIntegrations.fromConfig(config),
          appBaseUrl: config.getString('app.baseUrl'),
          messenger: Messenger.fromConfig(config, {
            providers: services.messaging.flat(),
            logger: services.logger,
          }),
          observability: services.observability.flat(),
          now: () => Date.now(),
          pause: processPause,
          random: Math.random,
          registerPermission: catalogLocationCreatePermission,
          sealer: createSecretSealer(config),
          waitAuthoriser,
        };
        actions.addActions(
          createGateAction(all),
          createPlanDirectoriesAction(all),
          createPullRequestAction(all),
          aliasOf(createPullRequestAction(all), 'github:pull-request'),
          createCommitFilesAction(all),
          createWaitForApplyAction(all),
          createWaitForConditionAction(all),
          createWaitForMergeAction(all),
          createSecretAction(all),
          aliasOf(createSecretAction(all), 'vault:create-secret'),
          createRotateSecretAction(all),
          createGrantSecretAccessAction(all),
          createChangeResourceAction(all),
          createExtendResourceAction(all),
          createRemoveResourceAction(all),
          createRepositoryAction(all),
          createRegisterComponentAction(all),
          createObservabilityAction(all),
          createSendNotificationAction(all),
          aliasOf(createSendNotificationAction(all), 'notify:send'),
        );
      },
    });
  },
});
