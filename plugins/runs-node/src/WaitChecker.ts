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
