import { setTimeout as delay } from 'node:timers/promises';
import {
  coreServices,
  createBackendModule,
  createServiceFactory,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { schedulerServiceFactory } from '@backstage/backend-defaults/scheduler';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  DefaultEventsService,
  eventsServiceRef,
} from '@backstage/plugin-events-node';
import {
  notificationService,
  NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
import {
  createTemplateAction,
  scaffolderActionsExtensionPoint,
} from '@backstage/plugin-scaffolder-node';
import approvalsPlugin from '@self-service/plugin-approvals-backend';
import { INJECTED_GATE_STEP } from '@self-service/plugin-approvals-common';
import {
  gitProviderServiceRef,
  infrastructureProviderServiceRef,
  secretsProviderServiceRef,
} from '@self-service/plugin-providers-node';
import { JsonObject } from '@backstage/types';
import runsPlugin from '@self-service/plugin-runs-backend';
import { FakeCatalog } from './FakeCatalog';
import { FakeGit, FakeInfrastructure, FakeSecrets } from './fakes';
import { infrastructureWaitChecker, scaffolderModuleSelfService } from '..';

type Permissions = typeof coreServices.permissions.T;
/** The policy's answer to one question; `undefined` allows. */
export type Policy = (
  permission: string,
  user: string | undefined,
) => Awaited<ReturnType<Permissions['authorizeConditional']>>[0] | undefined;

const ALLOW: AuthorizeResult.ALLOW = AuthorizeResult.ALLOW;

/** People and teams of every test here. */
const ORGANISATION: Entity[] = [
  group('payments', { lead: 'leo' }),
  group('platform-team'),
  user('dana', 'payments'),
  user('leo', 'payments'),
  user('mallory'),
  user('pat', 'platform-team'),
];

function group(name: string, options: { lead?: string } = {}): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: {
      name,
      namespace: 'default',
      annotations: options.lead
        ? { 'self-service/lead': `user:default/${options.lead}` }
        : {},
    },
    spec: { type: 'team', children: [] },
    relations: [],
  };
}

function user(name: string, team?: string): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name, namespace: 'default' },
    spec: { memberOf: team ? [team] : [] },
    relations: team
      ? [{ type: 'memberOf', targetRef: `group:default/${team}` }]
      : [],
  };
}

/** A step of a test template. */
export type TemplateStep = JsonObject;

/** The gate as the catalog processor injects it. */
export const GATE: TemplateStep = {
  id: INJECTED_GATE_STEP,
  name: 'Approval',
  action: 'approval:request',
  input: {
    selfService: {
      operation: 'database:create',
      environment: { parameter: 'environment' },
      cost: 50,
    },
  },
};

/** A Template entity with these steps. */
export function template(steps: TemplateStep[], spec: JsonObject = {}): Entity {
  return {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name: 'database', namespace: 'default' },
    spec: { type: 'service', parameters: [], steps, output: {}, ...spec },
  };
}

/** Notifications that a test can look at, and make fail. */
function mockNotifications() {
  const sent: NotificationSendOptions[] = [];
  return {
    sent,
    send: async (message: NotificationSendOptions) => {
      sent.push(message);
    },
  };
}

/** One bus for all plugins, as in a real backend; the mock has one for each. */
const sharedEvents = createServiceFactory({
  service: eventsServiceRef,
  deps: {},
  createRootContext: () =>
    DefaultEventsService.create({ logger: mockServices.logger.mock() }),
  factory: (_, events) => events,
});

