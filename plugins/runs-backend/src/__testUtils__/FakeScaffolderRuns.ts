import { BackstageCredentials } from '@backstage/backend-plugin-api';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { ScaffolderRuns, TaskLook } from '../services/ScaffolderRuns';

type EventType = 'log' | 'cancelled' | 'completion' | 'recovered';

interface FakeEvent {
  id: number;
  type: EventType;
  createdAt: string;
  body: { message: string; stepId?: string; status?: string; error?: object };
}

/** A task as the scaffolder's own API gives it. */
export interface FakeTaskFacts {
  createdAt?: string;
  createdBy?: string;
  spec?: {
    templateInfo?: object;
    parameters?: object;
    steps?: object[];
    user?: object;
  };
}

interface FakeTask {
  facts: FakeTaskFacts;
  status: 'open' | 'processing' | 'failed' | 'completed';
  secrets?: Record<string, string>;
  events: FakeEvent[];
}

/**
 * A scaffolder in memory that keeps its state exactly as the stock
 * `DatabaseTaskStore` does: a cancel adds an event at any time and drops the
 * secrets, a retry wants a terminal task and deletes its `cancelled` and
 * `completion` events.
 */
export class FakeScaffolderRuns implements ScaffolderRuns {
  readonly #tasks = new Map<string, FakeTask>();
  #lastEventId = 100;
  /** Every retry that opened a task, with the secrets it was given. */
  readonly retries: {
    taskId: string;
    secrets: Record<string, string> | undefined;
    /** Whose it was; absent where it was our service's. */
    as?: BackstageCredentials;
  }[] = [];
  /** How often our side cancelled. */
  cancels = 0;
  /** How often our side looked. */
  looks = 0;
  /** Called before and after each call of our side; throw to fail it. */
  before: (call: 'cancel' | 'retry' | 'look') => void | Promise<void> =
    () => {};
  after: (call: 'cancel' | 'retry' | 'look') => void | Promise<void> = () => {};

  async cancel(taskId: string): Promise<void> {
    await this.before('cancel');
    this.cancels++;
    this.personCancels(taskId);
    await this.after('cancel');
  }

  async retry(
    taskId: string,
    secrets?: Record<string, string>,
    as?: BackstageCredentials,
  ): Promise<void> {
    await this.before('retry');
    this.personRetries(taskId);
    this.#task(taskId).secrets = secrets;
    this.retries.push({ taskId, secrets, ...(as && { as }) });
    await this.after('retry');
  }

  async look(taskId: string, sinceEventId = 0): Promise<TaskLook> {
    await this.before('look');
    this.looks++;
    const { status, events } = this.#task(taskId);
    const idsOf = (type: EventType) =>
      events.filter(event => event.type === type).map(({ id }) => id);
    const result = {
      status,
      terminal: status === 'failed' || status === 'completed',
      completed: status === 'completed',
      cancelledEventIds: idsOf('cancelled').filter(id => id >= sinceEventId),
      recoveredEventIds: idsOf('recovered').filter(id => id >= sinceEventId),
      completionEventId: idsOf('completion').at(-1),
    };
    await this.after('look');
    return result;
  }

  /** A task whose attempt runs. */
  start(
    taskId: string,
    secrets?: Record<string, string>,
    facts: FakeTaskFacts = {},
  ): void {
    const task: FakeTask = { status: 'processing', secrets, facts, events: [] };
    this.#tasks.set(taskId, task);
    this.#add(task, 'log');
  }

  /** A line of the log that tells how a step goes. */
  log(
    taskId: string,
    stepId: string,
    status: string,
    createdAt = '2026-01-05T11:00:00Z',
  ): void {
    const task = this.#task(taskId);
    this.#add(task, 'log');
    Object.assign(task.events.at(-1)!, {
      createdAt,
      body: { message: '', stepId, status },
    });
  }

  /** The scaffolder's own API, as far as it is asked. */
  readonly api = {
    getTask: async ({ taskId }: { taskId: string }) => this.#toApi(taskId),
    getLogs: async ({ taskId }: { taskId: string }) =>
      this.#task(taskId).events,
    listTasks: async () => ({
      items: [...this.#tasks.keys()].map(taskId => this.#toApi(taskId)),
      totalItems: this.#tasks.size,
    }),
  };

  /** A worker takes the open task. */
  claim(taskId: string): void {
    this.#task(taskId).status = 'processing';
  }

  /** The attempt ends. */
  end(
    taskId: string,
    status: 'failed' | 'completed' = 'failed',
    error?: string,
  ): void {
    const task = this.#task(taskId);
    task.status = status;
    task.secrets = undefined;
    this.#add(task, 'completion');
    if (error) {
      task.events.at(-1)!.body.error = { message: error };
    }
  }

  /** The stock Cancel button; returns the id of the event. */
  personCancels(taskId: string): number {
    const task = this.#task(taskId);
    task.secrets = undefined;
    return this.#add(task, 'cancelled');
  }

  /** The stock Retry button. */
  personRetries(taskId: string): void {
    const task = this.#task(taskId);
    if (task.status !== 'failed' && task.status !== 'completed') {
      throw new ConflictError(`Task ${taskId} cannot be retried`);
    }
    task.status = 'open';
    task.events = task.events.filter(
      ({ type }) => type !== 'cancelled' && type !== 'completion',
    );
    this.#add(task, 'recovered');
  }

  /** The stock recovery of a task whose worker died. */
  recover(taskId: string): void {
    const task = this.#task(taskId);
    task.status = 'open';
    this.#add(task, 'recovered');
  }

  /** The task is deleted. */
  remove(taskId: string): void {
    this.#tasks.delete(taskId);
  }

  statusOf(taskId: string): FakeTask['status'] {
    return this.#task(taskId).status;
  }

  #toApi(taskId: string) {
    const { status, facts } = this.#task(taskId);
    const { createdBy, createdAt = '2026-01-05T11:00:00Z', spec } = facts;
    return {
      id: taskId,
      status,
      createdAt,
      createdBy,
      spec: { steps: [], parameters: {}, ...spec },
    };
  }

  #task(taskId: string): FakeTask {
    const task = this.#tasks.get(taskId);
    if (!task) {
      throw Object.assign(new NotFoundError(`No task ${taskId}`), {
        // As the scaffolder's own client has it.
        statusCode: 404,
      });
    }
    return task;
  }

  #add(task: FakeTask, type: EventType): number {
    task.events.push({
      id: ++this.#lastEventId,
      type,
      createdAt: '',
      body: { message: '' },
    });
    return this.#lastEventId;
  }
}
