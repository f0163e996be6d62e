import { useSignal } from '@backstage/plugin-signals-react';
import { RUNS_SIGNAL } from '@self-service/plugin-runs-common';

/**
 * The last "a run has changed" of the runs backend; another object each time
 * one arrives.
 */
export function useRunsSignal(): unknown {
  return useSignal(RUNS_SIGNAL).lastSignal;
}
