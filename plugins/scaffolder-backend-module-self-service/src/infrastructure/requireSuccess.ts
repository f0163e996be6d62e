import { ConflictError, InputError } from '@backstage/errors';
import {
  InfrastructureRun,
  withProblem,
} from '@self-service/plugin-providers-node';

/**
 * Requires that the head which was waited for is planned, or further.
 *
 * @throws ConflictError - the head has moved
 * @throws an error with its problem - the plan or the apply has failed
 */
export function requirePlanned(state: InfrastructureRun, head: string): void {
  requireHead(state, head);
  if (state.status === 'failed') {
    throw toError(state);
  }
}

/**
 * Requires that the head which was waited for is applied.
 *
 * @throws as {@link requirePlanned}
 */
export function requireApplied(state: InfrastructureRun, head: string): void {
  requirePlanned(state, head);
}

/**
 * Whether a pull request changes nothing that is planned. One that is merged
 * may wait for the vendor to say what it applies: nobody knows yet.
 */
export function isEmpty({
  status,
  plan,
  projects,
}: InfrastructureRun): boolean {
  return status !== 'applying' && plan === undefined && projects.length === 0;
}

/**
 * Requires that there is something to apply: vendors call it a success where
 * there is nothing, and people would wait for what nobody makes.
 *
 * @param state - that is planned, or further
 * @throws InputError with its problem - nothing was planned
 */
export function requireProjects(state: InfrastructureRun): void {
  if (!isEmpty(state)) {
    return;
  }
  const { pullRequestUrl } = state;
  const what = `There is nothing to apply in ${pullRequestUrl}: none of the files that it changes is in a directory that is planned.`;
  const remedy = `Look at the files of ${pullRequestUrl}. If there are none, roll this run back and start it again; else ask the platform team where they belong.`;
  throw withProblem(new InputError(`${what} ${remedy}`), {
    what,
    whose: 'platform',
    canPass: false,
    remedy,
    vendor: 'Terraform',
  });
}

function requireHead(state: InfrastructureRun, head: string): void {
  if (state.head === head) {
    return;
  }
  const what = `The head of ${state.pullRequestUrl} moved to ${state.head} while ${head} was waited for.`;
  throw withProblem(
    new ConflictError(
      `${what} Retry the run: the new head is decided on first.`,
    ),
    {
      what,
      whose: 'yours',
      canPass: true,
      remedy: 'Retry the run: the new head is decided on first.',
    },
  );
}

/** An apply can succeed when it is started again; a plan is of what is written. */
function toError(state: InfrastructureRun): Error {
  const { pullRequestUrl, description = 'no reason given' } = state;
  const phase = state.failedPhase ?? 'run';
  const isApply = phase === 'apply';
  const link = (isApply ? state.applyUrl : state.planUrl) ?? pullRequestUrl;
  const what = `The ${phase} of ${pullRequestUrl} has failed: ${description}`;
  const remedy = isApply
    ? `Look at ${link}; when the cause is gone, retry the run: it is planned and applied anew.`
    : `Look at ${link} and correct what is asked for; when the cause was elsewhere and is gone, retry the run: it is planned anew.`;
  return withProblem(new Error(`${what.replace(/[.\s]+$/, '')}. ${remedy}`), {
    what,
    whose: isApply ? 'unknown' : 'yours',
    canPass: isApply,
    remedy,
    vendor: 'Terraform',
  });
}
