import { createServiceRef } from '@backstage/backend-plugin-api';
import { Effect } from '@self-service/plugin-runs-common';

/**
 * What came of one try to undo an effect. No try waits: what takes longer is
 * `pending` and asked again.
 *
 * @public
 */
export type UndoResult =
  /** `url`: where that shows, for example a revert that is merged. */
  | { outcome: 'undone'; note?: string; url?: string }
  /** It can't be undone and stays; `note` says what people can do about it. */
  | { outcome: 'retained'; note: string; url?: string }
  /** Begun, or not begun yet; `note` says what is waited for. */
  | { outcome: 'pending'; note: string; url?: string; retryAfterMs?: number };

/**
 * What became of an act that was interrupted.
 *
 * @public
 */
export type SettleResult =
  /** It exists, and this run made it. */
  | { outcome: 'created'; url?: string; reference?: Effect['reference'] }
  | { outcome: 'absent' }
  /** It can't be told (yet); `note` says what people can look at. */
  | { outcome: 'unsure'; note: string; url?: string };

/**
 * Undoes one kind of effect. Idempotent: called until it says `undone` or
 * `retained`, by several replicas in turn, after crashes, and also for effects
 * that were only intended, which may or may not exist.
 *
 * @public
 */
export interface EffectUndoer {
  /** The `capability` and `kind` of the effects that it undoes. */
  readonly capability: string;
  readonly kind: string;
  /**
   * @param effect - with `reference` as the action completed it; of an
   * intended one only `name` is sure
   * @param context.runKey - under which the step created it, see `toRunKey`
   * @throws an error that is worth another try, or not, as its problem says
   */
  undo(
    effect: Effect,
    context: {
      runKey: string;
      /** The run's other effects, oldest first. */
      effects: readonly Effect[];
      signal: AbortSignal;
    },
  ): Promise<UndoResult>;
  /**
   * Finds out what became of an effect that was intended, and that nobody goes
   * on with: its step was passed over, or its run is completed. What is half
   * made and of no use to anybody is taken back. Without it such an effect
   * stays `intended`.
   *
   * @param context - as for `undo`
   * @throws an error - it can't be told now; asked again later
   */
  settle?(
    effect: Effect,
    context: { runKey: string; signal: AbortSignal },
  ): Promise<SettleResult>;
}

/** Multiton: the runs backend gets every installed undoer. @public */
export const effectUndoerServiceRef = createServiceRef<EffectUndoer>({
  id: 'self-service.effect-undoer',
  scope: 'plugin',
  multiton: true,
});
