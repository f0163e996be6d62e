import { createPermission } from '@backstage/plugin-permission-common';
import { z } from 'zod';

/**
 * What policy decides with, as `GET /policy/status` answers.
 *
 * @remarks
 * With both `loaded` and `lastError`, an older policy decides than the one
 * that was asked for; with `lastError` alone everything is denied.
 *
 * @public
 */
export const policyStatusSchema = z.object({
  /** Path or URL, without credentials or query. */
  source: z.string(),
  loaded: z
    .object({
      revision: z.string(),
      bundleDigest: z.string(),
      dataDigest: z.string(),
      /** ISO 8601, as every time here. */
      at: z.string(),
      /** Whether it was taken from the archive, as its source had failed. */
      fromArchive: z.boolean(),
    })
    .optional(),
  lastCheckedAt: z.string().optional(),
  lastError: z.object({ message: z.string(), at: z.string() }).optional(),
  /** The settings that decide now, `data.approval`. */
  settings: z
    .looseObject({
      environments: z.record(z.string(), z.unknown()),
      cost: z.looseObject({
        currency: z.string(),
        lead_from: z.number(),
        finance_above: z.number(),
      }),
      high_risk_operations: z.array(z.string()),
      compliance_operations: z.array(z.string()),
    })
    .optional(),
});

/** Query of replay: how many days back, at most a year. @public */
export const daysSchema = z.coerce.number().int().min(1).max(366).default(30);

/** Query of `GET /policy/replay`. @public */
export const replayQuerySchema = z.object({ days: daysSchema });

const exampleSchema = z.object({
  decisionId: z.string(),
  taskId: z.string(),
  title: z.string(),
  createdAt: z.string(),
});

/**
 * Answer to `GET /policy/replay`.
 *
 * @remarks
 * `withoutPolicy` counts denials that no policy made: an unreadable
 * declaration, or a policy that failed. `differences` holds the first ones;
 * `different` and `missing` count all.
 *
 * @public
 */
export const replaySchema = z.object({
  since: z.string(),
  checked: z.number().int(),
  same: z.number().int(),
  different: z.number().int(),
  /** Bundle or data are not in the archive, or do not load any more. */
  missing: z.number().int(),
  withoutPolicy: z.number().int(),
  differences: z.array(exampleSchema.extend({ problem: z.string() })),
});

const proposalKeys = {
  /** A whole `.tar.gz` bundle, base64. */
  bundle: z.base64().min(1).optional(),
  /** A whole `data.approval`, in place of that of bundle and configuration. */
  data: z.record(z.string(), z.unknown()).optional(),
  /** JSON Merge Patch on `data.approval`. */
  overrides: z.record(z.string(), z.unknown()).optional(),
};

/** Body of `POST /policy/backtest`. @public */
export const backtestQuestionSchema = z
  .object({ days: daysSchema, ...proposalKeys })
  .refine(({ bundle, data, overrides }) => bundle ?? data ?? overrides, {
    message: 'propose something: bundle, data or overrides',
  });

/** What a proposal changes about one decision. @public */
export const backtestChangeSchema = z.enum([
  'auto-approved',
  'routed',
  'denied',
  'approvers-changed',
]);

/** Answer to `POST /policy/backtest`. @public */
export const backtestSchema = z.object({
  since: z.string(),
  /** Recorded decisions that were asked again. */
  checked: z.number().int(),
  unchanged: z.number().int(),
  /** Denials that no policy made; not asked again. */
  withoutPolicy: z.number().int(),
  changes: z.record(
    backtestChangeSchema,
    z.object({
      count: z.number().int(),
      examples: z.array(
        exampleSchema.extend({
          /** Why, in words, as recorded and as proposed. */
          before: z.array(z.string()),
          after: z.array(z.string()),
        }),
      ),
    }),
  ),
  /** Share of decisions that need people, 0 to 1; absent without decisions. */
  manualShare: z.object({ before: z.number(), after: z.number() }).optional(),
});

/** @public */
export type PolicyStatusReport = z.infer<typeof policyStatusSchema>;
/** @public */
export type ReplayReport = z.infer<typeof replaySchema>;
/** @public */
export type BacktestQuestion = z.infer<typeof backtestQuestionSchema>;
/** @public */
export type BacktestChange = z.infer<typeof backtestChangeSchema>;
/** @public */
export type BacktestReport = z.infer<typeof backtestSchema>;

/** Allows reading status and settings, replaying and backtesting. @public */
export const approvalsPolicyReadPermission = createPermission({
  name: 'approvals.policy.read',
  attributes: { action: 'read' },
});
