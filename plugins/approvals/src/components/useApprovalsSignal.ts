import { useSignal } from '@backstage/plugin-signals-react';
import { APPROVALS_SIGNAL } from '@self-service/plugin-approvals-common';

/**
 * The last "requests have changed" of the approvals backend; another object
 * each time one arrives.
 *
 * @public
 */
export function useApprovalsSignal(): unknown {
  return useSignal(APPROVALS_SIGNAL).lastSignal;
}
