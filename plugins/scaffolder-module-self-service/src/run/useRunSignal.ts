import { useSignal } from '@backstage/plugin-signals-react';
import { RUNS_SIGNAL } from '@self-service/plugin-runs-common';
import { useRef } from 'react';

/**
 * The last signal about one run, or about any: another object each time one
 * arrives.
 *
 * @param taskId - `undefined`: any run
 */
export function useRunSignal(taskId?: string): unknown {
  const { lastSignal } = useSignal<{ taskId: string }>(RUNS_SIGNAL);
  const last = useRef<unknown>(undefined);
  if (lastSignal && (taskId === undefined || lastSignal.taskId === taskId)) {
    last.current = lastSignal;
  }
  return last.current;
}
