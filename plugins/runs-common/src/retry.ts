import { z } from 'zod';
import { effectSchema } from './effects';

/**
 * What a retry would do with a step: `kept` (done, not run again), `again`
 * (the failed step and those after it that had begun), `next` (not begun).
 *
 * @public
 */
export const retryStepSchema = z.object({
  stepId: z.string(),
  name: z.string(),
  action: z.string(),
  plan: z.enum(['kept', 'again', 'next']),
  /** What exists of it: a step that runs again takes it up. */
  effects: z.array(effectSchema),
});

/** What policy says when it is asked again before a retry. @public */
export const retryDecisionSchema = z.object({
  /**
   * `unchanged`: what stands counts. `approved`: asked anew, and it goes
   * through. `pending`: people must approve first; the run waits for them.
   * `denied`: it can't be retried.
   */
  outcome: z.enum(['unchanged', 'approved', 'pending', 'denied']),
  /** What changed since the decision: facts, policy, plan; in words. */
  changes: z.array(z.string()),
  explanations: z.array(z.string()),
  /** The request that people decide on, where there is one. */
  requestId: z.string().optional(),
});

/** Shown before a person confirms a retry. @public */
export const retryPreviewSchema = z.object({
  allowed: z.boolean(),
  /** Why not, in words. */
  reason: z.string().optional(),
  steps: z.array(retryStepSchema),
  decision: retryDecisionSchema.optional(),
});

/** @public */
export type RetryStep = z.infer<typeof retryStepSchema>;
/** @public */
export type RetryDecision = z.infer<typeof retryDecisionSchema>;
/** @public */
export type RetryPreview = z.infer<typeof retryPreviewSchema>;
