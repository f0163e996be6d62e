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
 * The fields of {@link selfServiceSpecSchema}, without what holds between them.
 *
 * @public
 */
export const selfServiceFieldsSchema = z.strictObject({
  /** What the run does, `<thing>:<verb>`, for example `database:create`. */
  operation: z.string().min(1),
  /** Where it happens: a name that the policy data knows. */
  environment: named.optional(),
  /** The owning team; without it the requester's first team. */
  team: named.optional(),
  /** Monthly cost: a number, or a table from a parameter's value to one. */
  cost: z
    .union([
      z.number().nonnegative(),
      z.strictObject({
        parameter: z.string().min(1),
        monthly: z.record(z.string(), z.number().nonnegative()),
      }),
    ])
    .optional(),
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
  /**
   * Who gets which access, for people: `{name}` stands for a parameter,
   * `{owning team}` for the team whose run it is.
   */
  grants: z.array(z.string().min(1)).optional(),
  /** What a failed run does with what it has created. */
  onFailure: z.enum(['hold', 'rollback']).optional(),
  /**
   * The parameter that names the resource which the run is about: its id, or
   * the path of a secret of it. Environment and team are then those that the
   * server knows of it, and so is the cost where none is declared.
   */
  resource: z
    .strictObject({
      parameter: z.string().min(1),
      by: z.enum(['id', 'secret']).optional(),
    })
    .optional(),
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
  /** The catalog entities whose pages offer the template. */
  offeredOn: z
    .array(
      z.strictObject({
        /** Kind of the entity, in any case. */
        kind: z.string().min(1),
        /** `spec.type` of the entity; any without. */
        type: z.string().min(1).optional(),
        /** The parameter that is filled with the ref of the entity. */
        parameter: z.string().min(1).optional(),
      }),
    )
    .optional(),
  /** Hours after which a held run is rolled back; 24 without. */
  holdHours: z.number().positive().max(720).optional(),
});

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
export const selfServiceSpecSchema = selfServiceFieldsSchema.check(
  ({ value, issues }) => {
    for (const field of ['environment', 'cost'] as const) {
      if (value[field] === undefined && value.resource === undefined) {
        issues.push({
          code: 'custom',
          path: [field],
          input: undefined,
          message: `Required, unless \`resource\` names what the run is about`,
        });
      }
    }
  },
);

/**
 * The parsed form of `spec.selfService`.
 *
 * @public
 */
export type SelfServiceSpec = z.infer<typeof selfServiceSpecSchema>;
