import { AuditorService } from '@backstage/backend-plugin-api';
import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import {
  RetryDecision,
  RetryPreview,
  RetryStep,
  RunOption,
  toRunOptions,
} from '@self-service/plugin-runs-common';
import { EffectStore } from '../../database/EffectStore';
import { RunStore, StoredRun } from '../../database/RunStore';
import { Clock } from '../Clock';
import { toReopened } from '../endOfRun';
import { after, RESUME_LEASE_MS } from '../leases';
import { Phases } from '../Phases';
import { RunAccess, UserCredentials } from '../RunAccess';
import { RunHints } from '../RunHints';
import { RunImporter } from '../RunImporter';
import { ScaffolderRuns } from '../ScaffolderRuns';
import { TaskReader } from '../TaskReader';
import { planRetry } from './planRetry';
import { RetryParker } from './RetryParker';
import { RunSecrets } from './RunSecrets';

/** How often a retry starts over when somebody else was faster. */
const MAX_TRIES = 5;

/** Retries runs that have failed, from the step that failed. */
export class RetryService {
  readonly #deps: RetryServiceDeps;

  private constructor(deps: RetryServiceDeps) {
    this.#deps = deps;
  }

  static create(deps: RetryServiceDeps): RetryService {
    return new RetryService(deps);
  }

  /**
   * What a retry would do, and whether it is allowed. Changes nothing.
   *
   * @throws the scaffolder's answer when the user may not read the task
   */
  async preview(
    taskId: string,
    credentials: UserCredentials,
  ): Promise<RetryPreview> {
    const { access, approvals } = this.#deps;
    await access.readTaskStatus(taskId, credentials);
    const run = await this.#find(taskId);
    const steps = await this.#planSteps(taskId);
    const refusal = await this.#findRefusal(run, credentials);
    if (refusal) {
      return { allowed: false, reason: refusal.reason, steps };
    }
    const decision = await approvals.reviewRun(taskId, { dryRun: true });
    return decision.outcome === 'denied'
      ? { allowed: false, reason: describeDenial(decision), steps, decision }
      : { allowed: true, steps, decision };
  }

