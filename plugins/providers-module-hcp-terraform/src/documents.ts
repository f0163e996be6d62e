import { z } from 'zod';

/*
 * The parts of HCP Terraform's documents that we read
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs). Lists of
 * statuses are open on purpose: an unknown one is not final.
 */

const money = z.string().nullish();

const reference = z.object({ data: z.object({ id: z.string() }).nullish() });

export const runSchema = z.object({
  id: z.string(),
  type: z.literal('runs'),
  attributes: z.object({
    status: z.string(),
    'created-at': z.string(),
    'plan-only': z.boolean().nullish(),
    'is-destroy': z.boolean().nullish(),
    /** When each status was entered, for example `applying-at`; ISO 8601. */
    'status-timestamps': z.record(z.string(), z.string().nullish()).nullish(),
    message: z.string().nullish(),
    actions: z
      .object({
        'is-confirmable': z.boolean().nullish(),
        'is-discardable': z.boolean().nullish(),
        'is-cancelable': z.boolean().nullish(),
      })
      .nullish(),
  }),
  relationships: z.object({
    workspace: z.object({ data: z.object({ id: z.string() }) }),
    'configuration-version': reference.nullish(),
    plan: reference.nullish(),
    apply: reference.nullish(),
    'cost-estimate': reference.nullish(),
  }),
});

const planSchema = z.object({
  type: z.literal('plans'),
  attributes: z.object({
    status: z.string().nullish(),
    'resource-additions': z.number().nullish(),
    'resource-changes': z.number().nullish(),
    'resource-destructions': z.number().nullish(),
  }),
});

const applySchema = z.object({
  type: z.literal('applies'),
  attributes: z.object({ status: z.string().nullish() }),
});

const costEstimateSchema = z.object({
  type: z.literal('cost-estimates'),
  attributes: z.object({
    status: z.string().nullish(),
    'proposed-monthly-cost': money,
  }),
});

const ingressSchema = z.object({
  type: z.literal('ingress-attributes'),
  attributes: z.object({
    'commit-sha': z.string().nullish(),
    identifier: z.string().nullish(),
  }),
});

export const workspaceSchema = z.object({
  id: z.string(),
  type: z.literal('workspaces'),
  attributes: z.object({
    name: z.string(),
    'working-directory': z.string().nullish(),
    'tag-names': z.array(z.string()).nullish(),
    'resource-count': z.number().nullish(),
    locked: z.boolean().nullish(),
    'vcs-repo': z.object({ identifier: z.string() }).nullish(),
  }),
});

const configurationVersionSchema = z.object({
  type: z.literal('configuration-versions'),
  relationships: z
    .object({ 'ingress-attributes': reference.nullish() })
    .nullish(),
});

const includedSchema = z.union([
  planSchema,
  applySchema,
  costEstimateSchema,
  ingressSchema,
  workspaceSchema,
  z.object({ type: z.string() }),
]);

/** A run with what is included beside it. */
export const runDocumentSchema = z
  .object({ data: runSchema, included: z.array(includedSchema).optional() })
  .transform(({ data, included = [] }) => {
    const find = <T>(schema: z.ZodType<T>): T | undefined => {
      for (const one of included) {
        const found = schema.safeParse(one);
        if (found.success) {
          return found.data;
        }
      }
      return undefined;
    };
    return {
      run: data,
      plan: find(planSchema)?.attributes,
      apply: find(applySchema)?.attributes,
      costEstimate: find(costEstimateSchema)?.attributes,
      ingress: find(ingressSchema)?.attributes,
      workspace: find(workspaceSchema),
    };
  });

/** Runs as they are listed, with what is included beside all of them. */
export const runListSchema = z
  .object({
    data: z.array(runSchema),
    included: z
      .array(z.looseObject({ id: z.string().nullish(), type: z.string() }))
      .optional(),
    meta: z
      .object({
        pagination: z.object({ 'next-page': z.number().nullish() }).nullish(),
      })
      .nullish(),
  })
  .transform(({ data, included = [], meta }) => {
    const byId = new Map(included.map(one => [one.id, one]));
    const find = <T>(
      schema: z.ZodType<T>,
      to: { data?: { id: string } | null } | null | undefined,
    ): T | undefined => {
      const found = to?.data && schema.safeParse(byId.get(to.data.id));
      return found?.success ? found.data : undefined;
    };
    const documents = data.map((run): RunDocument => {
      const { relationships: to } = run;
      const version = find(
        configurationVersionSchema,
        to['configuration-version'],
      );
      return {
        run,
        plan: find(planSchema, to.plan)?.attributes,
        apply: find(applySchema, to.apply)?.attributes,
        costEstimate: find(costEstimateSchema, to['cost-estimate'])?.attributes,
        ingress: find(
          ingressSchema,
          version?.relationships?.['ingress-attributes'],
        )?.attributes,
        workspace: find(workspaceSchema, to.workspace),
      };
    });
    return { documents, nextPage: meta?.pagination?.['next-page'] };
  });

/** A run and what we read beside it. */
export type RunDocument = z.infer<typeof runDocumentSchema>;

/** A run alone. */
export type Run = z.infer<typeof runSchema>;

export const createdRunSchema = z.object({ data: runSchema });

export const workspaceDocumentSchema = z.object({ data: workspaceSchema });

/** A workspace. */
export type Workspace = z.infer<typeof workspaceSchema>;

export const outputSchema = z.object({
  id: z.string(),
  attributes: z.object({
    name: z.string(),
    sensitive: z.boolean(),
    value: z.json(),
  }),
});

/** An output; the value of a sensitive one is there where it is read alone. */
export type Output = z.infer<typeof outputSchema>;

export const outputDocumentSchema = z.object({ data: outputSchema });

/** A state with its outputs, which are there once it is processed. */
export const stateVersionSchema = z.object({
  data: z.object({
    attributes: z.object({ 'resources-processed': z.boolean().nullish() }),
  }),
  included: z.array(outputSchema).optional(),
});

export const notificationListSchema = z.object({
  data: z.array(
    z.object({ attributes: z.object({ url: z.string().nullish() }) }),
  ),
});

export const accountSchema = z.object({
  data: z.object({ attributes: z.object({ username: z.string() }) }),
});

export const organizationSchema = z.object({
  data: z.object({
    attributes: z.object({
      permissions: z.record(z.string(), z.boolean()).nullish(),
    }),
  }),
});

/** What a refusal says. */
export const errorsSchema = z.object({
  errors: z.array(
    z.object({ title: z.string().nullish(), detail: z.string().nullish() }),
  ),
});
