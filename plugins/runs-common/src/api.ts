import { z } from 'zod';
import { effectSchema } from './effects';
import { problemSchema } from './problems';
import {
  interventionAnswerSchema,
  runStateSchema,
  runStatusSchema,
  runSummarySchema,
  stepReportSchema,
} from './runs';
import { suspensionSchema, waitSchema } from './suspensions';

/**
 * HTTP contract of the runs backend.
 *
 * @remarks
 * For plugins (service principals only):
 *
 * - `PUT /runs/:taskId` {@link registerRunSchema} → {@link runRecordSchema}
 * - `POST /suspensions` {@link suspendSchema} → {@link suspendResultSchema}
 * - `POST /suspensions/settle` {@link settleSchema} → 204
 * - `POST /signals` {@link signalSchema} → 202
 * - `POST /effects/claim` {@link claimEffectSchema} → {@link claimResultSchema}
 * - `POST /effects/:id/renew` {@link renewEffectSchema} → 204, 409 where the
 *   attempt does not hold the lease any more or the run has ended
 * - `POST /effects/:id/complete` {@link completeEffectSchema} → {@link effectSchema}
 * - `POST /effects/:id/release` {@link releaseEffectSchema} → 204
 * - `GET /runs/:taskId/effects` → {@link effectListSchema}
 * - `GET /runs/:taskId/record` → {@link runRecordSchema}, 404 where nothing
 *   was registered
 * - `POST /runs/:taskId/step-reports` {@link reportStepSchema} → 204
 * - `POST /interventions` {@link askPersonSchema} → {@link interventionSchema}
 * - `POST /resources/…`: see `resourceOperations.ts`
 *
 * For people:
 *
 * - `GET /runs?taskIds=a,b,c` → {@link runListSchema}
 * - `GET /runs/page` with {@link runFilterSchema} → {@link runPageSchema}
 * - `GET /runs/:taskId` → {@link runSchema}
 * - `GET /runs/:taskId/retry` → `retryPreviewSchema`: what a retry would do
 * - `POST /runs/:taskId/retry` → 202, `retryPreviewSchema`; 409 with the
 *   reason where it is not allowed
 * - `POST /runs/:taskId/rollback` {@link endRunSchema} → 202; idempotent
 * - `POST /runs/:taskId/cancel` {@link endRunSchema} → 202; idempotent
 * - `PUT /runs/:taskId/replaces` {@link replaceRunSchema} → 204: this run is
 *   the corrected form of another one, which is rolled back
 * - `POST /interventions/:id/answer` {@link answerSchema} →
 *   {@link interventionSchema}; 409 when it was answered already
 *
 * - `GET /resources` with `resourceFilterSchema` → `resourcePageSchema`
 * - `GET /resources/:id` → `resourceDetailSchema`
 *
 * - `POST /form-checks` `formCheckQuestionSchema` → `formChecksSchema`
 * - `GET /systems` → `servingSystemsSchema`
 * - `GET /template-statistics` with `templateStatisticsQuerySchema` →
 *   `templateStatisticsSchema`
 *
 * - `GET /providers` → `providerListSchema`, with `runs.provider.read`
 * - `POST /providers/check` `checkProviderSchema` → `providerStatusSchema`
 *
 * From outside, without a Backstage token:
 *
 * - `POST /webhooks/:receiver` → 204 once the signature is verified; 401 where
 *   it is not, 404 for a receiver that is not installed
 *
 * @public
 */
export const registerRunSchema = z.object({
  templateRef: z.string().optional(),
  /** Entity ref of who started the run. */
  requester: z.string().optional(),
  /**
   * Whether `scaffolder.action.execute` was granted to the requester for
   * every remaining step; only an attempt of the requester may say so.
   */
  authorised: z.boolean(),
  /** Names (never values) of the user secrets that the run was given. */
  secretNames: z.array(z.string()),
  /** Entity ref of the owning team. */
  team: z.string().optional(),
  /** What a failed run does with what exists of it; `hold` when absent. */
  onFailure: z.enum(['hold', 'rollback']).optional(),
  /** Hours after which a held run is rolled back; 24 when absent. */
  holdHours: z.number().positive().optional(),
  /** Entity refs of the catalog that the run is about. */
  entityRefs: z.array(z.string()).optional(),
});
/** @public */
export const runRecordSchema = registerRunSchema.extend({
  taskId: z.string(),
  createdAt: z.string(),
});

/** Asks to park a run at a step. @public */
export const suspendSchema = z.object({
  taskId: z.string().min(1),
  stepId: z.string().min(1),
  /** Digest of the rendered step input: a wait finds its own record by it. */
  inputDigest: z.string().min(1),
  wait: waitSchema,
  title: z.string().min(1),
  url: z.string().optional(),
  /**
   * The run's user secrets, sealed by `sealSecrets` of runs-node with the
   * configured key; replaces what is stashed.
   */
  sealedSecrets: z.string().optional(),
});
/**
 * `parking`: the task is being cancelled, wait for the abort and throw.
 * `signalled`: the wait is over already, go on.
 *
 * @public
 */
export const suspendResultSchema = z.object({
  outcome: z.enum(['parking', 'signalled']),
  suspension: suspensionSchema,
});
/** Says that an attempt has passed its wait. @public */
export const settleSchema = z.object({
  taskId: z.string().min(1),
  stepId: z.string().min(1),
  inputDigest: z.string().min(1),
});
/** Says that what was waited for has happened. @public */
export const signalSchema = waitSchema;

