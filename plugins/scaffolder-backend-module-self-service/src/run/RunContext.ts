import {
  AuthService,
  BackstageCredentials,
  BackstageServicePrincipal,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import {
  ActionContext,
  ScaffolderService,
} from '@backstage/plugin-scaffolder-node';
import { JsonObject } from '@backstage/types';
import { GATE_ACTION } from '@self-service/plugin-approvals-common';

/** The part of an action's context that runs need, whatever its input. */
export type AnyActionContext = ActionContext<JsonObject, JsonObject>;

/**
 * One step of a task as the scaffolder stored it: its input unrendered, what
 * the scaffolder does not know as the template has it.
 */
export type TaskStep = TaskSpec['steps'][number] & { onFailure?: unknown };

/**
 * Who started this attempt of a run.
 *
 * @remarks
 * `requester`: the person whose run it is. `other-user`: somebody who pressed
 * Retry. `service`: our resume. `none`: the process was killed while the run
 * was parking, and the credentials are gone.
 */
export type Initiator = 'requester' | 'other-user' | 'service' | 'none';

/** Secrets that the scaffolder adds itself and never keeps. */
const TASK_SECRETS = new Set(['backstageToken', '__initiatorCredentials']);

/**
 * One attempt of one step of a run, as an action sees it.
 */
export class RunContext {
  readonly #steps: readonly TaskStep[];
  readonly #position: number;

  private constructor(
    readonly action: AnyActionContext,
    readonly stepId: string,
    readonly initiator: Initiator,
    readonly credentials: BackstageCredentials,
    /** As submitted. */
    readonly parameters: JsonObject,
    steps: readonly TaskStep[],
    /** Aborts when this attempt may not go on; goes to every vendor. */
    readonly signal: AbortSignal | undefined,
  ) {
    this.#steps = steps;
    this.#position = steps.findIndex(({ id }) => id === stepId);
  }

  /**
   * Reads the task and who started this attempt.
   *
   * @throws InputError - the step is not part of the task, or has `each`
   */
  static async read(
    action: AnyActionContext,
    deps: { auth: AuthService; scaffolder: ScaffolderService },
  ): Promise<RunContext> {
    const stepId = action.step?.id;
    if (!stepId) {
      throw new InputError('The step has no id; give it one in the template.');
    }
    const credentials = await action.getInitiatorCredentials();
    const task = await deps.scaffolder.getTask(
      { taskId: action.task.id },
      { credentials: await deps.auth.getOwnServiceCredentials() },
    );
    return new RunContext(
      action,
      stepId,
      readInitiator(credentials, task.spec.user?.ref),
      credentials,
      task.spec.parameters,
      task.spec.steps,
      action.signal,
    );
  }

  /** The same attempt with a signal that may abort sooner than the task's. */
  during(signal: AbortSignal): RunContext {
    return new RunContext(
      this.action,
      this.stepId,
      this.initiator,
      this.credentials,
      this.parameters,
      this.#steps,
      signal,
    );
  }

  /** This step; absent where the task was stripped of it. */
  get step(): TaskStep | undefined {
    return this.#steps[this.#position];
  }

  /**
   * What the template declares of its runs, which only its gates carry; not
   * checked.
   */
  get selfService(): unknown {
    return this.#steps.find(({ action }) => action === GATE_ACTION)?.input
      ?.selfService;
  }

  /** Puts parameters that are texts or numbers in for `{name}`. */
  fillIn(text: string): string {
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = Object.hasOwn(this.parameters, name)
        ? this.parameters[name]
        : undefined;
      return typeof value === 'string' || typeof value === 'number'
        ? String(value)
        : whole;
    });
  }

  get taskId(): string {
    return this.action.task.id;
  }

  /** Entity ref of the person whose run it is. */
  get requester(): string | undefined {
    return this.action.user?.ref;
  }

  /** The steps after this one. */
  get remainingSteps(): readonly TaskStep[] {
    return this.#steps.slice(this.#position + 1);
  }

  /**
   * Refuses `each` on a step that can wait: its iterations would share one
   * record.
   *
   * @throws InputError - with what to do
   */
  refuseEach(): void {
    if (this.step?.each !== undefined) {
      throw new InputError(
        `Step '${this.stepId}' (${this.step.action}) can wait and so can't have 'each'. Write one step per item in the template.`,
      );
    }
  }

  /** The run's user secrets, without those that the scaffolder adds. */
  get userSecrets(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.action.secrets ?? {}).filter(
        ([name]) => !TASK_SECRETS.has(name),
      ),
    );
  }
}

function readInitiator(
  credentials: BackstageCredentials,
  requester: string | undefined,
): Initiator {
  const principal = credentials.principal as
    | Partial<BackstageUserPrincipal>
    | Partial<BackstageServicePrincipal>
    | undefined;
  switch (principal?.type) {
    case 'user':
      return (principal as BackstageUserPrincipal).userEntityRef === requester
        ? 'requester'
        : 'other-user';
    case 'service':
      return 'service';
    default:
      return 'none';
  }
}
