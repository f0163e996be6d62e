import { ConflictError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import {
  InfrastructureProvider,
  InfrastructureRun,
} from '@self-service/plugin-providers-node';
import { inputDigest } from '../run/inputDigest';
import { ActingStep } from '../run/failure/ActingStep';
import { passGate } from '../run/passGate';
import { RefusedError } from '../run/RefusedError';
import { CreatedEffect } from '../run/withEffect';
import { describeState } from './describeState';
import { followRun, InfrastructureServices } from './followRun';
import { readSubject } from './readSubject';
import {
  isEmpty,
  requireApplied,
  requirePlanned,
  requireProjects,
} from './requireSuccess';
import { startAnew } from './startAnew';

/** Kept in the step's memory before an apply is started. */
const APPLY_STARTED = 'apply-started';

/** What is applied. */
export interface Application {
  provider: InfrastructureProvider;
  prUrl: string;
  /** The commit that was decided on. */
  head: string;
  /** Whether to start the apply, or only to wait for it. */
  start: boolean;
  /** How long to wait for plan and apply each, in place of the configured time. */
  timeoutMs?: number;
}

/**
 * Waits for the plan, starts the apply of exactly the head that was decided
 * on, and follows it to its end.
 *
 * @returns the apply's address, and where its outputs are: values of those
 * that are not sensitive, references of those that are
 * @throws ConflictError - the head has moved, and no person approved the new
 * one
 * @throws WaitingError - the run is parked
 */
export async function applyPullRequest(
  step: ActingStep,
  services: InfrastructureServices,
  application: Application,
): Promise<CreatedEffect> {
  const { provider, prUrl, start, timeoutMs } = application;
  const { run, memory } = step;
  const { signal } = run;
  const { logger } = run.action;
  const log = describeState(logger);
  const { head, seen } = await findDecidedHead(step, services, application);
  const plan = {
    pullRequestUrl: prUrl,
    head,
    phase: 'plan' as const,
    timeoutMs,
  };
  let planned = await followRun(step, services, plan, log, seen);
  if (start) {
    planned = await startAnew(step, services, { provider, plan, planned, log });
  }
  requirePlanned(planned, head);
  requireProjects(planned);
  if (start && planned.status === 'planned') {
    await memory.keep(APPLY_STARTED, { head });
    await provider.startApply(prUrl, { head, signal });
  }
  const follow = (phase: 'apply' | 'outcome', known: InfrastructureRun) =>
    followRun(
      step,
      services,
      { pullRequestUrl: prUrl, head, phase, timeoutMs },
      log,
      known,
    );
  let applied = await follow(start ? 'apply' : 'outcome', planned);
  if (start && applied.awaitsStart) {
    requirePlanned(applied, head);
    await provider.startApply(prUrl, { head, signal });
    applied = await follow('outcome', applied);
  }
  requireApplied(applied, head);
  requireProjects(applied);
  const { values, sensitive } = await provider.getOutputs(applied, { signal });
  return {
    url: applied.applyUrl ?? prUrl,
    reference: {
      head,
      outputs: values as JsonObject,
      secretReferences: sensitive as unknown as JsonObject,
    },
  };
}

/**
 * The head that may be applied: the pinned one, or one that moved and that
 * people have approved anew. `seen` is what stands there, where nothing but the
 * admission came after the look.
 */
async function findDecidedHead(
  step: ActingStep,
  services: InfrastructureServices,
  { provider, prUrl, head }: Application,
): Promise<{ head: string; seen?: InfrastructureRun }> {
  const { run } = step;
  const { signal } = run;
  const seen = await provider.getRun(prUrl, { signal });
  const current = seen.head;
  const admission = await services.approvals.admit({
    taskId: run.taskId,
    stepId: run.stepId,
    action: 'terraform:wait-for-apply',
    head: current,
  });
  if (!admission.admitted && admission.code !== 'head-moved') {
    throw new RefusedError(admission.message);
  }
  if (admission.admitted && current === head) {
    return { head, seen };
  }
  run.action.logger.info(
    `The head of ${prUrl} has moved from ${head} to ${current}`,
  );
  const subject = await readSubject(step, services, prUrl);
  const { request } = await passGate(run, services, {
    inputDigest: inputDigest({ prUrl, head: subject.head }),
    subject,
  });
  if (!request) {
    throw new ConflictError(
      `Somebody has pushed to ${prUrl} since it was opened (${head} is now ${subject.head}). Policy approves this run without a person, but nobody has looked at what was pushed: undo the push, or close the pull request and start again.`,
    );
  }
  return { head: subject.head };
}

/**
 * Whether it is sure that a pull request's apply has made nothing: this step
 * has started none, and nobody else has.
 *
 * @throws an error of the provider - it can't be told
 */
export async function wasNeverApplied(
  { run, memory }: ActingStep,
  { provider, prUrl }: Pick<Application, 'provider' | 'prUrl'>,
): Promise<boolean> {
  if (await memory.find(APPLY_STARTED)) {
    return false;
  }
  const { signal } = run;
  const state = await provider.getRun(prUrl, { signal });
  const { status, failedPhase } = state;
  return (
    isEmpty(state) ||
    ['unknown', 'planning', 'planned'].includes(status) ||
    (status === 'failed' && failedPhase === 'plan')
  );
}
