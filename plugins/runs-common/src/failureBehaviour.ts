import { z } from 'zod';

const manualSchema = z.strictObject({
  /** Entity ref of the group whose members may answer, `group:` optional. */
  group: z.string().min(1),
  /** What the person is to do outside before they answer. */
  instructions: z.string().min(1),
});

const retrySchema = z.strictObject({
  /** Further tries after the first. */
  attempts: z.number().int().min(1).max(10),
  /** Seconds before the first further try; doubles with each, with jitter. */
  delay: z.number().positive().max(3600).optional(),
  /** Most seconds between two tries. */
  maximumDelay: z.number().positive().max(86_400).optional(),
});

/**
 * Shape of `onFailure` of a template step: what the run does when the step
 * fails.
 *
 * @example
 * ```yaml
 * onFailure: abort # the default
 * onFailure: skip
 * onFailure: { retry: { attempts: 3, delay: 5 }, then: skip }
 * onFailure: { manual: { group: platform-team, instructions: Free the name } }
 * ```
 *
 * @public
 */
export const stepFailureSchema = z.union([
  z.enum(['abort', 'skip']),
  z.strictObject({
    retry: retrySchema,
    then: z
      .union([
        z.enum(['abort', 'skip']),
        z.strictObject({ manual: manualSchema }),
      ])
      .optional(),
  }),
  z.strictObject({ manual: manualSchema }),
]);

/**
 * Shape of `rollback` of a template step with an action that keeps no effects
 * ledger: the provider operation that undoes what the step made, found by its
 * deterministic name. `{name}` in an input stands for a form parameter.
 *
 * @example
 * ```yaml
 * rollback:
 *   operation: git:close-pull-request
 *   input: { repoUrl: github.com?owner=acme&repo=infra, branch: 'db-{name}' }
 * ```
 *
 * @public
 */
export const stepRollbackSchema = z.strictObject({
  operation: z.enum([
    'git:close-pull-request',
    'git:delete-repository',
    'secret:delete',
  ]),
  input: z.record(z.string(), z.string()),
});

/** `onFailure` with its defaults filled in. @public */
export interface FailureBehaviour {
  retry?: {
    /** Further tries after the first. */
    attempts: number;
    delaySeconds: number;
    maximumDelaySeconds: number;
  };
  /** What happens when trying again can't help, or has not. */
  then: 'abort' | 'skip' | 'manual';
  manual?: z.infer<typeof manualSchema>;
}

/** @public */
export type StepRollback = z.infer<typeof stepRollbackSchema>;

const DEFAULT_DELAY_SECONDS = 2;
const DEFAULT_MAXIMUM_DELAY_SECONDS = 300;

/**
 * Reads `onFailure` of a step.
 *
 * @param value - as the template says; absent means abort
 * @throws ZodError - it is not of the shape
 * @public
 */
export function readFailureBehaviour(value: unknown): FailureBehaviour {
  if (value === undefined) {
    return { then: 'abort' };
  }
  const parsed = stepFailureSchema.parse(value);
  if (typeof parsed === 'string') {
    return { then: parsed };
  }
  if ('manual' in parsed) {
    return { then: 'manual', manual: parsed.manual };
  }
  const { retry, then = 'abort' } = parsed;
  return {
    retry: {
      attempts: retry.attempts,
      delaySeconds: retry.delay ?? DEFAULT_DELAY_SECONDS,
      maximumDelaySeconds: retry.maximumDelay ?? DEFAULT_MAXIMUM_DELAY_SECONDS,
    },
    ...(typeof then === 'string'
      ? { then }
      : { then: 'manual' as const, manual: then.manual }),
  };
}
