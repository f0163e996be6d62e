import { setTimeout as delay } from 'node:timers/promises';

/** Time as inline waits see it; tests replace it. */
export interface Pause {
  /** Milliseconds since an arbitrary start. */
  now(): number;
  /** Waits; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Does something again and again, for the first time after `ms`.
   *
   * @returns ends it
   */
  every(ms: number, work: () => void): () => void;
}

/** The process's own clock. */
export const processPause: Pause = {
  now: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
  every: (ms, work) => {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
};
