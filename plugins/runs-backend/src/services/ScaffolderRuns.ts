import {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ResponseError,
} from '@backstage/errors';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';

/** How long the scaffolder may take to answer a retry. */
const RETRY_TIMEOUT_MS = 20_000;

/** What the scaffolder says of a task. */
export interface TaskLook {
  /** Stock status. */
  status: string;
  /** Whether no worker has it, and none will take it by itself. */
  terminal: boolean;
  completed: boolean;
  /** Ids of its `cancelled` events, oldest first. A retry deletes them. */
  cancelledEventIds: number[];
  /** Id of its `completion` event. A retry deletes it. */
  completionEventId?: number;
  /** Ids of the events that a retry leaves. */
  recoveredEventIds: number[];
}

/**
 * Parks and resumes tasks of the stock scaffolder: the only place that knows
 * how. To be replaced when Backstage gains a native suspend (BEP-0016).
 *
 * @remarks
 * Protocol facts, of `@backstage/plugin-scaffolder-backend` 4.2:
 * `DatabaseTaskStore.cancelTask` inserts a `cancelled` event at any time and
 * drops the task's secrets; the attempt aborts within a second and ends
 * `failed`. `retryTask` opens a task only from a terminal status, deletes its
 * `cancelled` and `completion` events and stores the secrets it is given.
 */
export interface ScaffolderRuns {
  /**
   * Asks to cancel the attempt that runs.
   *
   * @throws NotFoundError - the task is gone
   */
  cancel(taskId: string): Promise<void>;
  /**
   * Opens the task again: its finished steps are skipped.
   *
   * @param secrets - the run's user secrets, which the scaffolder has dropped
   * @param as - who initiates the new attempt: without it our service, for
   * which the permission framework allows everything
   * @throws ConflictError - the task is not terminal (yet)
   * @throws NotFoundError - the task or its template is gone
   * @throws InputError - the template wants an input that is not there
   * @throws NotAllowedError - whoever initiates it may not do that
   */
  retry(
    taskId: string,
    secrets?: Record<string, string>,
    as?: BackstageCredentials,
  ): Promise<void>;
  /**
   * Reads status and events.
   *
   * @param sinceEventId - leaves older events out, except a completion
   * @throws NotFoundError - the task is gone
   */
  look(taskId: string, sinceEventId?: number): Promise<TaskLook>;
}

/** {@inheritdoc ScaffolderRuns} */
export class DefaultScaffolderRuns implements ScaffolderRuns {
  readonly #scaffolder: ScaffolderService;
  readonly #auth: AuthService;
  readonly #discovery: DiscoveryService;

  private constructor(deps: {
    scaffolder: ScaffolderService;
    auth: AuthService;
    discovery: DiscoveryService;
  }) {
    this.#scaffolder = deps.scaffolder;
    this.#auth = deps.auth;
    this.#discovery = deps.discovery;
  }

  static create(deps: {
    scaffolder: ScaffolderService;
    auth: AuthService;
    discovery: DiscoveryService;
  }): DefaultScaffolderRuns {
    return new DefaultScaffolderRuns(deps);
  }

  async cancel(taskId: string): Promise<void> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    await this.#scaffolder
      .cancelTask({ taskId }, { credentials })
      .catch(rethrow);
  }

  async retry(
    taskId: string,
    secrets?: Record<string, string>,
    as?: BackstageCredentials,
  ): Promise<void> {
    // `scaffolderServiceRef.retry` sends no body, and so no secrets.
    const baseUrl = await this.#discovery.getBaseUrl('scaffolder');
    const { token } = await this.#auth.getPluginRequestToken({
      onBehalfOf: as ?? (await this.#auth.getOwnServiceCredentials()),
      targetPluginId: 'scaffolder',
    });
    const response = await fetch(
      `${baseUrl}/v2/tasks/${encodeURIComponent(taskId)}/retry`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ secrets: secrets ?? {} }),
        signal: AbortSignal.timeout(RETRY_TIMEOUT_MS),
      },
    );
    if (!response.ok) {
      rethrow(await ResponseError.fromResponse(response));
    }
  }

  async look(taskId: string, sinceEventId?: number): Promise<TaskLook> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    // The status first: events that are newer than it only hold us back.
    const { status } = await this.#scaffolder
      .getTask({ taskId }, { credentials })
      .catch(rethrow);
    const after = sinceEventId === undefined ? undefined : sinceEventId - 1;
    const events = await this.#scaffolder
      .getLogs({ taskId, after }, { credentials })
      .catch(rethrow);
    const idsOf = (type: string) =>
      events
        .filter(event => event.type === type)
        .map(event => event.id)
        .sort((a, b) => a - b);
    return {
      status,
      // An unknown status counts as running: nothing is retried then.
      terminal: ['completed', 'failed', 'cancelled', 'skipped'].includes(
        status,
      ),
      completed: status === 'completed',
      cancelledEventIds: idsOf('cancelled'),
      completionEventId: idsOf('completion').at(-1),
      recoveredEventIds: idsOf('recovered'),
    };
  }
}

/**
 * Turns the scaffolder's answer into an error that says what to do. The
 * answer itself stays out of the message: it may quote what was sent.
 */
function rethrow(error: unknown): never {
  const { statusCode } = error as Partial<ResponseError>;
  switch (statusCode) {
    case 400:
      throw new InputError('The scaffolder wants an input that is missing');
    case 403:
      throw new NotAllowedError('The scaffolder does not allow this');
    case 404:
      throw new NotFoundError('The scaffolder has no such task or template');
    case 409:
      throw new ConflictError('The task has not ended yet');
    default:
      throw error;
  }
}
