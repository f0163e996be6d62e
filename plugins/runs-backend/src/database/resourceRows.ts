import { resourceStatusSchema } from '@self-service/plugin-runs-common';
import { z } from 'zod';
import { NewResource, ResourceChange, StoredResource } from './ResourceStore';
import { toColumn, toDate, toOptionalDate } from './values';

type Time = Date | number | string;

/** A row of the table `resources` as the database gives it. */
export interface ResourceRow {
  id: string;
  status: string;
  version: number;
  title: string;
  kind: string;
  name: string;
  template_ref: string | null;
  requester: string | null;
  team: string | null;
  environment: string | null;
  monthly_cost: number | null;
  lifecycle: string;
  expires_at: Time | null;
  warned_days: number | null;
  removal_task_id: string | null;
  removal_round: number;
  /** SQLite gives 0 or 1. */
  removal_told: boolean | number;
  next_look_at: Time | null;
  lease_until: Time | null;
  created_at: Time;
  updated_at: Time;
}

/** A row of the table `resource_runs`. */
export interface ResourceRunRow {
  task_id: string;
  role: string;
  resource_id: string;
  created_at: Time;
}

const lifecycleSchema = z.object({
  remove: z.string().optional(),
  change: z.string().optional(),
  extend: z.string().optional(),
});

/** Reads a row. */
export function fromResourceRow(row: ResourceRow): StoredResource {
  return {
    id: row.id,
    status: resourceStatusSchema.parse(row.status),
    version: row.version,
    title: row.title,
    kind: row.kind,
    name: row.name,
    templateRef: row.template_ref ?? undefined,
    requester: row.requester ?? undefined,
    team: row.team ?? undefined,
    environment: row.environment ?? undefined,
    monthlyCost: row.monthly_cost ?? undefined,
    lifecycle: lifecycleSchema.parse(JSON.parse(row.lifecycle)),
    expiresAt: toOptionalDate(row.expires_at),
    warnedDays: row.warned_days ?? undefined,
    removalTaskId: row.removal_task_id ?? undefined,
    removalRound: row.removal_round,
    isRemovalTold: Boolean(row.removal_told),
    nextLookAt: toOptionalDate(row.next_look_at),
    leaseUntil: toOptionalDate(row.lease_until),
    createdAt: toDate(row.created_at),
  };
}

/** The columns of a resource that comes into being. */
export function toNewRow(resource: NewResource, now: Date): object {
  return {
    id: resource.id,
    status: 'present',
    version: 0,
    title: resource.title,
    kind: resource.kind,
    name: resource.name,
    template_ref: toColumn(resource.templateRef),
    requester: toColumn(resource.requester),
    team: toColumn(resource.team),
    environment: toColumn(resource.environment),
    monthly_cost: toColumn(resource.monthlyCost),
    lifecycle: JSON.stringify(resource.lifecycle),
    expires_at: toColumn(resource.expiresAt),
    warned_days: toColumn(resource.warnedDays),
    next_look_at: toColumn(resource.nextLookAt),
    created_at: resource.createdAt,
    updated_at: now,
  };
}

const COLUMNS: Record<keyof ResourceChange, string> = {
  status: 'status',
  monthlyCost: 'monthly_cost',
  expiresAt: 'expires_at',
  warnedDays: 'warned_days',
  removalTaskId: 'removal_task_id',
  removalRound: 'removal_round',
  isRemovalTold: 'removal_told',
  nextLookAt: 'next_look_at',
  leaseUntil: 'lease_until',
};

/**
 * Writes the properties that a change names; one that is named with the value
 * `undefined` empties its column.
 */
export function toResourceColumns(change: ResourceChange): object {
  return Object.fromEntries(
    Object.entries(change).map(([property, value]) => [
      COLUMNS[property as keyof ResourceChange],
      value ?? null,
    ]),
  );
}
