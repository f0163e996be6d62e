import { createPermission } from '@backstage/plugin-permission-common';
import { z } from 'zod';
import { Facts } from './facts';

const instant = z.iso.datetime({
  offset: true,
  error:
    'must be a date and time in ISO 8601 with a zone, such as 2026-12-20T00:00:00Z',
});

const reason = z
  .string()
  .trim()
  .min(1, 'is needed: say why, it is shown to everybody whom it stops')
  .max(500);

/** What an exemption is for. @public */
export const exemptionKindSchema = z.enum(['team', 'template', 'operation']);

/** Lets the requests of a team, a template or an operation pass. @public */
export const exemptionSchema = z.object({
  id: z.string(),
  kind: exemptionKindSchema,
  /** Entity ref of the team or template, or the operation. */
  value: z.string(),
  reason: z.string(),
  /** Entity ref of who made it. */
  createdBy: z.string(),
  /** ISO 8601, as every time here. */
  createdAt: z.string(),
});

/**
 * A change freeze that was made on the page or through the API.
 *
 * @remarks
 * `from` is included, `to` is not. Absent `environments`: everywhere.
 *
 * @public
 */
export const freezeRecordSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  environments: z.array(z.string()).optional(),
  reason: z.string(),
  exemptions: z.array(exemptionSchema),
  createdBy: z.string(),
  createdAt: z.string(),
  /** Present when a person ended it before its time. */
  endedBy: z.string().optional(),
  endedAt: z.string().optional(),
});

/** A freeze of the policy data: read-only here. @public */
export const configuredFreezeSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  environments: z.array(z.string()).optional(),
  reason: z.string().optional(),
});

/**
 * Body of `POST /freezes`.
 *
 * @public
 */
export const newFreezeSchema = z
  .object({
    from: instant,
    to: instant,
    environments: z
      .array(z.string().min(1))
      .min(1, 'must name at least one; leave the field out to freeze all')
      .optional(),
    reason,
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
    path: ['to'],
    message: 'must be later than from: choose a later end or an earlier start',
  });

/** Body of `POST /freezes/:id/exemptions`. @public */
export const newExemptionSchema = z
  .object({
    kind: exemptionKindSchema,
    value: z.string().trim().min(1).max(500),
    reason,
  })
  .refine(({ kind, value }) => isExemptionValue(kind, value), {
    path: ['value'],
    message:
      'must be group:<namespace>/<name> for a team, template:<namespace>/<name> for a template, or <thing>:<verb> for an operation',
  });

/**
 * Answer to `GET /freezes`: what was made here, newest start first, what the
 * policy data brings along, and what this person may do.
 *
 * @public
 */
export const freezeListSchema = z.object({
  freezes: z.array(freezeRecordSchema),
  configured: z.array(configuredFreezeSchema),
  /** Environments that the policy data knows. */
  environments: z.array(z.string()),
  viewer: z.object({
    canCreate: z.boolean(),
    canEnd: z.boolean(),
    canExempt: z.boolean(),
  }),
});

/** @public */
export type ExemptionKind = z.infer<typeof exemptionKindSchema>;
/** @public */
export type Exemption = z.infer<typeof exemptionSchema>;
/** @public */
export type FreezeRecord = z.infer<typeof freezeRecordSchema>;
/** @public */
export type ConfiguredFreeze = z.infer<typeof configuredFreezeSchema>;
/** @public */
export type NewFreeze = z.infer<typeof newFreezeSchema>;
/** @public */
export type NewExemption = z.infer<typeof newExemptionSchema>;
/** @public */
export type FreezeList = z.infer<typeof freezeListSchema>;

/** Whether a freeze is yet to come, in force, or over. @public */
export type FreezePhase = 'upcoming' | 'active' | 'over';

function isExemptionValue(kind: ExemptionKind, value: string): boolean {
  switch (kind) {
    case 'team':
      return /^group:[^:/\s]+\/[^:/\s]+$/i.test(value);
    case 'template':
      return /^template:[^:/\s]+\/[^:/\s]+$/i.test(value);
    default:
      return /^[^:\s]+:[^:\s]+$/.test(value);
  }
}

/**
 * Where a freeze stands at a moment.
 *
 * @param now - milliseconds since the epoch
 * @public
 */
export function freezePhase(
  freeze: Pick<FreezeRecord, 'from' | 'to' | 'endedAt'>,
  now: number,
): FreezePhase {
  if (freeze.endedAt !== undefined || Date.parse(freeze.to) <= now) {
    return 'over';
  }
  return Date.parse(freeze.from) <= now ? 'active' : 'upcoming';
}

/**
 * Whether an exemption lets these facts pass a freeze.
 *
 * @remarks
 * An exempt team passes only where every team that the request affects is
 * exempt: a team's own exemption must not open somebody else's systems.
 *
 * @public
 */
export function isExempt(
  exemptions: Pick<Exemption, 'kind' | 'value'>[],
  facts: Pick<Facts, 'template' | 'operation' | 'team' | 'affectedTeams'>,
): boolean {
  const exempt = (kind: ExemptionKind, value: string | undefined) =>
    value !== undefined &&
    exemptions.some(
      exemption =>
        exemption.kind === kind &&
        exemption.value.toLowerCase() === value.toLowerCase(),
    );
  return (
    exempt('template', facts.template) ||
    exempt('operation', facts.operation) ||
    (exempt('team', facts.team) &&
      facts.affectedTeams.every(team => exempt('team', team)))
  );
}

/** Allows seeing every freeze. @public */
export const approvalsFreezeReadPermission = createPermission({
  name: 'approvals.freeze.read',
  attributes: { action: 'read' },
});

/** Allows declaring a freeze. @public */
export const approvalsFreezeCreatePermission = createPermission({
  name: 'approvals.freeze.create',
  attributes: { action: 'create' },
});

/** Allows ending a freeze before its time. @public */
export const approvalsFreezeEndPermission = createPermission({
  name: 'approvals.freeze.end',
  attributes: { action: 'update' },
});

/** Allows exempting teams, templates and operations from a freeze. @public */
export const approvalsFreezeExemptPermission = createPermission({
  name: 'approvals.freeze.exempt',
  attributes: { action: 'update' },
});

/** Every permission about freezes. @public */
export const freezePermissions = [
  approvalsFreezeReadPermission,
  approvalsFreezeCreatePermission,
  approvalsFreezeEndPermission,
  approvalsFreezeExemptPermission,
];
