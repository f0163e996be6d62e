import { z } from 'zod';
import { approverSchema, decisionSchema } from './decision';
import { factsSchema } from './requests';
import { capabilitySchema } from './selfServiceSpec';

/** Characters of JSON that the values of a form may have. */
const MAXIMUM_PARAMETERS = 100_000;

/**
 * Body of `POST /form-previews`: a form as far as it is filled in. Who asks is
 * the caller; what the template declares is read from the catalog.
 *
 * @public
 */
export const formPreviewQuestionSchema = z.strictObject({
  /** Entity ref of a template that the caller can see. */
  templateRef: z.string().min(1).max(500),
  parameters: z
    .record(z.string(), z.any())
    .refine(
      parameters => JSON.stringify(parameters).length <= MAXIMUM_PARAMETERS,
      `must not have more than ${MAXIMUM_PARAMETERS} characters as JSON`,
    ),
});

/** One thing that the run would create. @public */
export const previewedCreationSchema = z.object({
  kind: z.string(),
  /** Absent while the form lacks a part of it. */
  name: z.string().optional(),
  capability: capabilitySchema.optional(),
});

/** What the run would cost a month, and of what that is made. @public */
export const previewedCostSchema = z.object({
  monthly: z.number(),
  /** ISO 4217, as the policy data says; absent where it says none. */
  currency: z.string().optional(),
  parts: z.array(z.object({ label: z.string(), monthly: z.number() })),
});

/** An approver group of the decision, with the people behind it. @public */
export const previewedStageSchema = z.object({
  /** Id that the policy gave, for example `security`. */
  id: z.string(),
  kind: z.string(),
  quorum: z.number().int(),
  /** As the policy said it: who decides. */
  approvers: z.array(approverSchema),
  /** User refs who may decide, resolved from the catalog. */
  eligible: z.array(z.string()),
  /** Why nobody can decide, with what to change; absent when somebody can. */
  problem: z.string().optional(),
  /** ISO 8601 duration from the opening of the stage. */
  due: z.string(),
  /** Median from opening to approval or rejection; absent without history. */
  typicalSeconds: z.number().optional(),
  /** Of how many stages of this kind in the last 90 days that is. */
  samples: z.number().int(),
});

/** What of the form to change for a shorter way. @public */
export const alternativeSchema = z.object({
  parameter: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]),
  /** Of the field. */
  title: z.string(),
  /** Of the value, as the form shows it. */
  valueTitle: z.string(),
  outcome: z.enum(['auto-approve', 'require-approval']),
  monthlyCost: z.number().optional(),
  /** Kinds of the stages that go away. */
  avoids: z.array(z.string()),
  /** In English: `Size: Small instead of Large needs no approval`. */
  text: z.string().optional(),
});

/**
 * Something to know beforehand; it never blocks. `expensive-choice`,
 * `freeze-ahead`, `policy`.
 *
 * @public
 */
export const previewWarningSchema = z.object({
  code: z.string(),
  text: z.string(),
});

/**
 * Answer of `POST /form-previews`: what the gate would say of these values now.
 *
 * @public
 */
export const formPreviewSchema = z.object({
  decision: decisionSchema,
  /** Plain words for `decision.reasons`, in the same order. */
  explanations: z.array(z.string()),
  facts: factsSchema,
  /**
   * Parameters that facts need and the form lacks. While there are any, a
   * denial says no more than that.
   */
  incomplete: z.array(z.string()),
  creates: z.array(previewedCreationSchema),
  /** Who gets which access, with placeholders filled in as far as known. */
  grants: z.array(z.string()),
  /** Absent while the cost is unknown. */
  cost: previewedCostSchema.optional(),
  /** In the order in which they run; none unless people must approve. */
  stages: z.array(previewedStageSchema),
  /**
   * Median from request to decision of comparable requests of the last 90
   * days; absent where there are none.
   */
  typical: z
    .object({ seconds: z.number(), samples: z.number().int() })
    .optional(),
  alternatives: z.array(alternativeSchema),
  warnings: z.array(previewWarningSchema),
});

/** @public */
export type FormPreviewQuestion = z.infer<typeof formPreviewQuestionSchema>;
/** @public */
export type FormPreview = z.infer<typeof formPreviewSchema>;
/** @public */
export type PreviewedCreation = z.infer<typeof previewedCreationSchema>;
/** @public */
export type PreviewedCost = z.infer<typeof previewedCostSchema>;
/** @public */
export type PreviewedStage = z.infer<typeof previewedStageSchema>;
/** @public */
export type Alternative = z.infer<typeof alternativeSchema>;
/** @public */
export type PreviewWarning = z.infer<typeof previewWarningSchema>;
