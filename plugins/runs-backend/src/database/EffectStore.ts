import {
  ClaimEffect,
  ClaimResult,
  CompleteEffect,
  Effect,
  ReleaseEffect,
} from '@self-service/plugin-runs-common';

/** What steps created outside, each claimed before it is made. */
export interface EffectStore {
  /**
   * Claims the right to make an effect until `leaseUntil`.
   *
   * @remarks
   * An effect that surely does not exist (`absent`) may be claimed again.
   *
   * @throws ConflictError - the effect was undone: the run is rolled back
   */
  claim(claim: ClaimEffect, now: Date, leaseUntil: Date): Promise<ClaimResult>;
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
  /** Of one run, oldest first. */
  list(taskId: string): Promise<Effect[]>;
}