  /**
   * Asks policy again, then opens the run: at once, or once people have
   * approved. Pressed by several at once, it happens once.
   *
   * @throws NotAllowedError - neither the requester nor an operator
   * @throws ConflictError - it can't be retried, or policy denies it
   */
  async retry(
    taskId: string,
    credentials: UserCredentials,
  ): Promise<RetryPreview> {
    const { access, auditor } = this.#deps;
    const by = access.requirePerson(credentials);
    await access.readTaskStatus(taskId, credentials);
    const event = await auditor.createEvent({
      eventId: 'run-retry',
      severityLevel: 'medium',
      meta: { taskId, actor: by },
    });
    try {
      const preview = await this.#retry(taskId, credentials);
      await event.success({ meta: { decision: preview.decision?.outcome } });
      return preview;
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  }

  async #retry(
    taskId: string,
    credentials: UserCredentials,
  ): Promise<RetryPreview> {
    const { access, approvals, phases, clock, secrets } = this.#deps;
    const steps = await this.#planSteps(taskId);
    let decision: RetryDecision | undefined;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const run = await this.#find(taskId);
      if (!(await access.isInCharge(run, credentials))) {
        throw new NotAllowedError(
          'Only the requester and the platform team can do this',
        );
      }
      if (tries > 0 && run.phase === 'active') {
        // Somebody else has pressed at the same moment.
        return { allowed: true, steps, decision };
      }
      const refusal = await this.#findRefusal(run, credentials);
      if (refusal) {
        throw new ConflictError(refusal.reason);
      }
      const given = await secrets.open(run);
      decision = await approvals.reviewRun(taskId, { dryRun: false });
      if (decision.outcome === 'denied') {
        throw new ConflictError(describeDenial(decision));
      }
      const now = await clock.now();
      const opened = await phases.move(run, {
        ...toReopened(now),
        // Until the task is open it still reads as failed.
        leaseUntil: after(now, RESUME_LEASE_MS),
      });
      if (opened) {
        // In the name of whoever asked for the run, a step may do what they
        // may; in ours only what they were found to be allowed at the gate.
        const as = access.isRequester(run, credentials)
          ? credentials
          : undefined;
        await this.#open(opened, { decision, steps, given, as });
        return { allowed: true, steps, decision };
      }
    }
    throw new ConflictError(`Run ${taskId} keeps changing; try again`);
  }

  async #open(
    run: StoredRun,
    retry: {
      decision: RetryDecision;
      steps: readonly RetryStep[];
      given: Record<string, string> | undefined;
      as: UserCredentials | undefined;
    },
  ): Promise<void> {
    const { scaffolderRuns, parker, hints } = this.#deps;
    const { taskId } = run;
    try {
      await (retry.decision.outcome === 'pending'
        ? parker.park(taskId, retry)
        : scaffolderRuns.retry(taskId, retry.given, retry.as));
    } catch (error) {
      throw explain(error);
    } finally {
      await this.#release(taskId);
      hints.followSoon(taskId);
    }
  }

  /** What is not given back lapses. */
  async #release(taskId: string): Promise<void> {
    const { runs, clock } = this.#deps;
    const run = await runs.find(taskId);
    if (run?.phase === 'active') {
      await runs.movePhase(run, { leaseUntil: undefined }, await clock.now());
    }
  }

  async #find(taskId: string): Promise<StoredRun> {
    const { runs, importer } = this.#deps;
    const known = await runs.find(taskId);
    if (!known) {
      await importer.fetch(taskId);
    }
    const run = known ?? (await runs.find(taskId));
    if (!run) {
      throw new NotFoundError(`Nothing is known of run ${taskId}`);
    }
    return run;
  }

  async #planSteps(taskId: string): Promise<RetryStep[]> {
    const { tasks, effects } = this.#deps;
    const [spec, events, made] = await Promise.all([
      tasks.readSpec(taskId),
      tasks.readEvents(taskId),
      effects.list(taskId),
    ]);
    return planRetry(spec.steps, events, made);
  }

  async #findRefusal(
    run: StoredRun,
    credentials: UserCredentials,
  ): Promise<RunOption | undefined> {
    const { access, secrets } = this.#deps;
    const { retry } = toRunOptions({
      phase: run.phase,
      isCancelled: run.cancelledAt !== undefined,
      hasEffects: true,
      refused: run.failure?.problem.refused,
      replacedBy: run.replacedBy,
      isInCharge: await access.isInCharge(run, credentials),
    });
    if (!retry.allowed) {
      return retry;
    }
    const reason =
      run.authorised || access.isRequester(run, credentials)
        ? await secrets.findProblem(run)
        : 'It failed before the permissions of its requester were checked, so only they can retry it';
    return reason === undefined ? undefined : { allowed: false, reason };
  }
}

function describeDenial({ explanations }: RetryDecision): string {
  return `Policy denies it now. ${explanations.join(' ')}`.trim();
}

/** Says what keeps the scaffolder from opening the task, and what to do. */
function explain(error: unknown): unknown {
  switch ((error as Error).name) {
    case 'NotFoundError':
      return new ConflictError(
        'The template of this run is gone. Ask its owner to bring it back, or start again with another template.',
      );
    case 'InputError':
      return new ConflictError(
        'The template now requires a secret that this run was not given. Edit and resubmit it.',
      );
    case 'NotAllowedError':
      return new ConflictError(
        'The scaffolder refuses the retry. Ask the platform team for the permission to create tasks.',
      );
    default:
      return error;
  }
}

interface RetryServiceDeps {
  runs: RunStore;
  effects: EffectStore;
  phases: Phases;
  access: RunAccess;
  importer: RunImporter;
  hints: RunHints;
  tasks: TaskReader;
  approvals: ApprovalsService;
  scaffolderRuns: ScaffolderRuns;
  secrets: RunSecrets;
  parker: RetryParker;
  clock: Clock;
  auditor: AuditorService;
}
