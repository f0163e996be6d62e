import { durationSchema } from '@self-service/plugin-approvals-common';
import { z } from 'zod';
import { PolicyError } from './PolicyError';

const timestamp = z
  .string()
  .regex(
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/,
    'must have the form YYYY-MM-DDTHH:MM:SSZ',
  );
const groups = z.array(z.string().min(1));
const serviceLevel = z.looseObject({
  due: durationSchema,
  escalate_after: durationSchema,
});

/**
 * A change freeze: `from` included, `to` excluded; without `environments` it
 * covers all, with an empty list none.
 */
export const freezeSchema = z.looseObject({
  id: z.string().min(1),
  from: timestamp,
  to: timestamp,
  environments: z.array(z.string()).optional(),
  reason: z.string().optional(),
});

/**
 * A change freeze as the policy data holds it.
 */
export type PolicyFreeze = z.infer<typeof freezeSchema>;

/**
 * The data that the shipped policy needs under `data.approval`; costs are per
 * month in `currency`, lists name groups by full entity reference.
 *
 * @remarks
 * Stricter than the Rego, which must cope with anything: a slip in the data is
 * better found when it is loaded than request by request. Unknown keys pass,
 * for the rules that somebody adds.
 */
export const approvalDataSchema = z.looseObject({
  environments: z.record(z.string(), z.unknown()),
  cost: z.looseObject({
    currency: z.string().min(1),
    lead_from: z.number(),
    finance_above: z.number(),
  }),
  high_risk_operations: z.array(z.string()),
  compliance_operations: z.array(z.string()),
  freezes: z.array(freezeSchema),
  approvers: z.looseObject({
    finance: groups,
    security: groups,
    freeze: groups,
  }),
  sla: z.looseObject({
    single: serviceLevel,
    multiple: serviceLevel,
    sequential: serviceLevel,
  }),
  escalate_to: groups,
});

/**
 * The settings of the shipped policy.
 */
export type ApprovalData = z.infer<typeof approvalDataSchema>;

/**
 * A whole data document: the settings and whatever other policies keep there.
 */
export type PolicyData = { approval: ApprovalData } & Record<string, unknown>;

/**
 * Checks a data document.
 *
 * @throws PolicyError of kind `data` that names each wrong place.
 */
export function parsePolicyData(data: unknown): PolicyData {
  const parsed = z
    .looseObject({ approval: approvalDataSchema })
    .safeParse(data);
  if (!parsed.success) {
    const places = parsed.error.issues.map(
      issue => `${issue.path.join('.')}: ${issue.message}`,
    );
    throw new PolicyError(
      'data',
      `The policy data is not usable: ${places.join('; ')}`,
    );
  }
  return parsed.data;
}
