import { createServiceRef } from '@backstage/backend-plugin-api';

/**
 * Knows one kind of wait: the sweep of the runs backend asks it which waits
 * are over, so that a lost signal delays a run and never loses it.
 *
 * @public
 */
export interface WaitChecker {
  /** The `wait.kind` it knows. */
  readonly kind: string;
  /**
   * How many refs the sweep may ask about in a minute, so that very many waits
   * stay within a vendor's rate limit: the others have their turn later.
   * Without it as many as there are.
   */
  readonly maximumPerMinute?: number;
  /** Of these refs, those whose wait is over (or whose object is gone). */
  findOver(refs: string[]): Promise<string[]>;
}

/**
 * Multiton: each wait kind adds one, and the runs backend gets them all.
 *
 * @public
 */
export const waitCheckerServiceRef = createServiceRef<WaitChecker>({
  id: 'self-service.wait-checker',
  scope: 'plugin',
  multiton: true,
});
