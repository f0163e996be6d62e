import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import type { JsonObject } from '@backstage/types';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  createTemplateAction,
  scaffolderActionsExtensionPoint,
} from '@backstage/plugin-scaffolder-node';
import { createTokenIssuer } from './demoTokens';
import { freePort } from './opa';

const bundle = resolve(__dirname, '../../policies/bundle.tar.gz');
const requester = 'user:default/dana';

/** The person, team and template that every run of a bench has. */
const catalog = [
  {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name: 'dana' },
    spec: { memberOf: ['payments'] },
  },
  {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name: 'leo' },
    spec: { memberOf: ['payments'] },
  },
  {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: {
      name: 'payments',
      annotations: { 'self-service/lead': 'user:default/leo' },
    },
    spec: { type: 'team', children: [] },
  },
];

/** A step of the template of a bench. */
export type TemplateStep = { id: string; action: string; input?: object };

/** What the action `bench:work` does. */
export type Work = (
  input: { wait?: boolean },
  signal: AbortSignal | undefined,
  taskId: string,
) => Promise<void>;

/** A backend of stock and own plugins in this process. */
export interface Platform {
  /**
   * Submits the template's form.
   *
   * @returns the task's id
   */
  submit(environment: string): Promise<string>;
  /**
   * Waits until the scaffolder says that a task is completed.
   *
   * @returns when it said so, on the scale of `performance.now()`
   * @throws when it fails, or isn't completed in time
   */
  completed(taskId: string, timeoutMs: number): Promise<number>;
  /**
   * Submits the form and waits for the end of the run.
   *
   * @returns milliseconds from the one to the other
   */
  run(environment: string, timeoutMs?: number): Promise<number>;
  /**
   * Calls the backend as the requester.
   *
   * @throws for an error status
   */
  request<T>(path: string, body?: object): Promise<T>;
  /** Folder of the SQLite files, one a plugin. */
  databases: string;
  /** Where the API is, without a path. */
  baseUrl: string;
  /** A token of a person, given by entity ref. */
  issueToken(userRef: string): Promise<string>;
  stop(): Promise<void>;
}

/** What may be unlike in some benches. */
export interface PlatformOptions {
  /** The steps of the template; one that works, by default. */
  steps?: TemplateStep[];
  /** What a run is declared to cost a month. */
  cost?: number;
  /** The action `bench:work`; does nothing by default. */
  work?: Work;
  /** Entities to add to the catalog. */
  entities?: object[];
  /** `approvals.sla`. */
  sla?: JsonObject;
  /** More of `approvals`. */
  approvals?: JsonObject;
  /** `backend.database`; SQLite files by default. */
  database?: JsonObject;
  /** `backend.auth`. */
  auth?: JsonObject;
  /** Whether people get notifications. */
  notifications?: boolean;
  /**
   * Address of GitHub's REST API: installs GitHub and Atlantis as providers,
   * with `webhookSecret` as the webhooks' secret.
   */
  githubApi?: string;
}

/** Secret of the webhooks that a platform with GitHub takes. */
export const webhookSecret = 'bench-webhook-secret';

/**
 * Starts the stock scaffolder, catalog and permission framework, with our
 * plugins or without, with real tokens.
 *
 * @param options - `directory` must not exist yet
 */
export async function startPlatform(
  options: { directory: string; selfService: boolean } & PlatformOptions,
): Promise<Platform> {
  const { directory, selfService } = options;
  process.env.LOG_LEVEL ??= 'error';
  const port = await freePort();
  const baseUrl = `http://localhost:${port}`;
  const databases = join(directory, 'databases');
  await mkdir(databases, { recursive: true });
  const catalogFile = join(directory, 'catalog.yaml');
  const steps = options.steps ?? [{ id: 'work', action: 'bench:work' }];
  await writeFile(
    catalogFile,
    // JSON is YAML.
    [...catalog, ...(options.entities ?? []), template(steps, options.cost)]
      .map(entity => JSON.stringify(entity))
      .join('\n---\n'),
  );
  const issuer = await createTokenIssuer(baseUrl);
  const tasks = new TaskEnds();
  const config = new ConfigReader({
    app: { baseUrl },
    backend: {
      baseUrl,
      listen: { host: '127.0.0.1', port },
      auth: options.auth ?? {},
      database: options.database ?? {
        client: 'better-sqlite3',
        connection: { directory: databases },
      },
    },
    permission: { enabled: true },
    catalog: {
      processingInterval: { hours: 24 },
      locations: [
        {
          type: 'file',
          target: catalogFile,
          rules: [{ allow: ['User', 'Group', 'Template'] }],
        },
      ],
    },
    integrations: {
      github: [
        {
          host: 'github.com',
          ...(options.githubApi && {
            apiBaseUrl: options.githubApi,
            token: 'bench-token',
          }),
        },
      ],
    },
    ...(options.githubApi && {
      providers: {
        github: { webhookSecret },
        atlantis: [{ gitHost: 'github.com' }],
      },
    }),
    scaffolder: { taskRecovery: { enabled: true } },
    approvals: {
      policy: { bundle },
      ...(options.sla && { sla: options.sla }),
      ...options.approvals,
    },
    runs: { secretsKey: Buffer.alloc(32, 7).toString('base64') },
  });

  const backend = createBackend();
  backend.add(
    createServiceFactory({
      service: coreServices.rootConfig,
      deps: {},
      factory: () => config,
    }),
  );
  backend.add(issuer.plugin);
  backend.add(allowEverything);
  backend.add(benchActions(options.work ?? (async () => {}), tasks));
  backend.add(import('@backstage/plugin-permission-backend'));
  backend.add(import('@backstage/plugin-catalog-backend'));
  backend.add(
    import('@backstage/plugin-catalog-backend-module-scaffolder-entity-model'),
  );
  backend.add(import('@backstage/plugin-events-backend'));
  backend.add(import('@backstage/plugin-signals-backend'));
  backend.add(import('@backstage/plugin-scaffolder-backend'));
  if (options.notifications) {
    backend.add(import('@backstage/plugin-notifications-backend'));
  }
  if (selfService) {
    backend.add(import('@self-service/plugin-approvals-backend'));
    backend.add(import('@self-service/plugin-runs-backend'));
    backend.add(
      import('@self-service/plugin-catalog-backend-module-self-service'),
    );
    backend.add(
      import('@self-service/plugin-scaffolder-backend-module-self-service'),
    );
  }
  if (options.githubApi) {
    backend.add(import('@self-service/plugin-providers-module-github'));
    backend.add(import('@self-service/plugin-providers-module-atlantis'));
  }
  await backend.start();

  const token = await issuer.issue(requester);
  const request = async <T>(path: string, body?: object): Promise<T> => {
    const response = await fetch(`${baseUrl}/api/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${path} answered ${response.status}: ${text}`);
    }
    return JSON.parse(text);
  };
  const submit = async (environment: string) => {
    const { id } = await request<{ id: string }>('scaffolder/v2/tasks', {
      templateRef: 'template:default/bench',
      values: { environment },
    });
    return id;
  };
  const completed: Platform['completed'] = (taskId, timeoutMs) =>
    tasks.completed(taskId, timeoutMs);
  await untilCatalogIsRead(request);
  return {
    request,
    submit,
    completed,
    async run(environment, timeoutMs = 30_000) {
      const start = performance.now();
      return (await completed(await submit(environment), timeoutMs)) - start;
    },
    databases,
    baseUrl,
    issueToken: issuer.issue,
    stop: () => backend.stop(),
  };
}

