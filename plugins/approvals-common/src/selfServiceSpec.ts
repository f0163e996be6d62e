import { z } from 'zod';

const fromParameter = z.strictObject({ parameter: z.string().min(1) });
const named = z.union([z.string().min(1), fromParameter]);

/**
 * Kind of outside system that something is created in.
 *
 * @public
 */
export const capabilitySchema = z.enum([
  'git',
  'infrastructure',
  'secrets',
  'observability',
  'catalog',
  'messaging',
]);

/** One of {@link capabilitySchema}. @public */
export type Capability = z.infer<typeof capabilitySchema>;

/**
 * Shape of `spec.selfService` in a Template entity: what the template's runs
 * are about, declared once so that preview, gate and template check read the
 * same thing.
 *
 * @remarks
 * A value is either written down (`environment: dev`) or names the form
 * parameter that holds it (`environment: { parameter: environment }`).
 * Costs are per month, in the currency of the policy data.
 *
 * @public
 */
export const selfServiceSpecSchema = z.strictObject({
  /** What the run does, `<thing>:<verb>`, for example `database:create`. */
  operation: z.string().min(1),
  /** Where it happens: a name that the policy data knows. */
  environment: named,
  /** The owning team; without it the requester's first team. */
  team: named.optional(),
  /** Monthly cost: a number, or a table from a parameter's value to one. */
  cost: z.union([
    z.number().nonnegative(),
    z.strictObject({
      parameter: z.string().min(1),
      monthly: z.record(z.string(), z.number().nonnegative()),
    }),
  ]),
  /** Further teams that the run concerns. */
  affects: z.union([z.array(z.string().min(1)), fromParameter]).optional(),
  /** What the run creates, for people: `{name}` stands for a parameter. */
  creates: z
    .array(
      z.strictObject({
        kind: z.string().min(1),
        name: z.union([z.string().min(1), fromParameter]),
        /** In which kind of system: for its name, and for checks in the form. */
        capability: capabilitySchema.optional(),
      }),
    )
    .optional(),
  /** Who gets which access, for people: `{name}` stands for a parameter. */
  grants: z.array(z.string().min(1)).optional(),
  /** What a failed run does with what it has created. */
  onFailure: z.enum(['hold', 'rollback']).optional(),
  /** The parameter that names the resource which the run is about, see `Facts.resource`. */
  resource: fromParameter.optional(),
  /**
   * When what the run made is removed by itself: the parameter with the last
   * day (`YYYY-MM-DD`, which ends with that day in UTC) or a time (ISO 8601).
   */
  expires: fromParameter.optional(),
  /** Entity refs of the templates that remove, change or extend what it made. */
  lifecycle: z
    .strictObject({
      remove: z.string().min(1).optional(),
      change: z.string().min(1).optional(),
      extend: z.string().min(1).optional(),
    })
    .optional(),
  /** Hours after which a held run is rolled back; 24 without. */
  holdHours: z.number().positive().max(720).optional(),
});

/**
 * The parsed form of `spec.selfService`.
 *
 * @public
 */
export type SelfServiceSpec = z.infer<typeof selfServiceSpecSchema>;
