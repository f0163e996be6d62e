import { JsonObject } from '@backstage/types';
import {
  ClaimEffect,
  ClaimResult,
  CompleteEffect,
  Effect,
  ReleaseEffect,
  RenewEffect,
} from '@self-service/plugin-runs-common';

/** An effect with what undoing it needs. */
export interface UndoableEffect extends Effect {
  /** Of the rendered step input, for the provider's run key. */
  inputDigest: string;
  /** Until when an attempt of the step may be creating it. */
  leaseUntil?: Date;
  /** How often a try to undo it has failed in the present round. */
  undoAttempts: number;
  /** When the present round of undoing began. */
  undoStartedAt?: Date;
  /** When undoing it is to be tried again. */
  nextUndoAt?: Date;
}

/** What undoing an effect changes; what is left out is emptied. */
export interface UndoChange {
  status: 'undoing' | 'undone' | 'retained' | 'undo-failed';
  undoNote?: string;
  undoUrl?: string;
  undoAttempts: number;
  undoStartedAt?: Date;
  nextUndoAt?: Date;
}

/** What was found out about an effect whose outcome nobody knew. */
export interface SettleChange {
  /** `intended`: still nobody knows. */
  status: 'created' | 'absent' | 'intended';
  /** What stands stays where these are left out. */
  url?: string;
  reference?: JsonObject;
  /** Why it can't be told, for people, and where to look. */
  note?: string;
  noteUrl?: string;
  /** When to look again. */
  nextLookAt?: Date;
}

/** In place of an input's digest: a leftover, which no action has claimed. */
export const LEFTOVER_DIGEST = 'rollback';

/** What a step whose action keeps no ledger may have left behind. */
export interface Leftover {
  taskId: string;
  stepId: string;
  inputDigest: string;
  capability: string;
  provider: string;
  kind: string;
  name: string;
  reference: JsonObject;
  /** When its step began: effects are undone newest first. */
  createdAt: Date;
}

/** What steps created outside, each claimed before it is made. */
export interface EffectStore {
  /**
   * Claims the right to make an effect until `leaseUntil`.
   *
   * @remarks
   * An effect that surely does not exist (`absent`) may be claimed again. A
   * name whose owner is being rolled back is `busy`, else `taken`.
   *
   * @throws ConflictError - the run has ended, or the effect was undone
   */
  claim(claim: ClaimEffect, now: Date, leaseUntil: Date): Promise<ClaimResult>;
  /**
   * Lets the attempt that claimed an effect have it until `leaseUntil`. A
   * lease that has run out is renewed if nobody has taken the effect since.
   *
   * @throws NotFoundError - no such effect
   * @throws ConflictError - another attempt or a rollback has it, or the run
   * has ended
   */
  renew(id: string, renewal: RenewEffect, leaseUntil: Date): Promise<void>;
  /**
   * `intended → created`; the same attempt may say so again.
   *
   * @throws NotFoundError - no such effect
   * @throws ConflictError - the attempt does not hold the lease
   */
  complete(id: string, result: CompleteEffect, now: Date): Promise<Effect>;
  /**
   * Gives the lease back; `absent` also ends the effect and frees its name.
   * An attempt that does not hold the lease (any more) changes nothing.
   *
   * @throws NotFoundError - no such effect
   */
  release(id: string, result: ReleaseEffect, now: Date): Promise<void>;
  /**
   * The task id of the run that has a name.
   *
   * @param nameDigest - of `toNameDigest`
   */
  findNameOwner(nameDigest: string): Promise<string | undefined>;
  /** Of one run, oldest first. */
  list(taskId: string): Promise<Effect[]>;
  /** What of a run stands outside, or may; newest first. */
  listLive(taskId: string): Promise<UndoableEffect[]>;
  /**
   * Changes what was read, as a compare-and-set; an effect that may be in the
   * making just now (`intended`, and leased) is left alone. One that ends
   * frees its name.
   *
   * @returns what stands then; `undefined` if it was changed or is leased
   * @throws ConflictError - no effect may take this transition
   */
  changeUndo(
    current: UndoableEffect,
    change: UndoChange,
    now: Date,
  ): Promise<UndoableEffect | undefined>;
  /**
   * Records as `intended` what a step may have left behind; it takes no name
   * from anybody. Recorded again, it takes the newer reference until it is
   * being undone, and what was absent may be there.
   */
  recordLeftover(leftover: Leftover, now: Date): Promise<void>;
  /**
   * Effects that are due whose outcome nobody knows, and that nobody goes on
   * with: of steps that were passed over, of completed runs, and leftovers of
   * held ones. Longest unchanged first.
   */
  listUnsettled(now: Date, limit: number): Promise<UndoableEffect[]>;
  /**
   * Notes what was found out about an effect that is `intended` and not
   * leased. What is absent frees its name.
   *
   * @returns what stands then; `undefined` if it was changed or is leased
   */
  settle(
    current: UndoableEffect,
    change: SettleChange,
    now: Date,
  ): Promise<UndoableEffect | undefined>;
}
