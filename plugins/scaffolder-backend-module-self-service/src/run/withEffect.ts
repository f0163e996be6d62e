import { randomUUID } from 'node:crypto';
import {
  ConflictError,
  InputError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { withProblem } from '@self-service/plugin-providers-node';
import { ClaimResult, Effect } from '@self-service/plugin-runs-common';
import { RunsService, toRunKey } from '@self-service/plugin-runs-node';
import { EffectLease } from './EffectLease';
import { Pause } from './Pause';
import { calledAs } from './calledAs';
import { RefusedError } from './RefusedError';
import { AnyActionContext } from './RunContext';
import { findMissingSecrets } from './secrets';
import { WaitingError } from './WaitingError';

/** How often an attempt asks for a lease that another one holds. */
const BUSY_POLL_MS = 1_000;
/** How long it asks: longer than a lease, short enough to free the worker. */
const BUSY_LIMIT_MS = 90_000;
/** How often an attempt acts anew that has lost its lease meanwhile. */
const MAX_LOST = 3;

/** What creating something outside is made of. */
export interface EffectServices {
  approvals: ApprovalsService;
  runs: RunsService;
  pause: Pause;
}

/** What is to be created; see `Effect` of runs-common. */
export interface IntendedEffect {
  /** Id of the action that creates it. */
  action: string;
  inputDigest: string;
  capability: string;
  provider: string;
  kind: string;
  name: string;
  reference?: JsonObject;
  /**
   * Whether the act's error proves that nothing was made. Without it an
   * `InputError` and a `ConflictError` do: providers throw them before they
   * act.
   */
  provesAbsence?: (error: unknown) => Promise<boolean>;
}

/** Creates an effect; see {@link withEffect}. */
type Act = (
  key: string,
  claimed: Effect,
  signal: AbortSignal,
) => Promise<CreatedEffect>;

/** What an act left behind. */
export interface CreatedEffect {
  url?: string;
  reference: JsonObject;
}

/**
 * Asks whether the run may act now.
 *
 * @throws RefusedError - it may not; the message says why and what to do
 */
export async function requireAdmission(
  ctx: AnyActionContext,
  approvals: ApprovalsService,
  action: string,
  head?: string,
): Promise<void> {
  const admission = await approvals.admit({
    taskId: ctx.task.id,
    stepId: ctx.step?.id ?? '',
    action: calledAs(ctx, action),
    head,
  });
  if (!admission.admitted) {
    throw new RefusedError(admission.message);
  }
}

/**
 * Creates something outside once: admission, a claimed record, the act, the
 * completed record. An attempt that finds it created gets what stands.
 *
 * @param act - creates it, or finds what an interrupted attempt created; may
 * be called again. Gets the provider's idempotency key, the record that was
 * claimed, and a signal that aborts when the task is cancelled or the right to
 * act is lost: it goes to every call that changes something
 * @throws RefusedError - the run may not act now
 * @throws ConflictError - it belongs to another run
 * @throws ServiceUnavailableError - another worker or a rollback is at work
 * on it, and did not come to an end
 */
export async function withEffect(
  ctx: AnyActionContext,
  services: EffectServices,
  intended: IntendedEffect,
  act: Act,
): Promise<Effect> {
  const { approvals, runs } = services;
  const {
    action,
    provesAbsence = async error => isRefusal(error),
    ...claim
  } = intended;
  const stepId = ctx.step?.id ?? '';
  const attempt = randomUUID();
  await requireAdmission(ctx, approvals, action);
  await requireSecrets(ctx, runs);
  const question = { ...claim, taskId: ctx.task.id, stepId, attempt };
  const made = await makeUnderLease(ctx, services, question, {
    act,
    provesAbsence,
  });
  if (!made.created) {
    return made.effect;
  }
  const { effect, created } = made;
  try {
    return await runs.completeEffect(effect.id, { attempt, ...created });
  } catch (error) {
    if (!(error instanceof ConflictError)) {
      throw error;
    }
    // Stalled for longer than the lease: another worker has taken over and
    // found or finds what was made. What stands in the end is the answer.
    const standing = await acquire(ctx, services, question);
    return standing.outcome === 'created'
      ? standing.effect
      : runs.completeEffect(standing.effect.id, { attempt, ...created });
  }
}

type Claim = Parameters<RunsService['claimEffect']>[0];

/**
 * Acts while it holds the lease. Who has lost it to another worker sees what
 * that one makes of it.
 *
 * @returns what was made; without `created`, what stands already
 */
async function makeUnderLease(
  ctx: AnyActionContext,
  services: EffectServices,
  claim: Claim,
  how: Required<Pick<IntendedEffect, 'provesAbsence'>> & { act: Act },
): Promise<{ effect: Effect; created?: CreatedEffect }> {
  const { runs, pause } = services;
  const { taskId, stepId, inputDigest, attempt } = claim;
  const key = toRunKey(taskId, stepId, inputDigest);
  for (let lost = 0; ; lost++) {
    const { outcome, effect, claimedAt } = await acquire(ctx, services, claim);
    if (outcome === 'created') {
      return { effect };
    }
    const lease = EffectLease.hold({
      runs,
      pause,
      effectId: effect.id,
      attempt,
      claimedAt,
    });
    try {
      const signal = ctx.signal
        ? AbortSignal.any([ctx.signal, lease.signal])
        : lease.signal;
      return { effect, created: await how.act(key, effect, signal) };
    } catch (error) {
      const isFailure =
        !(error instanceof WaitingError) && !ctx.signal?.aborted;
      if (isFailure && lease.isLost && lost < MAX_LOST) {
        ctx.logger.info(`${lease.signal.reason.message}; looking again`);
        continue;
      }
      // The lease goes back, so that a retry need not wait for its end. Where
      // it is not sure that nothing was made, the intent stays: the provider
      // is asked what became of the act, by the next attempt or the rollback.
      const absent =
        isFailure &&
        !lease.isLost &&
        (await how.provesAbsence(error).catch(() => false));
      await runs
        .releaseEffect(effect.id, { attempt, absent })
        .catch(releaseError =>
          ctx.logger.debug(`Lease not given back: ${releaseError}`),
        );
      throw error;
    } finally {
      lease.end();
    }
  }
}

/** Whether an error says that what was asked for was not made. */
export function isRefusal(error: unknown): boolean {
  return error instanceof InputError || error instanceof ConflictError;
}

async function acquire(
  ctx: AnyActionContext,
  { runs, pause }: EffectServices,
  claim: Claim,
): Promise<ClaimResult & { claimedAt: number }> {
  const end = pause.now() + BUSY_LIMIT_MS;
  for (;;) {
    const claimedAt = pause.now();
    const result = await runs.claimEffect(claim).catch(refuse);
    if (result.outcome === 'taken') {
      throw new ConflictError(
        `The ${claim.kind} '${claim.name}' belongs to another run (${result.effect.taskId}). Choose another name, or look at that run.`,
      );
    }
    if (result.outcome !== 'busy') {
      return { ...result, claimedAt };
    }
    if (pause.now() >= end) {
      throw busy(claim, result.effect);
    }
    ctx.logger.info(
      `Somebody else is at work on ${claim.kind} ${claim.name} (run ${result.effect.taskId})`,
    );
    await pause.sleep(BUSY_POLL_MS, ctx.signal);
  }
}

/** A conflict here says that the run has ended: it creates nothing more. */
function refuse(error: unknown): never {
  throw error instanceof ConflictError
    ? new RefusedError(error.message, error)
    : error;
}

function busy({ kind, name }: { kind: string; name: string }, held: Effect) {
  const what = `Run ${held.taskId} is at work on the ${kind} '${name}' and has not come to an end.`;
  return withProblem(new ServiceUnavailableError(what), {
    what,
    whose: 'platform',
    canPass: true,
    remedy: `Try again in a few minutes, or look at run ${held.taskId}.`,
  });
}

async function requireSecrets(
  ctx: AnyActionContext,
  runs: RunsService,
): Promise<void> {
  const missing = await findMissingSecrets(ctx, runs);
  if (missing.length > 0) {
    throw new RefusedError(
      `The secrets of this run (${missing.join(
        ', ',
      )}) are gone, since its task has ended. Start the run again and enter them.`,
    );
  }
}
