import { ConflictError, NotAllowedError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import {
  InfrastructureProvider,
  InfrastructureRun,
} from '@self-service/plugin-providers-node';
import { inputDigest } from '../run/inputDigest';
import { passGate } from '../run/passGate';
import { RunContext } from '../run/RunContext';
import { CreatedEffect } from '../run/withEffect';
import { describeState } from './describeState';
import { followRun, InfrastructureServices } from './followRun';
import { readSubject } from './readSubject';

/** What is applied. */
export interface Application {
  provider: InfrastructureProvider;
  prUrl: string;
  /** The commit that was decided on. */
  head: string;
  /** Whether to start the apply, or only to wait for it. */
  start: boolean;
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
  run: RunContext,
  services: InfrastructureServices,
  application: Application,
): Promise<CreatedEffect> {
  const { provider, prUrl, start } = application;
  const { signal, logger } = run.action;
  const log = describeState(logger);
  const head = await findDecidedHead(run, services, application);
  const planned = await followRun(
    run,
    services,
    { pullRequestUrl: prUrl, head, phase: 'plan' },
    log,
  );
  requireSuccess(planned, head);
  if (start && planned.status === 'planned') {
    await provider.startApply(prUrl, { head, signal });
  }
  const applied = await followRun(
    run,
    services,
    { pullRequestUrl: prUrl, head, phase: 'apply' },
    log,
  );
  requireSuccess(applied, head);
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
 * people have approved anew.
 */
async function findDecidedHead(
  run: RunContext,
  services: InfrastructureServices,
  { provider, prUrl, head }: Application,
): Promise<string> {
  const { signal } = run.action;
  const current = (await provider.getRun(prUrl, { signal })).head;
  const admission = await services.approvals.admit({
    taskId: run.taskId,
    stepId: run.stepId,
    action: 'terraform:wait-for-apply',
    head: current,
  });
  if (!admission.admitted && admission.code !== 'head-moved') {
    throw new NotAllowedError(admission.message);
  }
  if (admission.admitted && current === head) {
    return head;
  }
  run.action.logger.info(
    `The head of ${prUrl} has moved from ${head} to ${current}`,
  );
  const subject = await readSubject(run, services, prUrl);
  const { request } = await passGate(run, services, {
    inputDigest: inputDigest({ prUrl, head: subject.head }),
    subject,
  });
  if (!request) {
    throw new ConflictError(
      `Somebody has pushed to ${prUrl} since it was opened (${head} is now ${subject.head}). Policy approves this run without a person, but nobody has looked at what was pushed: undo the push, or close the pull request and start again.`,
    );
  }
  return subject.head;
}

function requireSuccess(state: InfrastructureRun, head: string): void {
  if (state.head !== head) {
    throw new ConflictError(
      `The head of ${state.pullRequestUrl} moved to ${state.head} while ${head} was waited for. Retry the run: the new head is decided on first.`,
    );
  }
  if (state.status === 'failed') {
    const phase = state.failedPhase ?? 'run';
    const link = phase === 'apply' ? state.applyUrl : state.planUrl;
    throw new Error(
      `The ${phase} of ${state.pullRequestUrl} has failed: ${
        state.description ?? 'no reason given'
      }. Look at ${
        link ?? state.pullRequestUrl
      }; when the cause is gone, retry the run.`,
    );
  }
}
