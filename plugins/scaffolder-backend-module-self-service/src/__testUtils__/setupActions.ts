import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { NotificationService } from '@backstage/plugin-notifications-node';
import {
  AuthorizeResult,
  createPermission,
} from '@backstage/plugin-permission-common';
import { JsonObject } from '@backstage/types';
import { aliasOf } from '../actions/aliasOf';
import { Messenger } from '@self-service/plugin-providers-node';
import { createChangeResourceAction } from '../actions/changeResource';
import { createCommitFilesAction } from '../actions/commitFiles';
import { createRepositoryAction } from '../actions/createRepository';
import { createSecretAction } from '../actions/createSecret';
import { createExtendResourceAction } from '../actions/extendResource';
import { createGateAction } from '../actions/gate';
import { createGrantSecretAccessAction } from '../actions/grantSecretAccess';
import { createObservabilityAction } from '../actions/observability';
import { createPlanDirectoriesAction } from '../actions/planDirectories';
import { createPullRequestAction } from '../actions/pullRequest';
import { createRegisterComponentAction } from '../actions/registerComponent';
import { createRemoveResourceAction } from '../actions/removeResource';
import { createRotateSecretAction } from '../actions/rotateSecret';
import { createSendNotificationAction } from '../actions/sendNotification';
import { createWaitForApplyAction } from '../actions/waitForApply';
import {
  createWaitForConditionAction,
  createWaitForMergeAction,
} from '../actions/waitForCondition';
import { WaitAuthoriser } from '../authorisation/WaitAuthoriser';
import { createMergeCondition } from '../conditions/mergeCondition';
import { FakeCatalog } from './FakeCatalog';
import { FakeCondition } from './FakeCondition';
import { FakeMessaging } from './FakeMessaging';
import { FakeObservability } from './FakeObservability';
import {
  attemptOf,
  FakeApprovals,
  FakeGit,
  FakeInfrastructure,
  FakePause,
  FakeRuns,
  FakeSecrets,
  scaffolderWith,
} from './fakes';

/** Ids of the steps of the run that the actions belong to. */
const STEPS = [
  'gate',
  'repository',
  'plan',
  'pr',
  'apply',
  'secret',
  'register',
  'observe',
  'notify',
  'resource',
  'wait',
];

/** Every action of the module, over vendors and backends in memory. */
export function setupActions(
  options: {
    mayWait?: boolean;
    mayRegister?: boolean;
    inlineWaitMs?: number;
    /** Empty: the portal has none. */
    defaultGitHost?: string;
    /** `onFailure` by step. */
    onFailure?: Record<string, unknown>;
    /** What the run's gate carries of its template's declaration. */
    selfService?: JsonObject;
    parameters?: JsonObject;
  } = {},
) {
  const approvals = new FakeApprovals();
  const runs = new FakeRuns();
  const infrastructure = new FakeInfrastructure();
  const secrets = new FakeSecrets();
  const git = new FakeGit();
  const pause = new FakePause();
  const condition = new FakeCondition();
  const catalog = new FakeCatalog();
  const messaging = new FakeMessaging();
  const observability = new FakeObservability();
  const sent: Parameters<NotificationService['send']>[0][] = [];
  const notifications: NotificationService = {
    send: async message => {
      sent.push(message);
    },
  };
  const services = {
    approvals,
    runs,
    pause,
    now: () => pause.now(),
    random: () => 1,
    inlineWaitMs: options.inlineWaitMs ?? 2_000,
    waitTimeoutMs: 3_600_000,
    conditions: [condition, createMergeCondition([git as never], () => {})],
    infrastructure: [infrastructure],
    secrets: [secrets],
    observability: [observability],
    git: [git as never],
    defaultGitHost: options.defaultGitHost ?? 'github.com',
    integrations: ScmIntegrations.fromConfig(
      new ConfigReader({ integrations: { github: [{ host: 'github.com' }] } }),
    ),
    auth: mockServices.auth(),
    catalog: catalog as unknown as CatalogService,
    notifications,
    appBaseUrl: 'https://portal.example.com',
    messenger: Messenger.create({
      providers: [messaging],
      logger: mockServices.logger.mock(),
    }),
    permissions: mockServices.permissions({
      result:
        options.mayRegister === false
          ? AuthorizeResult.DENY
          : AuthorizeResult.ALLOW,
    }),
    registerPermission: createPermission({
      name: 'catalog.location.create',
      attributes: { action: 'create' },
    }),
    scaffolder: scaffolderWith(
      STEPS.map(id => ({
        id,
        action: id === 'gate' ? 'approval:request' : 'x',
        onFailure: options.onFailure?.[id],
        input: id === 'gate' ? { selfService: options.selfService } : {},
      })),
      options.parameters,
    ),
    sealer: undefined,
    waitAuthoriser: {
      findProblems: async () =>
        options.mayWait === false ? ['You may not.'] : [],
    } as unknown as WaitAuthoriser,
  };
  const actions = [
    createGateAction(services),
    createRepositoryAction(services),
    createPlanDirectoriesAction(services),
    createPullRequestAction(services),
    aliasOf(createPullRequestAction(services), 'github:pull-request'),
    createCommitFilesAction(services),
    createWaitForApplyAction(services),
    createWaitForConditionAction(services),
    createWaitForMergeAction(services),
    createSecretAction(services),
    aliasOf(createSecretAction(services), 'vault:create-secret'),
    createRotateSecretAction(services),
    createGrantSecretAccessAction(services),
    createChangeResourceAction(services),
    createExtendResourceAction(services),
    createRemoveResourceAction(services),
    createRegisterComponentAction(services),
    createObservabilityAction(services),
    createSendNotificationAction(services),
    aliasOf(createSendNotificationAction(services), 'notify:send'),
  ];
  const run = (id: string, tried: ReturnType<typeof attemptOf>) => {
    const action = actions.find(entry => entry.id === id);
    return (
      action as unknown as { handler(context: unknown): Promise<void> }
    ).handler(tried.context);
  };
  return {
    approvals,
    runs,
    infrastructure,
    secrets,
    git,
    condition,
    pause,
    catalog,
    messaging,
    observability,
    notifications,
    sent,
    run,
  };
}
