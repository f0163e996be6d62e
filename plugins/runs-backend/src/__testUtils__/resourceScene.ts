import { Entity } from '@backstage/catalog-model';
import { NotFoundError } from '@backstage/errors';
import { SelfServiceSpec } from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';
import { DatabaseResourceStore } from '../database/DatabaseResourceStore';
import { Mortal } from './FakeOutside';
import {
  createRollbackScene,
  makeEverything,
  REQUESTER,
} from './rollbackScene';

/** The team of {@link REQUESTER}. */
export const TEAM = 'group:default/team-a';
/** Not in that team. */
export const STRANGER = 'user:default/sam';
/** Of the platform team. */
export const OPERATOR = 'user:default/pat';

function member(ref: string, group: string): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name: ref.split('/')[1], namespace: 'default' },
    relations: [{ type: 'memberOf', targetRef: `group:default/${group}` }],
  };
}

/** Whom the catalog knows. */
export const PEOPLE = [
  member(REQUESTER, 'team-a'),
  member('user:default/colleague', 'team-a'),
  member(STRANGER, 'team-b'),
  member(OPERATOR, 'platform-team'),
];

/** What the template declares that makes a database. */
export const DATABASE: SelfServiceSpec = {
  operation: 'database:create',
  environment: { parameter: 'environment' },
  cost: { parameter: 'size', monthly: { small: 50, large: 400 } },
  creates: [{ kind: 'PostgreSQL database', name: 'db-{name}' }],
  expires: { parameter: 'until' },
  lifecycle: { remove: 'deletion', change: 'change', extend: 'extension' },
};

/** What the templates declare that remove, change and extend it. */
export const ABOUT: SelfServiceSpec = {
  operation: 'database:delete',
  resource: { parameter: 'resource' },
};

const PARAMETERS = { name: 'orders', environment: 'dev', size: 'small' };

/** What there is around one resource, whichever processes come and go. */
export function createResourceScene(database: Knex, id = 'task-1') {
  const scene = createRollbackScene(database, id, PEOPLE);
  const resources = DatabaseResourceStore.create(database);
  const specs = new Map<string, object>();
  const replicas: ReturnType<typeof scene.start>[] = [];

  const addTask = (
    taskId: string,
    task: {
      template: string;
      selfService: object;
      parameters?: object;
    },
  ) => {
    specs.set(taskId, {
      templateInfo: { entityRef: `template:default/${task.template}` },
      parameters: task.parameters ?? {},
      steps: [
        {
          id: 'gate',
          action: 'approval:request',
          input: { selfService: task.selfService },
        },
        ...(taskId === id ? scene.steps : []),
      ],
    });
    if (taskId !== id) {
      scene.scaffolderRuns.start(taskId);
    }
  };
  const start = (mortal?: Mortal) => {
    const replica = scene.start(mortal);
    replicas.push(replica);
    replica.scaffolder.getTask.mockImplementation(async ({ taskId }) => {
      mortal?.touch();
      const spec = specs.get(taskId);
      if (!spec) {
        throw new NotFoundError(`There is no task ${taskId}`);
      }
      return { spec, status: 'processing' } as never;
    });
    return replica;
  };
  const move = async (taskId: string, phase: 'completed' | 'failed') => {
    const run = (await scene.runs.find(taskId))!;
    await scene.runs.movePhase(run, { phase }, await scene.clock.now());
  };
  return {
    ...scene,
    id,
    resources,
    specs,
    addTask,
    start,
    /** Resolves when no process does anything in the background. */
    idle: () =>
      Promise.all(replicas.map(replica => replica.resourceRemover.idle())),
    move,
    find: async () => (await resources.find(id))!,
    /** A run of the template has made everything, and is completed. */
    make: async (parameters: object = {}, selfService: object = DATABASE) => {
      await makeEverything({ ...scene, taskId: id });
      addTask(id, {
        template: 'database',
        selfService,
        parameters: { ...PARAMETERS, ...parameters },
      });
      const registered = (await scene.runs.find(id))!;
      await scene.runs.movePhase(
        registered,
        { team: TEAM, templateRef: 'template:default/database' },
        await scene.clock.now(),
      );
      await move(id, 'completed');
      await start().outbox.deliver();
    },
    /** A run that is past its gate, and is to do something with it. */
    begin: async (
      taskId: string,
      options: {
        template?: string;
        requester?: string;
        selfService?: object;
        parameters?: object;
      } = {},
    ) => {
      const { template = 'deletion', requester = REQUESTER } = options;
      addTask(taskId, {
        template,
        selfService: options.selfService ?? ABOUT,
        parameters: { resource: id, ...options.parameters },
      });
      await scene.runs.register(
        taskId,
        {
          requester,
          templateRef: `template:default/${template}`,
          authorised: true,
          secretNames: [],
        },
        await scene.clock.now(),
      );
      return taskId;
    },
  };
}

/** See {@link createResourceScene}. */
export type ResourceScene = ReturnType<typeof createResourceScene>;

/** Goes on until it is removed or can't be, or the process is dead. */
export async function finishRemoval(
  replica: ReturnType<ResourceScene['start']>,
  scene: ResourceScene,
): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds++) {
    const delay = await replica.resourceRemover.advance(scene.id);
    if (delay === undefined) {
      return;
    }
    scene.clock.advance(delay);
  }
  throw new Error('The removal does not end');
}
