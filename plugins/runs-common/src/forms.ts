import { z } from 'zod';

/** Characters of JSON that the values of a form may have. */
const MAXIMUM_PARAMETERS = 100_000;

/**
 * Body of `POST /form-checks`: a form as far as it is filled in.
 *
 * @public
 */
export const formCheckQuestionSchema = z.strictObject({
  /** Entity ref of a template that the caller can see. */
  templateRef: z.string().min(1).max(500),
  parameters: z
    .record(z.string(), z.any())
    .refine(
      parameters => JSON.stringify(parameters).length <= MAXIMUM_PARAMETERS,
      `must not have more than ${MAXIMUM_PARAMETERS} characters as JSON`,
    ),
  /** Task id of the run that is rolled back for this one: its names are free. */
  replaces: z.string().min(1).max(200).optional(),
});

/**
 * Something that will go wrong with these values. `taken`: another run has the
 * name, or it exists at the vendor or in the catalog. `unchecked`: the vendor
 * did not answer in time; never an error.
 *
 * @public
 */
export const formProblemSchema = z.object({
  /** Name of the field to change; absent where no single one is to blame. */
  parameter: z.string().optional(),
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  /** What is wrong, one sentence. */
  message: z.string(),
  /** What to do about it, one sentence. */
  remedy: z.string(),
});

/** Answer of `POST /form-checks`; errors first. @public */
export const formChecksSchema = z.object({
  problems: z.array(formProblemSchema),
});

/** An outside system that serves a capability. @public */
export const servingSystemSchema = z.object({
  capability: z.string(),
  /** Id of the provider. */
  provider: z.string(),
  /** For people, for example `GitHub`. */
  vendor: z.string(),
  /** For people, with where it is: `GitHub (github.com)`. */
  title: z.string(),
});

/** Answer of `GET /systems`, by capability, then provider. @public */
export const servingSystemsSchema = z.object({
  systems: z.array(servingSystemSchema),
});

/**
 * Query of `GET /template-statistics`: `templateRef` as often as wanted; all
 * templates without.
 *
 * @public
 */
export const templateStatisticsQuerySchema = z.object({
  templateRef: z
    .union([
      z.string().min(1).max(500),
      z.array(z.string().min(1).max(500)).max(200),
    ])
    .optional(),
});

/** How runs of a template went. @public */
export const templateStatisticSchema = z.object({
  templateRef: z.string(),
  /** How many have ended since `since`. */
  runs: z.number().int(),
  /** How many of them completed. */
  completed: z.number().int(),
  /** 0 to 1, without those that people cancelled; absent where none count. */
  successRate: z.number().optional(),
  /** Median of those that completed, waits included; absent without any. */
  medianSeconds: z.number().optional(),
  /** ISO 8601. */
  since: z.string(),
});

/** Answer of `GET /template-statistics`: those that have runs. @public */
export const templateStatisticsSchema = z.object({
  templates: z.array(templateStatisticSchema),
});

/** @public */
export type FormCheckQuestion = z.infer<typeof formCheckQuestionSchema>;
/** @public */
export type FormProblem = z.infer<typeof formProblemSchema>;
/** @public */
export type FormChecks = z.infer<typeof formChecksSchema>;
/** @public */
export type ServingSystem = z.infer<typeof servingSystemSchema>;
/** @public */
export type ServingSystems = z.infer<typeof servingSystemsSchema>;
/** @public */
export type TemplateStatistic = z.infer<typeof templateStatisticSchema>;
/** @public */
export type TemplateStatistics = z.infer<typeof templateStatisticsSchema>;
