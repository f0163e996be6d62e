import { LoggerService } from '@backstage/backend-plugin-api';
import { EventsService } from '@backstage/plugin-events-node';
import { z } from 'zod';
import { RunStore } from '../database/RunStore';
import { SuspensionStore } from '../database/SuspensionStore';
import { Resumer } from './Resumer';
import { RunImporter } from './RunImporter';
import { RunSweep } from './RunSweep';

/**
 * Payload of the topic `scaffolder.task`.
 *
 * @remarks
 * Source: `DatabaseTaskStore` of scaffolder-backend 4.2. With a `taskId`,
 * `id` is the id of the task event; without one it is the task's.
 */
const payloadSchema = z.union([
  z
    .object({
      id: z.coerce.number(),
      taskId: z.string(),
      status: z.string(),
    })
    .transform(({ id, taskId, status }) => ({ eventId: id, taskId, status })),
  z
    .object({ id: z.string(), status: z.string() })
    .transform(({ id, status }) => ({
      eventId: undefined,
      taskId: id,
      status,
    })),
]);

/**
 * Takes the scaffolder's events as hints to look sooner: they are in-process
 * and partly published before the commit they tell of.
 */
export class TaskEvents {
  readonly #suspensions: SuspensionStore;
  readonly #runs: RunStore;
  readonly #resumer: Resumer;
  readonly #importer: RunImporter;
  readonly #runSweep: RunSweep;
  readonly #logger: LoggerService;

  private constructor(deps: TaskEventsDeps) {
    this.#suspensions = deps.suspensions;
    this.#runs = deps.runs;
    this.#resumer = deps.resumer;
    this.#importer = deps.importer;
    this.#runSweep = deps.runSweep;
    this.#logger = deps.logger;
  }

  static create(deps: TaskEventsDeps): TaskEvents {
    return new TaskEvents(deps);
  }

  /** Follows the events for as long as the backend runs. */
  async subscribe(events: EventsService): Promise<void> {
    await events.subscribe({
      id: 'self-service-runs',
      topics: ['scaffolder.task'],
      onEvent: async ({ eventPayload }) => {
        try {
          await this.handle(eventPayload);
        } catch (error) {
          this.#logger.warn(`Hint of the scaffolder not followed: ${error}`);
        }
      },
    });
  }

  /** Handles one payload; of another shape it is ignored. */
  async handle(payload: unknown): Promise<void> {
    const { data: hint } = payloadSchema.safeParse(payload);
    switch (hint?.status) {
      case 'open':
        await this.#importer.see(payload);
        return;
      case 'processing':
        await this.#begin(await this.#importer.see(payload));
        return;
      case 'recovered':
        this.#runSweep.followSoon(hint.taskId);
        return;
      case 'cancelled':
      case 'failed':
      case 'completed':
        await this.#end(hint);
        this.#runSweep.followSoon(hint.taskId);
        return;
      default:
    }
  }

  /** A worker has taken the task. */
  async #begin(taskId: string | undefined): Promise<void> {
    const run = taskId && (await this.#runs.find(taskId));
    if (!run) {
      return;
    }
    if (run.phase === 'active') {
      await this.#runs.note([run.taskId], { taskStatus: 'processing' });
    } else {
      this.#runSweep.followSoon(run.taskId);
    }
  }

  async #end(hint: {
    taskId: string;
    status: string;
    eventId: number | undefined;
  }): Promise<void> {
    const [row] = await this.#suspensions.listNewest([hint.taskId]);
    if (!row) {
      return;
    }
    switch (row.status) {
      case 'parking':
      case 'parked':
        this.#resumer.drive(row.id);
        return;
      case 'resuming':
      case 'resumed':
        if (hint.status === 'cancelled' && hint.eventId !== undefined) {
          await this.#resumer.heedLostCancel(row, hint.eventId);
        }
        return;
      default:
    }
  }
}

interface TaskEventsDeps {
  suspensions: SuspensionStore;
  runs: RunStore;
  resumer: Resumer;
  importer: RunImporter;
  runSweep: RunSweep;
  logger: LoggerService;
}
