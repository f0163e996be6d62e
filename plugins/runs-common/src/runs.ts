import { z } from 'zod';
import { problemSchema } from './problems';

/** Status of a run as shown to people. @public */
export const runStatusSchema = z.enum([
  'queued',
  'running',
  'waiting',
  'needs-attention',
  'completed',
  'failed',
  'rolling-back',
  'rolled-back',
  'cancelled',
]);

/**
 * What the runs backend has made of a run, beside the stock task status.
 *
 * @remarks
 * `active`: the scaffolder's business, or parked. `held`: it failed (or a
 * person cancelled it) and something of it exists; people choose, and after
 * `heldUntil` it is rolled back. `failed`, `cancelled`: nothing of it exists.
 * `rollback-failed`: something could not be undone; people must look.
 *
 * @public
 */
export const runPhaseSchema = z.enum([
  'active',
  'completed',
  'failed',
  'cancelled',
  'held',
  'rolling-back',
  'rolled-back',
  'rollback-failed',
]);

/**
 * What became of one attempt of a step of ours, beside what the scaffolder
 * logs. `retrying`: tried again at `retryAt`. `asked`: a person was asked.
 * `continued`: a person did it outside, and the run went on.
 *
 * @public
 */
export const stepReportSchema = z.object({
  stepId: z.string().min(1),
  outcome: z.enum(['failed', 'retrying', 'skipped', 'asked', 'continued']),
  problem: problemSchema.optional(),
  /** ISO 8601. */
  retryAt: z.string().optional(),
  at: z.string(),
});

/** Answer of a person to a step that could not go on. @public */
export const interventionAnswerSchema = z.enum([
  'continue',
  'retry',
  'give-up',
]);

/** A person of a group is asked to put something right outside. @public */
export const interventionSchema = z.object({
  id: z.string(),
  taskId: z.string(),
  stepId: z.string(),
  /** Entity ref of the group whose members may answer. */
  group: z.string(),
  instructions: z.string(),
  problem: problemSchema,
  createdAt: z.string(),
  answer: interventionAnswerSchema.optional(),
  answeredBy: z.string().optional(),
  answeredAt: z.string().optional(),
  comment: z.string().optional(),
});

/** One line of the list of runs. @public */
export const runSummarySchema = z.object({
  taskId: z.string(),
  status: runStatusSchema,
  phase: runPhaseSchema,
  templateRef: z.string().optional(),
  /** For people: what the run is called. */
  title: z.string(),
  requester: z.string().optional(),
  /** Entity ref of the owning team. */
  team: z.string().optional(),
  createdAt: z.string(),
  endedAt: z.string().optional(),
  /** What it waits for, while it waits. */
  waitsFor: z.string().optional(),
  /** What went wrong, in a sentence or two, where it failed or needs people. */
  problem: z.string().optional(),
});

/** A button of the run page: whether it works now, and if not, why. @public */
export const runOptionSchema = z.object({
  allowed: z.boolean(),
  /** Why not, in words. */
  reason: z.string().optional(),
});

/** What the runs backend knows of a run, beside effects and suspensions. @public */
export const runStateSchema = runSummarySchema.extend({
  /** Why it failed or needs attention. */
  failure: z
    .object({ stepId: z.string().optional(), problem: problemSchema })
    .optional(),
  /** When a held run is rolled back by itself; ISO 8601. */
  heldUntil: z.string().optional(),
  /** Who cancelled it, or asked for its rollback. */
  endedBy: z.string().optional(),
  /** What was said to that. */
  endComment: z.string().optional(),
  /** The run that this one replaces, and the one that replaces it. */
  replaces: z.string().optional(),
  replacedBy: z.string().optional(),
  /** Entity refs of the catalog that it is about. */
  entityRefs: z.array(z.string()),
  stepReports: z.array(stepReportSchema),
  interventions: z.array(interventionSchema),
  /** Median seconds that a step took in past runs of the template, by id. */
  expectedSeconds: z.record(z.string(), z.number()),
  options: z.object({
    retry: runOptionSchema,
    resubmit: runOptionSchema,
    rollback: runOptionSchema,
    cancel: runOptionSchema,
  }),
});

/** @public */
export type RunPhase = z.infer<typeof runPhaseSchema>;
/** @public */
export type StepReport = z.infer<typeof stepReportSchema>;
/** @public */
export type InterventionAnswer = z.infer<typeof interventionAnswerSchema>;
/** @public */
export type Intervention = z.infer<typeof interventionSchema>;
/** @public */
export type RunSummary = z.infer<typeof runSummarySchema>;
/** @public */
export type RunOption = z.infer<typeof runOptionSchema>;
/** @public */
export type RunState = z.infer<typeof runStateSchema>;
