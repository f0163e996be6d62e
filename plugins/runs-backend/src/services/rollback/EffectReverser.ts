import { LoggerService } from '@backstage/backend-plugin-api';
import { problemOf } from '@self-service/plugin-providers-node';
import {
  EffectUndoer,
  toRunKey,
  UndoResult,
} from '@self-service/plugin-runs-node';
import {
  EffectStore,
  UndoableEffect,
  UndoChange,
} from '../../database/EffectStore';
import { Clock } from '../Clock';
import { after, ROLLBACK_LEASE_MS } from '../leases';
import { RunNotifier } from '../RunNotifier';
import {
  delayAfterFailure,
  delayWhilePending,
  MAX_FAILURES,
  MAX_PENDING_MS,
} from './undoPacing';

/** How long one try may take; shorter than the lease of who rolls back. */
const TRY_MS = ROLLBACK_LEASE_MS - 5_000;

/**
 * How one try went. `ended`: undone, or retained. `later`: come back after so
 * many milliseconds. `failed`: people must look.
 */
export type Reversal =
  | { outcome: 'ended' }
  | { outcome: 'later'; delayMs: number }
  | { outcome: 'failed' };

/** Undoes one effect, one short try at a time. */
export class EffectReverser {
  readonly #deps: EffectReverserDeps;

  private constructor(deps: EffectReverserDeps) {
    this.#deps = deps;
  }

  static create(deps: EffectReverserDeps): EffectReverser {
    return new EffectReverser(deps);
  }

  /**
   * Tries once, if it is time for it.
   *
   * @param stopping - the backend stops: the try counts for nothing then
   * @throws whatever keeps the ledger from being written, and the reason of
   * `stopping`
   */
  async reverse(
    effect: UndoableEffect,
    stopping: AbortSignal,
  ): Promise<Reversal> {
    const now = await this.#deps.clock.now();
    const wait = waitOf(effect, now);
    if (wait > 0) {
      return { outcome: 'later', delayMs: wait };
    }
    const undoing =
      effect.status === 'undoing'
        ? effect
        : await this.#change(effect, {
            status: 'undoing',
            undoAttempts: 0,
            undoStartedAt: now,
          });
    if (!undoing) {
      return { outcome: 'later', delayMs: 0 };
    }
    const result = await this.#try(undoing, stopping);
    if (!(await this.#change(undoing, result.change))) {
      return { outcome: 'later', delayMs: 0 };
    }
    return result.reversal;
  }

  async #change(
    effect: UndoableEffect,
    change: UndoChange,
  ): Promise<UndoableEffect | undefined> {
    const { effects, clock, notifier } = this.#deps;
    const changed = await effects.changeUndo(effect, change, await clock.now());
    if (changed) {
      notifier.changed(changed.taskId);
    }
    return changed;
  }

  async #try(
    effect: UndoableEffect,
    stopping: AbortSignal,
  ): Promise<{ change: UndoChange; reversal: Reversal }> {
    const { effects, clock, logger } = this.#deps;
    const { taskId, stepId, inputDigest, kind, name } = effect;
    try {
      const result = await this.#undo(effect, {
        runKey: toRunKey(taskId, stepId, inputDigest),
        effects: await effects.list(taskId),
        signal: AbortSignal.any([stopping, AbortSignal.timeout(TRY_MS)]),
      });
      return toChange(effect, result, await clock.now());
    } catch (error) {
      stopping.throwIfAborted();
      logger.warn(`Undoing ${kind} ${name} of run ${taskId}: ${error}`);
      return toFailure(effect, error, await clock.now());
    }
  }

  async #undo(
    effect: UndoableEffect,
    context: Parameters<EffectUndoer['undo']>[1],
  ): Promise<UndoResult> {
    const { capability, kind, name } = effect;
    const undoer = this.#deps.undoers.find(
      candidate =>
        candidate.capability === capability && candidate.kind === kind,
    );
    return undoer
      ? undoer.undo(effect, context)
      : {
          outcome: 'retained',
          note: `Nothing that is installed knows how to undo ${kind} ${name} (${capability}). Look whether it exists, and remove it by hand if nobody needs it.`,
          url: effect.url,
        };
  }
}

/** How long the next try has to wait. */
function waitOf(
  { status, leaseUntil, nextUndoAt }: UndoableEffect,
  now: Date,
): number {
  const until = status === 'intended' ? leaseUntil : nextUndoAt;
  const isDue = status === 'created' || status === 'undo-failed' || !until;
  return isDue ? 0 : until.getTime() - now.getTime();
}

function toChange(
  effect: UndoableEffect,
  result: UndoResult,
  now: Date,
): { change: UndoChange; reversal: Reversal } {
  const { undoAttempts, undoStartedAt = now } = effect;
  const { note, url } = result;
  const change = { undoNote: note, undoUrl: url, undoAttempts, undoStartedAt };
  if (result.outcome !== 'pending') {
    return {
      change: { ...change, status: result.outcome },
      reversal: { outcome: 'ended' },
    };
  }
  if (now.getTime() - undoStartedAt.getTime() > MAX_PENDING_MS) {
    return {
      change: {
        ...change,
        status: 'undo-failed',
        undoNote: `It takes longer than it should. ${note}`,
      },
      reversal: { outcome: 'failed' },
    };
  }
  const delayMs = result.retryAfterMs ?? delayWhilePending(undoStartedAt, now);
  return {
    change: { ...change, status: 'undoing', nextUndoAt: after(now, delayMs) },
    reversal: { outcome: 'later', delayMs },
  };
}

function toFailure(
  effect: UndoableEffect,
  error: unknown,
  now: Date,
): { change: UndoChange; reversal: Reversal } {
  const problem = problemOf(error);
  const undoAttempts = effect.undoAttempts + 1;
  const change = {
    undoNote: problem
      ? `${problem.what} ${problem.remedy}`.trim()
      : `Nobody has described this error yet: ${(error as Error).message}`,
    undoUrl: effect.undoUrl,
    undoAttempts,
    undoStartedAt: effect.undoStartedAt ?? now,
  };
  if (problem?.canPass === false || undoAttempts >= MAX_FAILURES) {
    return {
      change: { ...change, status: 'undo-failed' },
      reversal: { outcome: 'failed' },
    };
  }
  const delayMs = delayAfterFailure(undoAttempts, now, problem);
  return {
    change: { ...change, status: 'undoing', nextUndoAt: after(now, delayMs) },
    reversal: { outcome: 'later', delayMs },
  };
}

interface EffectReverserDeps {
  effects: EffectStore;
  undoers: readonly EffectUndoer[];
  notifier: RunNotifier;
  clock: Clock;
  logger: LoggerService;
}
