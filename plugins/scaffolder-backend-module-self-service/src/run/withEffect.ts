import { randomUUID } from 'node:crypto';
import { ConflictError, InputError, NotAllowedError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { Effect } from '@self-service/plugin-runs-common';
import { RunsService, toRunKey } from '@self-service/plugin-runs-node';
import { Pause } from './Pause';
import { AnyActionContext } from './RunContext';
import { findMissingSecrets } from './secrets';

/** How often an attempt asks for a lease that another one holds. */
const BUSY_POLL_MS = 1_000;

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
}

/** What an act left behind. */
export interface CreatedEffect {
  url?: string;
  reference: JsonObject;
}

/**
 * Asks whether the run may act now.
 *
 * @throws NotAllowedError - it may not; the message says why and what to do
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
    action,
    head,
  });
  if (!admission.admitted) {
    throw new NotAllowedError(admission.message);
  }
}

/**
 * Creates something outside once: admission, a claimed record, the act, the
 * completed record. An attempt that finds it created gets what stands.
 *
 * @param act - creates it, or finds what an interrupted attempt created;
 * gets the provider's idempotency key and the record that was claimed
 * @throws ConflictError - it belongs to another run
 */
export async function withEffect(
  ctx: AnyActionContext,
  services: EffectServices,
  intended: IntendedEffect,
  act: (key: string, claimed: Effect) => Promise<CreatedEffect>,
): Promise<Effect> {
  const { approvals, runs } = services;
  const { action, ...claim } = intended;
  const stepId = ctx.step?.id ?? '';
  const attempt = randomUUID();
  await requireAdmission(ctx, approvals, action);
  await requireSecrets(ctx, runs);
  const { outcome, effect } = await acquire(ctx, services, {
    ...claim,
    taskId: ctx.task.id,
    stepId,
    attempt,
  });
  if (outcome === 'created') {
    return effect;
  }
  try {
    const created = await act(
      toRunKey(ctx.task.id, stepId, claim.inputDigest),
      effect,
    );
    return await runs.completeEffect(effect.id, { attempt, ...created });
  } catch (error) {
    // The lease goes back, so that a retry need not wait for its end. Only a
    // refusal says that nothing was made; after any other error the provider
    // is asked what became of the act.
    const absent =
      error instanceof InputError || error instanceof ConflictError;
    await runs
      .releaseEffect(effect.id, { attempt, absent })
      .catch(releaseError =>
        ctx.logger.debug(`Lease not given back: ${releaseError}`),
      );
    throw error;
  }
}

async function acquire(
  ctx: AnyActionContext,
  { runs, pause }: EffectServices,
  claim: Parameters<RunsService['claimEffect']>[0],
): ReturnType<RunsService['claimEffect']> {
  for (;;) {
    const result = await runs.claimEffect(claim);
    if (result.outcome === 'taken') {
      throw new ConflictError(
        `The ${claim.kind} '${claim.name}' belongs to another run (${result.effect.taskId}). Choose another name, or look at that run.`,
      );
    }
    if (result.outcome !== 'busy') {
      return result;
    }
    ctx.logger.info(`Another worker is making ${claim.kind} ${claim.name}`);
    await pause.sleep(BUSY_POLL_MS, ctx.signal);
  }
}

async function requireSecrets(
  ctx: AnyActionContext,
  runs: RunsService,
): Promise<void> {
  const missing = await findMissingSecrets(ctx, runs);
  if (missing.length > 0) {
    throw new NotAllowedError(
      `The secrets of this run (${missing.join(
        ', ',
      )}) are gone, since its task has ended. Start the run again and enter them.`,
    );
  }
}
