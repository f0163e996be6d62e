import { z } from 'zod';
import { resourcePartSchema, resourceSchema } from './resources';

/**
 * What plugins ask of resources.
 *
 * @remarks
 * - `POST /resources/find` {@link findResourceSchema} →
 *   {@link resourceRecordSchema}, 404 where there is none
 * - `POST /resources/:id/changes` {@link useResourceSchema} →
 *   {@link changedResourceSchema}: the run is about to change it
 * - `POST /resources/:id/removals` {@link useResourceSchema} →
 *   {@link removalSchema}
 * - `POST /resources/:id/extensions` {@link extendResourceSchema} →
 *   {@link extensionSchema}
 *
 * All are idempotent by run. A run may do such a thing only where the template
 * of the resource names the run's template for it, where the run's gate has
 * decided about this very resource, and where the run's requester belongs to
 * the owning team, has asked for the resource, or is of the platform team: 403
 * otherwise. 409 says that somebody else is at work on it.
 *
 * @public
 */
export const findResourceSchema = z.union([
  z.strictObject({ id: z.string().min(1) }),
  /** Path of a secret that it has. */
  z.strictObject({ secret: z.string().min(1) }),
]);

/** What the server knows of a resource, whatever a form says. @public */
export const resourceRecordSchema = resourceSchema
  .pick({
    id: true,
    title: true,
    kind: true,
    name: true,
    templateRef: true,
    requester: true,
    team: true,
    environment: true,
    monthlyCost: true,
    expiresAt: true,
    status: true,
  })
  .extend({
    /** Paths of the secrets that it has. */
    secrets: z.array(z.string()),
  });

/** What a run is told of a resource that it is about to change. @public */
export const changedResourceSchema = resourceRecordSchema.extend({
  /**
   * What the run that made it was started with, and what runs that changed it
   * since have put in its place; empty where the scaffolder keeps it no longer.
   * No values of secrets.
   */
  parameters: z.record(z.string(), z.any()),
});

/** Which run does it. @public */
export const useResourceSchema = z.object({ taskId: z.string().min(1) });

/** One part of a resource that is being removed, or was. @public */
export const removedPartSchema = resourcePartSchema.extend({
  /** How its undoing stands, in words: what is waited for, or why it stays. */
  note: z.string().optional(),
  noteUrl: z.string().optional(),
});

/**
 * How the removal by this run stands. `failed` is said once; asked again after
 * that, it is tried anew.
 *
 * @public
 */
export const removalSchema = z.object({
  outcome: z.enum(['removing', 'removed', 'failed']),
  /** What a wait of the kind `resource-removal` waits for. */
  waitRef: z.string(),
  parts: z.array(removedPartSchema),
});

/** @public */
export const extendResourceSchema = useResourceSchema.extend({
  /** The last day, `YYYY-MM-DD`, which ends in UTC, or a time (ISO 8601). */
  until: z.string().min(1),
});

/** @public */
export const extensionSchema = z.object({
  /** ISO 8601. */
  expiresAt: z.string(),
  /** When it would have ended; absent where it had no end. */
  endedBefore: z.string().optional(),
});

/** @public */
export type FindResource = z.infer<typeof findResourceSchema>;
/** @public */
export type ResourceRecord = z.infer<typeof resourceRecordSchema>;
/** @public */
export type ChangedResource = z.infer<typeof changedResourceSchema>;
/** @public */
export type UseResource = z.infer<typeof useResourceSchema>;
/** @public */
export type RemovedPart = z.infer<typeof removedPartSchema>;
/** @public */
export type Removal = z.infer<typeof removalSchema>;
/** @public */
export type ExtendResource = z.infer<typeof extendResourceSchema>;
/** @public */
export type Extension = z.infer<typeof extensionSchema>;
