import { z } from 'zod';

/** Status of an effect. @public */
export const effectStatusSchema = z.enum([
  'intended',
  'created',
  'absent',
  'undoing',
  'undone',
  'undo-failed',
  'retained',
]);

/**
 * Something that a step creates outside. No value of a secret is ever part
 * of it: `reference` says where things lie, not what they hold.
 *
 * @public
 */
export const effectSchema = z.object({
  id: z.string(),
  taskId: z.string(),
  stepId: z.string(),
  status: effectStatusSchema,
  /** Which capability made it: `git`, `infrastructure`, `secrets`, … */
  capability: z.string(),
  /** Id of the provider that made it. */
  provider: z.string(),
  /** What it is, for people: `pull request`, `apply`, `secret`, … */
  kind: z.string(),
  /**
   * Its name at the provider. While an effect is `intended` or `created`, no
   * other run can claim the same capability, provider, kind and name.
   */
  name: z.string(),
  url: z.string().optional(),
  /** What the provider needs to find it again. JSON, no secret values. */
  reference: z.record(z.string(), z.any()).optional(),
  /** How its undoing stands, in words: what is waited for, or why it stays. */
  undoNote: z.string().optional(),
  /** Where its undoing can be followed, for example a revert pull request. */
  undoUrl: z.string().optional(),
  /** How often a try to undo it has failed. */
  undoAttempts: z.number().optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

/** @public */
export type EffectStatus = z.infer<typeof effectStatusSchema>;
/** @public */
export type Effect = z.infer<typeof effectSchema>;

/**
 * How long a claimed effect belongs to the attempt that claimed it, from the
 * claim or from its last renewal, in milliseconds.
 *
 * @remarks
 * So long a run stands still whose worker was killed. Whoever acts renews in
 * time, and stops where that does not work.
 *
 * @public
 */
export const EFFECT_LEASE_MS = 15_000;

/** The transitions that an effect may take. @public */
export const EFFECT_TRANSITIONS: Record<EffectStatus, readonly EffectStatus[]> =
  {
    intended: ['created', 'absent', 'undoing'],
    created: ['undoing'],
    absent: ['intended'],
    undoing: ['undoing', 'undone', 'retained', 'undo-failed'],
    'undo-failed': ['undoing'],
    undone: [],
    retained: [],
  };