/** Asks to act: claimed by a unique insert with a lease. @public */
export const claimEffectSchema = z.object({
  taskId: z.string().min(1),
  stepId: z.string().min(1),
  inputDigest: z.string().min(1),
  /** Random id of the attempt that asks; the lease belongs to it. */
  attempt: z.string().min(1),
  capability: z.string().min(1),
  provider: z.string().min(1),
  kind: z.string().min(1),
  name: z.string().min(1),
  reference: z.record(z.string(), z.any()).optional(),
});
/**
 * `acquired`: yours to make (look first whether it exists). `created`: this
 * step has made it already. `busy`: another attempt holds the lease; ask
 * again. `taken`: it belongs to another run.
 *
 * @public
 */
export const claimResultSchema = z.object({
  outcome: z.enum(['acquired', 'created', 'busy', 'taken']),
  effect: effectSchema,
});
/** Says that the attempt is still at work on it. @public */
export const renewEffectSchema = z.object({ attempt: z.string().min(1) });
/** @public */
export const completeEffectSchema = z.object({
  attempt: z.string().min(1),
  url: z.string().optional(),
  reference: z.record(z.string(), z.any()).optional(),
});
/** `absent`: it surely does not exist. @public */
export const releaseEffectSchema = z.object({
  attempt: z.string().min(1),
  absent: z.boolean(),
});

/** @public */
export const reportStepSchema = stepReportSchema.omit({ at: true });
/**
 * Asks a person of a group; idempotent by task, step and input digest: asked
 * again, it returns what stands, also after the answer `retry`. Another failure
 * of the step asks under another digest.
 *
 * @public
 */
export const askPersonSchema = z.object({
  taskId: z.string().min(1),
  stepId: z.string().min(1),
  /** Of the rendered step input and which of its failures this is. */
  inputDigest: z.string().min(1),
  group: z.string().min(1),
  instructions: z.string().min(1),
  problem: problemSchema,
});

/** Every effect of a run, oldest first. @public */
export const effectListSchema = z.object({ items: z.array(effectSchema) });

/** What the runs backend knows of one run. @public */
export const runSchema = z.object({
  taskId: z.string(),
  suspensions: z.array(suspensionSchema),
  effects: z.array(effectSchema),
  /** Absent where the suite knows nothing of the run. */
  state: runStateSchema.optional(),
});
/** Newest suspension of each task that has one. @public */
export const runListSchema = z.object({
  items: z.array(
    z.object({ taskId: z.string(), suspension: suspensionSchema }),
  ),
});

/**
 * Which runs to list. `team`: of the teams that the caller is a member of;
 * `all` needs the permission `runs.run.list`. Newest first.
 *
 * @public
 */
export const runFilterSchema = z.object({
  scope: z.enum(['mine', 'team', 'all']).default('mine'),
  status: runStatusSchema.optional(),
  templateRef: z.string().optional(),
  /** Entity ref: runs that are about this entity. Needs no `scope`. */
  entityRef: z.string().optional(),
  /** Part of the title. */
  text: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  /** `nextCursor` of the page before. */
  cursor: z.string().optional(),
});
/** @public */
export const runPageSchema = z.object({
  items: z.array(runSummarySchema),
  /**
   * How many there are on all pages; absent for the runs of an entity, of which
   * it would count those that the caller may not read.
   */
  total: z.number().optional(),
  nextCursor: z.string().optional(),
});
/** @public */
export const endRunSchema = z.object({
  comment: z.string().max(2_000).optional(),
  /** Of a cancel: also roll back what exists, whatever the template says. */
  rollback: z.boolean().optional(),
});
/** @public */
export const replaceRunSchema = z.object({ taskId: z.string().min(1) });
/** @public */
export const answerSchema = z.object({
  answer: interventionAnswerSchema,
  comment: z.string().max(2_000).optional(),
});

/** @public */
export type ReportStep = z.infer<typeof reportStepSchema>;
/** @public */
export type AskPerson = z.infer<typeof askPersonSchema>;
/** @public */
export type RunFilter = z.infer<typeof runFilterSchema>;
/** @public */
export type RunPage = z.infer<typeof runPageSchema>;
/** @public */
export type EndRun = z.infer<typeof endRunSchema>;
/** @public */
export type Answer = z.infer<typeof answerSchema>;
/** @public */
export type RegisterRun = z.infer<typeof registerRunSchema>;
/** @public */
export type RunRecord = z.infer<typeof runRecordSchema>;
/** @public */
export type Suspend = z.infer<typeof suspendSchema>;
/** @public */
export type SuspendResult = z.infer<typeof suspendResultSchema>;
/** @public */
export type Settle = z.infer<typeof settleSchema>;
/** @public */
export type ClaimEffect = z.infer<typeof claimEffectSchema>;
/** @public */
export type ClaimResult = z.infer<typeof claimResultSchema>;
/** @public */
export type RenewEffect = z.infer<typeof renewEffectSchema>;
/** @public */
export type CompleteEffect = z.infer<typeof completeEffectSchema>;
/** @public */
export type ReleaseEffect = z.infer<typeof releaseEffectSchema>;
/** @public */
export type Run = z.infer<typeof runSchema>;
/** @public */
export type RunList = z.infer<typeof runListSchema>;

/** Channel on which the backend says that a run has changed: `{ taskId }`. @public */
export const RUNS_SIGNAL = 'runs:changed';