/** The stock scaffolder and our plugins, with vendors that the test controls. */
export async function startPlatform(options: {
  steps: TemplateStep[];
  spec?: JsonObject;
  policy?: Policy;
  config?: object;
}) {
  const infrastructure = new FakeInfrastructure();
  const git = new FakeGit();
  const secrets = new FakeSecrets();
  const acted: {
    step: string;
    user?: string;
    secrets: string[];
    saw?: unknown;
  }[] = [];
  const entities = [...ORGANISATION, template(options.steps, options.spec)];
  const locations = new FakeCatalog();
  const catalog = Object.assign(catalogServiceMock({ entities }), {
    addLocation: locations.addLocation.bind(locations),
    getLocationByRef: locations.getLocationByRef.bind(locations),
  });
  const notifications = mockNotifications();
  let policy: Policy = options.policy ?? (() => undefined);
  const answer = (name: string, who: string | undefined) =>
    policy(name, who) ?? { result: ALLOW };
  const whoAsks = (credentials: { principal: unknown }) =>
    (credentials.principal as { userEntityRef?: string }).userEntityRef;

  const { server } = await startTestBackend({
    features: [
      scaffolderPlugin,
      approvalsPlugin,
      runsPlugin,
      scaffolderModuleSelfService,
      infrastructureWaitChecker,
      schedulerServiceFactory,
      sharedEvents,
      createBackendModule({
        pluginId: 'scaffolder',
        moduleId: 'test-actions',
        register(env) {
          env.registerInit({
            deps: { actions: scaffolderActionsExtensionPoint },
            async init({ actions }) {
              actions.addActions(
                createTemplateAction({
                  id: 'test:act',
                  description: 'Records that it ran',
                  schema: { input: z => z.record(z.any()) },
                  async handler(ctx) {
                    acted.push({
                      ...(ctx.input.saw !== undefined && {
                        saw: ctx.input.saw,
                      }),
                      step: ctx.step?.id ?? '',
                      user: ctx.user?.ref,
                      secrets: Object.values(ctx.secrets ?? {}).filter(value =>
                        value.startsWith('user-secret'),
                      ),
                    });
                  },
                }),
              );
            },
          });
        },
      }),
      createServiceFactory({
        service: notificationService,
        deps: {},
        factory: () => notifications,
      }),
      createServiceFactory({
        service: gitProviderServiceRef,
        deps: {},
        factory: () => [git] as never,
      }),
      createServiceFactory({
        service: infrastructureProviderServiceRef,
        deps: {},
        factory: () => [infrastructure],
      }),
      createServiceFactory({
        service: secretsProviderServiceRef,
        deps: {},
        factory: () => [secrets],
      }),
      createServiceFactory({
        service: coreServices.permissions,
        deps: {},
        factory: () =>
          ({
            authorize: async (questions, { credentials }) =>
              questions.map(({ permission }) => {
                const { result } = answer(
                  permission.name,
                  whoAsks(credentials),
                );
                return {
                  result: result === ALLOW ? ALLOW : AuthorizeResult.DENY,
                };
              }),
            authorizeConditional: async (questions, { credentials }) =>
              questions.map(({ permission }) =>
                whoAsks(credentials)
                  ? answer(permission.name, whoAsks(credentials))
                  : { result: ALLOW },
              ),
          } satisfies Permissions),
      }),
      createServiceFactory({
        service: catalogServiceRef,
        deps: {},
        factory: () => catalog,
      }),
      mockServices.rootConfig.factory({
        data: {
          app: { baseUrl: 'http://localhost:7007' },
          scaffolder: { taskRecovery: { enabled: true } },
          approvals: {
            policy: {
              bundle: resolvePackagePath(
                '@self-service/plugin-approvals-backend',
                '../../policies/bundle.tar.gz',
              ),
            },
          },
          runs: {
            secretsKey: Buffer.alloc(32, 3).toString('base64'),
            sweep: { frequency: { seconds: 1 } },
          },
          integrations: { github: [{ host: 'github.com' }] },
          ...options.config,
        },
      }),
    ],
  });

  const call = async (
    who: string,
    path: string,
    body?: object,
    method = body ? 'POST' : 'GET',
  ) => {
    const response = await fetch(
      `http://localhost:${server.port()}/api/${path}`,
      {
        method,
        headers: {
          authorization: mockCredentials.user.header(`user:default/${who}`),
          'content-type': 'application/json',
        },
        body: body && JSON.stringify(body),
      },
    );
    const text = await response.text();
    return {
      status: response.status,
      body: text ? JSON.parse(text) : undefined,
    };
  };

  return {
    infrastructure,
    git,
    secrets,
    locations,
    notifications,
    acted,
    entities,
    call,
    /** Tells the runs backend, as another plugin, that a wait is over. */
    async signal(wait: { kind: string; ref: string }) {
      const response = await fetch(
        `http://localhost:${server.port()}/api/runs/signals`,
        {
          method: 'POST',
          headers: {
            authorization: mockCredentials.service.header(),
            'content-type': 'application/json',
          },
          body: JSON.stringify(wait),
        },
      );
      if (response.status !== 202) {
        throw new Error(`${response.status} ${await response.text()}`);
      }
    },
    setPolicy(next: Policy) {
      policy = next;
    },
    /** Starts a run as dana and gives its task id. */
    async start(
      values: object = { environment: 'production' },
      formSecrets: object = {},
      who = 'dana',
    ): Promise<string> {
      const { status, body } = await call(who, 'scaffolder/v2/tasks', {
        templateRef: 'template:default/database',
        values,
        secrets: formSecrets,
      });
      if (status !== 201) {
        throw new Error(`${status} ${JSON.stringify(body)}`);
      }
      return body.id;
    },
    task: async (id: string) =>
      (await call('dana', `scaffolder/v2/tasks/${id}`)).body,
    run: async (id: string) => (await call('dana', `runs/runs/${id}`)).body,
    approvals: async (id: string) =>
      (await call('dana', `approvals/runs/${id}`)).body,
    events: async (id: string) =>
      (await call('dana', `scaffolder/v2/tasks/${id}/events`)).body,
  };
}

/** A running platform. */
export type Platform = Awaited<ReturnType<typeof startPlatform>>;

/**
 * Waits until something holds; fails with what was seen last.
 *
 * @param look - what to look at
 * @param holds - what must hold of it
 */
export async function until<T>(
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  timeoutMs = 20_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) {
      return seen;
    }
    if (Date.now() > end) {
      throw new Error(`Still ${JSON.stringify(seen)}`);
    }
    await delay(50);
  }
}

/** Waits until a run is parked and gives its pending request. */
export async function untilParked(platform: Platform, taskId: string) {
  await until(
    () => platform.run(taskId),
    run => run?.suspensions?.at(-1)?.status === 'parked',
  );
  const { requests } = await platform.approvals(taskId);
  return requests.at(-1);
}

/** Waits until a task has a terminal status and no wait is left. */
export async function untilEnded(platform: Platform, taskId: string) {
  return until(
    () => platform.task(taskId),
    ({ status }) => ['completed', 'failed', 'cancelled'].includes(status),
  );
}
