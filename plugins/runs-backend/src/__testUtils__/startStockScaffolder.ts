import { setTimeout as delay } from 'node:timers/promises';
import {
  coreServices,
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
import {
  createTemplateAction,
  scaffolderActionsExtensionPoint,
} from '@backstage/plugin-scaffolder-node';
import {
  createSecretSealer,
  runsServiceRef,
} from '@self-service/plugin-runs-node';
import { RunPage, RunState } from '@self-service/plugin-runs-common';
import request from 'supertest';
import runsPlugin from '../index';
import { mockApprovals } from './createReplica';
import {
  approvalsFactory,
  sharedEventsFactory,
  testConfig,
} from './testServices';

const USER = 'user:default/dev';
const TEMPLATE: Entity = {
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: { name: 'test', namespace: 'default' },
  spec: {
    type: 'service',
    parameters: [],
    steps: [
      { id: 'before', action: 'test:note', if: '${{ not parameters.quick }}' },
      { id: 'gate', action: 'test:gate', if: '${{ not parameters.quick }}' },
      {
        id: 'after',
        action: 'test:note',
        input: { earlier: "${{ steps['before'].output.value }}" },
      },
      { id: 'always', action: 'test:note', if: '${{ always() }}' },
      { id: 'failure', action: 'test:note', if: '${{ failure() }}' },
    ],
    output: {},
  },
};

/** What a step saw when it ran. */
export interface Note {
  taskId: string;
  step: string;
  user?: string;
  secret?: string;
  earlier?: string;
}

/** Asks until the answer is as wanted; fails after twenty seconds. */
export async function until<T>(
  read: () => Promise<T> | T,
  isWanted: (value: T) => boolean,
): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = await read();
    if (isWanted(value)) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`Never as wanted: ${JSON.stringify(value)}`);
    }
    await delay(25);
  }
}

/**
 * The stock scaffolder with one worker slot, our plugin, and a gate that
 * parks as ours does.
 */
export async function startStockScaffolder() {
  const notes: Note[] = [];
  const decided = new Set<string>();
  const approvals = mockApprovals();
  const scheduler = mockServices.scheduler();
  const catalog = catalogServiceMock({ entities: [TEMPLATE] });
  const backend = await startTestBackend({
    features: [
      scaffolderPlugin,
      runsPlugin,
      sharedEventsFactory,
      approvalsFactory(approvals),
      testActions(notes, decided),
      mockServices.rootConfig.factory({ data: testConfig }),
      createServiceFactory({
        service: coreServices.scheduler,
        deps: {},
        factory: () => scheduler,
      }),
      createServiceFactory({
        service: catalogServiceRef,
        deps: {},
        factory: () => catalog,
      }),
    ],
  });
  const call = async (
    method: 'get' | 'post',
    path: string,
    body?: object,
    header = mockCredentials.user.header(USER),
  ) => {
    const response = await request(backend.server)
      [method](`/api/${path}`)
      .set('authorization', header)
      .send(body);
    return { status: response.status, body: response.body };
  };
  const service = mockCredentials.service.header();
  const suspensionOf = async (taskId: string) =>
    (await call('get', `runs/runs/${taskId}`)).body.suspensions.at(-1);
  return {
    notes,
    decided,
    approvals,
    /** Starts a run, with a user secret unless it is a quick one. */
    start: async (options: { quick?: boolean } = {}): Promise<string> => {
      const { status, body } = await call('post', 'scaffolder/v2/tasks', {
        templateRef: 'template:default/test',
        values: { quick: options.quick ?? false },
        secrets: { token: 'hunter2' },
      });
      expect({ status, body }).toEqual({ status: 201, body: { id: body.id } });
      return body.id;
    },
    stepsOf: (taskId: string) =>
      notes.filter(note => note.taskId === taskId).map(({ step }) => step),
    taskStatusOf: async (taskId: string): Promise<string> =>
      (await call('get', `scaffolder/v2/tasks/${taskId}`)).body.status,
    suspensionOf,
    /** What the page of the run shows. */
    stateOf: async (taskId: string): Promise<RunState> =>
      (await call('get', `runs/runs/${taskId}`)).body.state,
    /** What the list of the requester's runs shows. */
    list: async (query = ''): Promise<RunPage> =>
      (await call('get', `runs/runs/page?${query}`)).body,
    /** Our Cancel button. */
    cancelRun: (taskId: string) =>
      call('post', `runs/runs/${taskId}/cancel`, { comment: 'Not needed' }),
    statusOf: async (taskId: string): Promise<string | undefined> =>
      (await suspensionOf(taskId))?.status,
    pressRetry: (taskId: string) =>
      call('post', `scaffolder/v2/tasks/${taskId}/retry`, {}),
    pressCancel: (taskId: string) =>
      call('post', `scaffolder/v2/tasks/${taskId}/cancel`),
    /** The request of this run is decided, and the signal is sent. */
    approve: (taskId: string) => {
      decided.add(taskId);
      const wait = { kind: 'approval', ref: taskId };
      return call('post', 'runs/signals', wait, service);
    },
    sweep: () => scheduler.triggerTask('runs-sweep'),
    removeTemplate: () => {
      catalog.getEntityByRef = async () => undefined;
    },
    stop: () => backend.stop(),
  };
}

function testActions(notes: Note[], decided: Set<string>) {
  return createBackendModule({
    pluginId: 'scaffolder',
    moduleId: 'test',
    register(env) {
      env.registerInit({
        deps: {
          actions: scaffolderActionsExtensionPoint,
          config: coreServices.rootConfig,
          runs: runsServiceRef,
        },
        async init({ actions, config, runs }) {
          const sealer = createSecretSealer(config)!;
          const note = createTemplateAction({
            id: 'test:note',
            description: 'Notes that it ran',
            schema: {
              input: { earlier: z => z.string().optional() },
              output: { value: z => z.string() },
            },
            async handler(ctx) {
              notes.push({
                taskId: ctx.task.id,
                step: ctx.step?.id ?? '',
                user: ctx.user?.ref,
                secret: ctx.secrets?.token,
                earlier: ctx.input.earlier,
              });
              ctx.output('value', `of ${ctx.step?.id}`);
            },
          });
          const gate = createTemplateAction({
            id: 'test:gate',
            description: 'Waits until the run is decided on',
            async handler(ctx) {
              const taskId = ctx.task.id;
              const token = ctx.secrets?.token;
              const key = { taskId, stepId: 'gate', inputDigest: 'digest' };
              while (!decided.has(taskId)) {
                const { outcome } = await runs.suspend({
                  ...key,
                  wait: { kind: 'approval', ref: taskId },
                  title: 'Waits for a decision',
                  sealedSecrets: token && sealer.seal({ token }, taskId),
                });
                if (outcome === 'parking') {
                  await new Promise(resolve => {
                    if (ctx.signal?.aborted) {
                      resolve(undefined);
                    }
                    ctx.signal?.addEventListener('abort', resolve);
                  });
                  throw new Error('The run is parked');
                }
              }
              if (!token) {
                throw new Error('The secrets of the run are missing');
              }
              await runs.settle(key);
            },
          });
          actions.addActions(note, gate);
        },
      });
    },
  });
}
