import { z } from 'zod';
import { problemSchema } from './problems';

/**
 * How a provider is, as it was found at the last check. `unknown`: it has not
 * been checked yet.
 *
 * @public
 */
export const providerHealthSchema = z.object({
  status: z.enum(['ok', 'degraded', 'failing', 'unknown']),
  /** In one sentence, for the platform team. */
  description: z.string(),
  /** Whose problem it is and what to do about it. */
  problem: problemSchema.optional(),
  /** The vendor's limit of requests, as it states it. */
  rateLimit: z
    .object({
      limit: z.number(),
      remaining: z.number(),
      /** When the whole budget is there again; ISO 8601. */
      resetsAt: z.string().optional(),
    })
    .optional(),
  /** ISO 8601. */
  checkedAt: z.string().optional(),
});

/** A failure of a step at a vendor. @public */
export const providerFailureSchema = z.object({
  taskId: z.string(),
  stepId: z.string(),
  problem: problemSchema,
  /** ISO 8601. */
  at: z.string(),
});

/** A provider that is installed. @public */
export const providerStatusSchema = z.object({
  id: z.string(),
  capability: z.string(),
  /** The vendor for people, for example `GitHub`. */
  vendor: z.string(),
  /** Origin that it calls. */
  endpoint: z.string(),
  /** Optional parts of its port that it has. */
  features: z.array(z.string()),
  health: providerHealthSchema,
  /** Newest first, at most ten, of the last week. */
  recentFailures: z.array(providerFailureSchema),
});

/** Answer of `GET /providers`. @public */
export const providerListSchema = z.object({
  /** By capability, then id. */
  providers: z.array(providerStatusSchema),
});

/** Body of `POST /providers/check`. @public */
export const checkProviderSchema = z.object({
  capability: z.string().min(1),
  id: z.string().min(1),
});

/** @public */
export type RecordedHealth = z.infer<typeof providerHealthSchema>;
/** @public */
export type ProviderFailure = z.infer<typeof providerFailureSchema>;
/** @public */
export type ProviderStatus = z.infer<typeof providerStatusSchema>;
/** @public */
export type ProviderList = z.infer<typeof providerListSchema>;
