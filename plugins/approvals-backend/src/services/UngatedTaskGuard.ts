import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import { EventsService } from '@backstage/plugin-events-node';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { GateStep, isGated } from '@self-service/plugin-approvals-common';
import { AuditTrail } from './AuditTrail';
import { RunReader } from './RunReader';

const ALIVE = ['open', 'processing'];
const PAGE = 100;
const MAXIMUM_REMEMBERED = 10_000;

function readEvent(
  payload: unknown,
): { taskId: string; status?: string } | undefined {
  if (typeof payload !== 'object' || payload === null) {
    return undefined;
  }
  const { id, taskId, status } = payload as Record<string, unknown>;
  // Some events carry their own id in `id` and the task's in `taskId`.
  const found = taskId ?? id;
  return typeof found === 'string'
    ? {
        taskId: found,
        status: typeof status === 'string' ? status : undefined,
      }
    : undefined;
}

/**
 * Cancels tasks that run without our gate: from templates that no catalog
 * processor has seen, or whose gate a permission policy has filtered away.
 *
 * @remarks
 * Events are hints, and the sweep finds what they miss. Admission holds
 * without this guard; it ends what could do no good.
 */
export class UngatedTaskGuard {
  readonly #scaffolder: ScaffolderService;
  readonly #auth: AuthService;
  readonly #audit: AuditTrail;
  readonly #logger: LoggerService;
  /** Tasks known to be gated, for ever, since a task's steps never change. */
  readonly #gated = new Set<string>();
  /** Tasks that are being looked at: one look answers two events. */
  readonly #looked = new Set<string>();
  readonly #runs: RunReader | undefined;

  /**
   * @param options.runs - is given what the guard has read, so that the gate
   * need not read it again
   */
  constructor(options: {
    runs?: RunReader;
    scaffolder: ScaffolderService;
    auth: AuthService;
    audit: AuditTrail;
    logger: LoggerService;
  }) {
    this.#runs = options.runs;
    this.#scaffolder = options.scaffolder;
    this.#auth = options.auth;
    this.#audit = options.audit;
    this.#logger = options.logger;
  }

  /** Listens to what the scaffolder says of its tasks. */
  async subscribe(events: EventsService): Promise<void> {
    await events.subscribe({
      id: 'approvals-ungated-task-guard',
      topics: ['scaffolder.task'],
      onEvent: ({ eventPayload }) => this.onEvent(eventPayload),
    });
  }

  /** Looks at the task that an event speaks of. Never fails. */
  async onEvent(payload: unknown): Promise<void> {
    const event = readEvent(payload);
    if (!event || !ALIVE.includes(event.status ?? '')) {
      return;
    }
    const { taskId } = event;
    if (this.#gated.has(taskId) || this.#looked.has(taskId)) {
      return;
    }
    this.#looked.add(taskId);
    try {
      const credentials = await this.#auth.getOwnServiceCredentials();
      const task = await this.#scaffolder.getTask({ taskId }, { credentials });
      this.#runs?.remember(taskId, task.spec);
      await this.#judge(task);
    } catch (error) {
      this.#logger.warn(
        `Task ${taskId} was not checked for its gate; the sweep will`,
        toError(error),
      );
    } finally {
      this.#looked.delete(taskId);
    }
  }

  /** Looks at every task that is open or running. */
  async sweep(): Promise<void> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    for (let offset = 0; ; offset += PAGE) {
      const { items } = await this.#scaffolder.listTasks(
        { status: ['open', 'processing'], limit: PAGE, offset },
        { credentials },
      );
      for (const task of items) {
        await this.#judge(task).catch(error =>
          this.#logger.error(
            `Task ${task.id} has no gate and was not cancelled`,
            toError(error),
          ),
        );
      }
      if (items.length < PAGE) {
        return;
      }
    }
  }

  async #judge(task: {
    id: string;
    status: string;
    spec: { steps: readonly GateStep[]; templateInfo?: { entityRef: string } };
  }): Promise<void> {
    const { id: taskId, status, spec } = task;
    if (this.#gated.has(taskId) || !ALIVE.includes(status)) {
      return;
    }
    if (isGated(spec.steps)) {
      this.#remember(taskId);
      return;
    }
    const template = spec.templateInfo?.entityRef ?? 'unknown';
    await this.#audit.record(
      {
        eventId: 'ungated-task-cancel',
        actor: 'plugin:approvals',
        meta: { taskId, template },
      },
      async () => {
        const credentials = await this.#auth.getOwnServiceCredentials();
        await this.#scaffolder.cancelTask({ taskId }, { credentials });
      },
    );
    this.#logger.warn(
      `Cancelled task ${taskId} of ${template}: it has no approval gate`,
    );
  }

  #remember(taskId: string) {
    this.#gated.add(taskId);
    if (this.#gated.size > MAXIMUM_REMEMBERED) {
      const [oldest] = this.#gated;
      this.#gated.delete(oldest);
    }
  }
}
