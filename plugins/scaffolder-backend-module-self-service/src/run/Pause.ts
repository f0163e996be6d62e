import { setTimeout as delay } from 'node:timers/promises';

/** Time as inline waits see it; tests replace it. */
export interface Pause {
  /** Milliseconds since an arbitrary start. */
  now(): number;
  /** Waits; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The process's own clock. */
export const processPause: Pause = {
  now: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};