function template(steps: TemplateStep[], cost = 50): object {
  return {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name: 'bench' },
    spec: {
      owner: 'group:default/payments',
      type: 'resource',
      selfService: {
        operation: 'database:create',
        environment: { parameter: 'environment' },
        cost,
      },
      parameters: {
        required: ['environment'],
        properties: {
          environment: { type: 'string', enum: ['dev', 'production'] },
        },
      },
      steps,
    },
  };
}

async function untilCatalogIsRead(
  request: <T>(path: string) => Promise<T>,
): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (const entity of ['template/default/bench', 'user/default/dana']) {
    for (;;) {
      try {
        await request(`catalog/entities/by-name/${entity}`);
        break;
      } catch (error) {
        if (performance.now() > deadline) {
          throw error;
        }
        await delay(100);
      }
    }
  }
}

/** Tells when tasks end, by the scaffolder's own events. */
class TaskEnds {
  readonly #ended = new Map<string, { status: string; at: number }>();
  readonly #waiting = new Map<string, () => void>();

  note(taskId: string, status: string): void {
    this.#ended.set(taskId, { status, at: performance.now() });
    this.#waiting.get(taskId)?.();
  }

  async completed(taskId: string, timeoutMs: number): Promise<number> {
    if (!this.#ended.has(taskId)) {
      const timeout = new AbortController();
      await Promise.race([
        new Promise<void>(ended => this.#waiting.set(taskId, ended)),
        delay(timeoutMs, undefined, { signal: timeout.signal }),
      ]);
      timeout.abort();
      this.#waiting.delete(taskId);
    }
    const end = this.#ended.get(taskId);
    if (end?.status !== 'completed') {
      throw new Error(
        end
          ? `Run ${taskId} is ${end.status}`
          : `Run ${taskId} was not completed within ${timeoutMs} ms`,
      );
    }
    return end.at;
  }
}

function benchActions(work: Work, tasks: TaskEnds) {
  return createBackendModule({
    pluginId: 'scaffolder',
    moduleId: 'bench',
    register(env) {
      env.registerInit({
        deps: {
          actions: scaffolderActionsExtensionPoint,
          events: eventsServiceRef,
        },
        async init({ actions, events }) {
          actions.addActions(
            createTemplateAction({
              id: 'bench:work',
              description: 'Stands for what a run is about',
              schema: { input: { wait: z => z.boolean().optional() } },
              handler: ctx => work(ctx.input, ctx.signal, ctx.task.id),
            }),
          );
          await events.subscribe({
            id: 'bench-task-ends',
            topics: ['scaffolder.task'],
            async onEvent({ eventPayload }) {
              const { id, taskId, status } = eventPayload as Record<
                string,
                unknown
              >;
              // With a `taskId`, `id` is that of an event and no status changed.
              if (
                taskId === undefined &&
                ['completed', 'failed'].includes(String(status))
              ) {
                tasks.note(String(id), String(status));
              }
            },
          });
        },
      });
    },
  });
}

const allowEverything = createBackendModule({
  pluginId: 'permission',
  moduleId: 'bench-policy',
  register(env) {
    env.registerInit({
      deps: { policy: policyExtensionPoint },
      async init({ policy }) {
        policy.setPolicy({
          handle: async () => ({ result: AuthorizeResult.ALLOW }),
        });
      },
    });
  },
});
