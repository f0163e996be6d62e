import { z } from 'zod';
import { effectStatusSchema } from './effects';
import { runStatusSchema } from './runs';

/**
 * Status of a resource.
 *
 * @remarks
 * `present → removing → removed | remove-failed`, and `remove-failed →
 * removing` when somebody asks again. `removed`: nothing of it stands any
 * more, except what its parts show as `retained`.
 *
 * @public
 */
export const resourceStatusSchema = z.enum([
  'present',
  'removing',
  'removed',
  'remove-failed',
]);

/** What can be done with a resource from the portal now. @public */
export const resourceActionSchema = z.object({
  allowed: z.boolean(),
  /** Why not, in words. */
  reason: z.string().optional(),
  /**
   * Path inside the app of the form that does it, with the resource filled
   * in; absent where the template of the resource names none.
   */
  formPath: z.string().optional(),
});

/** One thing that a resource consists of: a live effect of its run. @public */
export const resourcePartSchema = z.object({
  effectId: z.string(),
  capability: z.string(),
  /** Id of the provider that made it. */
  provider: z.string(),
  kind: z.string(),
  name: z.string(),
  url: z.string().optional(),
  status: effectStatusSchema,
});

/**
 * What a completed run has made and still exists: the run with its effects.
 * What a run made before its facts were kept has neither team, environment,
 * cost nor end.
 *
 * @public
 */
export const resourceSchema = z.object({
  /** Task id of the run that made it. */
  id: z.string(),
  /** For people: what the run is called. */
  title: z.string(),
  /** What it is: the first `creates` of its template, else of its first effect. */
  kind: z.string(),
  name: z.string(),
  templateRef: z.string().optional(),
  /** Entity ref of who asked for it. */
  requester: z.string().optional(),
  /** Entity ref of the owning team. */
  team: z.string().optional(),
  environment: z.string().optional(),
  /** Per month, as it was known when the resource was made or last changed. */
  monthlyCost: z.number().optional(),
  currency: z.string().optional(),
  /** ISO 8601: when its run completed. */
  createdAt: z.string(),
  /** ISO 8601: when it is removed by itself. */
  expiresAt: z.string().optional(),
  status: resourceStatusSchema,
  /** Entity refs of the catalog that it is about. */
  entityRefs: z.array(z.string()),
  parts: z.array(resourcePartSchema),
  actions: z.object({
    remove: resourceActionSchema,
    change: resourceActionSchema,
    extend: resourceActionSchema,
  }),
});

/**
 * Which resources to list, newest first. `team`: of the teams that the caller
 * is a member of; `all` needs the permission `runs.run.list`. Those that are
 * `removed` come only where `status` asks for them.
 *
 * @public
 */
export const resourceFilterSchema = z.object({
  view: z.enum(['mine', 'team', 'all']).default('mine'),
  /**
   * Entity ref: resources that are about this entity, of whatever view; those
   * that the caller may not see are left out.
   */
  entityRef: z.string().optional(),
  kind: z.string().optional(),
  status: resourceStatusSchema.optional(),
  /** Part of the title or the name. */
  text: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  /** `nextCursor` of the page before. */
  cursor: z.string().optional(),
});

/** @public */
export const resourcePageSchema = z.object({
  items: z.array(resourceSchema),
  /** How many there are on all pages. */
  total: z.number(),
  nextCursor: z.string().optional(),
  /** Of all that match, on all pages; absent where no cost is known. */
  monthlyCost: z.number().optional(),
  /** Of `monthlyCost`; absent where several would mix. */
  currency: z.string().optional(),
});

/** A run that removed a resource, or tried or tries to; newest first. @public */
export const resourceRemovalSchema = z.object({
  taskId: z.string(),
  status: runStatusSchema,
  createdAt: z.string(),
  requester: z.string().optional(),
});

/** One resource with the runs that were to remove it. @public */
export const resourceDetailSchema = z.object({
  resource: resourceSchema,
  removals: z.array(resourceRemovalSchema),
});

/** @public */
export type ResourceStatus = z.infer<typeof resourceStatusSchema>;
/** @public */
export type ResourceAction = z.infer<typeof resourceActionSchema>;
/** @public */
export type ResourcePart = z.infer<typeof resourcePartSchema>;
/** @public */
export type Resource = z.infer<typeof resourceSchema>;
/** @public */
export type ResourceFilter = z.infer<typeof resourceFilterSchema>;
/** @public */
export type ResourcePage = z.infer<typeof resourcePageSchema>;
/** @public */
export type ResourceRemoval = z.infer<typeof resourceRemovalSchema>;
/** @public */
export type ResourceDetail = z.infer<typeof resourceDetailSchema>;
