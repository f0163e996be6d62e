import { AuthService } from '@backstage/backend-plugin-api';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { z } from 'zod';
import { RunStore } from '../database/RunStore';
import { Clock } from './Clock';
import { after } from './leases';

/** How many of the scaffolder's newest tasks are looked through. */
const NEWEST = 50;
/** Older tasks that we have never heard of were there before us. */
const MAX_AGE_MS = 24 * 3_600_000;

const text = z.string().min(1).optional().catch(undefined);

/** A task, as the scaffolder's API and its events tell of it. */
const taskSchema = z.object({
  id: z.string(),
  status: z.string(),
  createdAt: z
    .union([z.string(), z.number(), z.date()])
    .optional()
    .catch(undefined),
  createdBy: text,
  spec: z.object({
    parameters: z.record(z.string(), z.unknown()).optional().catch(undefined),
    user: z.object({ ref: text }).optional().catch(undefined),
    templateInfo: z
      .object({
        entityRef: text,
        entity: z
          .object({ metadata: z.object({ name: text, title: text }) })
          .optional()
          .catch(undefined),
      })
      .optional()
      .catch(undefined),
  }),
});

type Task = z.infer<typeof taskSchema>;

/**
 * Records tasks of the scaffolder that no gate has registered: they fail
 * before it, or have not come to it yet.
 */
export class RunImporter {
  readonly #deps: RunImporterDeps;

  private constructor(deps: RunImporterDeps) {
    this.#deps = deps;
  }

  static create(deps: RunImporterDeps): RunImporter {
    return new RunImporter(deps);
  }

  /**
   * Records a task as an event tells of it.
   *
   * @returns its id; `undefined` for what is no whole task
   */
  async see(task: unknown): Promise<string | undefined> {
    const { data } = taskSchema.safeParse(task);
    if (data) {
      await this.#import(data);
    }
    return data?.id;
  }

  /**
   * Records a task by its id.
   *
   * @throws the scaffolder's answer where it has no such task
   */
  async fetch(taskId: string): Promise<void> {
    const { scaffolder, auth } = this.#deps;
    const credentials = await auth.getOwnServiceCredentials();
    await this.see(await scaffolder.getTask({ taskId }, { credentials }));
  }

  /**
   * Records what is new in the scaffolder's own list.
   *
   * @returns ids of tasks that are open or running there, but not here
   */
  async fetchNewest(): Promise<string[]> {
    const { scaffolder, auth, runs, clock } = this.#deps;
    const credentials = await auth.getOwnServiceCredentials();
    const { items } = await scaffolder.listTasks(
      { limit: NEWEST },
      { credentials },
    );
    const tasks = items.flatMap(item => taskSchema.safeParse(item).data ?? []);
    const known = new Map(
      (await runs.findAll(tasks.map(({ id }) => id))).map(run => [
        run.taskId,
        run,
      ]),
    );
    const oldest = after(await clock.now(), -MAX_AGE_MS);
    const isNew = ({ id, createdAt }: Task) =>
      !known.has(id) && (toTime(createdAt) ?? oldest) > oldest;
    const isUntitled = ({ id }: Task) =>
      known.has(id) && known.get(id)?.title === undefined;
    for (const task of tasks) {
      if (isNew(task) || isUntitled(task)) {
        await this.#import(task);
      }
    }
    return tasks
      .filter(({ status }) => status === 'open' || status === 'processing')
      .filter(({ id }) => (known.get(id)?.phase ?? 'active') !== 'active')
      .map(({ id }) => id);
  }

  async #import(task: Task): Promise<void> {
    const { runs, clock } = this.#deps;
    const now = await clock.now();
    await runs.import(
      task.id,
      {
        templateRef: task.spec.templateInfo?.entityRef,
        requester: task.spec.user?.ref ?? task.createdBy,
        title: toTitle(task),
        taskStatus: task.status,
        createdAt: toTime(task.createdAt) ?? now,
      },
      now,
    );
  }
}

/** What a run is called: its template, and what it is about. */
function toTitle({ spec }: Task): string {
  const metadata = spec.templateInfo?.entity?.metadata;
  const title = metadata?.title ?? metadata?.name ?? 'Run';
  const { parameters = {} } = spec;
  const name = ['name', 'component_id', 'componentName', 'title']
    .map(key => parameters[key])
    .find(value => typeof value === 'string' && value !== '');
  return name === undefined ? title : `${title}: ${name}`;
}

function toTime(value: Task['createdAt']): Date | undefined {
  const time = value === undefined ? undefined : new Date(value);
  return time && !Number.isNaN(time.getTime()) ? time : undefined;
}

interface RunImporterDeps {
  scaffolder: ScaffolderService;
  auth: AuthService;
  runs: RunStore;
  clock: Clock;
}
