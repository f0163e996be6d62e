import { durationToMilliseconds, HumanDuration } from '@backstage/types';
import type { z as zod } from 'zod/v3';

const UNITS = ['weeks', 'days', 'hours', 'minutes', 'seconds'] as const;

/** Input of an action that waits: `timeout: { hours: 4 }`. */
export function timeoutInput(z: typeof zod) {
  const count = z.number().nonnegative().optional();
  return z
    .object({
      weeks: count,
      days: count,
      hours: count,
      minutes: count,
      seconds: count,
    })
    .strict()
    .refine(value => UNITS.some(unit => (value[unit] ?? 0) > 0), {
      message: 'is longer than nothing: write for example { hours: 4 }',
    })
    .optional()
    .describe(
      'How long to wait before the step fails, for example { hours: 4 }; without it scaffolder.selfService.waitTimeout',
    );
}

/** In milliseconds; `undefined` where the template names no time. */
export function toTimeoutMs(timeout: HumanDuration | undefined) {
  return timeout && durationToMilliseconds(timeout);
}
