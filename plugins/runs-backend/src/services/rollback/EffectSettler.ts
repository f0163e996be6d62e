import { LoggerService } from '@backstage/backend-plugin-api';
import { problemOf } from '@self-service/plugin-providers-node';
import { EffectUndoer, toRunKey } from '@self-service/plugin-runs-node';
import {
  EffectStore,
  SettleChange,
  UndoableEffect,
} from '../../database/EffectStore';
import { Clock } from '../Clock';
import { after } from '../leases';
import { RunHints } from '../RunHints';
import { RunNotifier } from '../RunNotifier';

/** Most effects that one tick looks at. */
const BATCH = 20;
/** How long one look may take. */
const LOOK_MS = 20_000;
/** How soon and how late to look again at what could not be told. */
const MIN_DELAY_MS = 60_000;
const MAX_DELAY_MS = 24 * 3_600_000;

/**
 * Finds out what became of acts that were interrupted and that no step goes
 * on with, so that the page of the run shows what there is.
 *
 * @remarks
 * A step that may still act finds out by itself, and a rollback looks before
 * it undoes: neither is touched.
 */
export class EffectSettler {
  readonly #deps: EffectSettlerDeps;

  private constructor(deps: EffectSettlerDeps) {
    this.#deps = deps;
  }

  static create(deps: EffectSettlerDeps): EffectSettler {
    return new EffectSettler(deps);
  }

  /** Looks once at what is due; part of the sweep. */
  async tick(): Promise<void> {
    const { effects, clock } = this.#deps;
    const due = await effects.listUnsettled(await clock.now(), BATCH);
    await Promise.all(due.map(effect => this.#settle(effect)));
  }

  async #settle(effect: UndoableEffect): Promise<void> {
    const { effects, clock, notifier } = this.#deps;
    const change = await this.#find(effect);
    const settled = await effects.settle(effect, change, await clock.now());
    if (settled) {
      notifier.changed(settled.taskId);
    }
    if (settled?.status === 'absent') {
      // Perhaps nothing is left to hold the run for.
      this.#deps.hints.followSoon(settled.taskId);
    }
  }

  async #find(effect: UndoableEffect): Promise<SettleChange> {
    const { undoers, clock, logger } = this.#deps;
    const { taskId, stepId, inputDigest, capability, kind, name } = effect;
    const undoer = undoers.find(
      one => one.capability === capability && one.kind === kind,
    );
    if (!undoer?.settle) {
      const nextLookAt = after(await clock.now(), MAX_DELAY_MS);
      return { status: 'intended', nextLookAt };
    }
    try {
      const result = await undoer.settle(effect, {
        runKey: toRunKey(taskId, stepId, inputDigest),
        signal: AbortSignal.any([
          this.#deps.stopping,
          AbortSignal.timeout(LOOK_MS),
        ]),
      });
      if (result.outcome !== 'unsure') {
        const { outcome: status, ...made } = result;
        return { status, ...made };
      }
      return {
        status: 'intended',
        note: result.note,
        noteUrl: result.url,
        nextLookAt: whenToLookAgain(effect, await clock.now()),
      };
    } catch (error) {
      logger.debug(`Looking for ${kind} ${name} of run ${taskId}: ${error}`);
      const what = problemOf(error)?.what;
      return {
        status: 'intended',
        note: what && `Whether it exists can't be told now. ${what}`,
        nextLookAt: whenToLookAgain(effect, await clock.now()),
      };
    }
  }
}

/** The longer nobody could tell, the less often it is asked. */
function whenToLookAgain({ createdAt }: UndoableEffect, now: Date): Date {
  const age = now.getTime() - Date.parse(createdAt);
  return after(now, Math.min(Math.max(age / 4, MIN_DELAY_MS), MAX_DELAY_MS));
}

interface EffectSettlerDeps {
  effects: EffectStore;
  undoers: readonly EffectUndoer[];
  notifier: RunNotifier;
  hints: RunHints;
  clock: Clock;
  /** Aborts when the backend stops. */
  stopping: AbortSignal;
  logger: LoggerService;
}
