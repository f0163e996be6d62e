import {
  problemSchema,
  runPhaseSchema,
} from '@self-service/plugin-runs-common';
import { z } from 'zod';
import { RunChange, StoredRun } from './RunStore';
import { toDate, toOptionalDate } from './values';

type Time = Date | number | string;

/** A row of the table `runs` as the database gives it. */
export interface RunRow {
  task_id: string;
  phase: string;
  version: number;
  /** SQLite gives 0 or 1. */
  imported: boolean | number;
  template_ref: string | null;
  requester: string | null;
  team: string | null;
  authorised: boolean | number;
  secret_names: string;
  on_failure: string;
  hold_hours: number;
  title: string | null;
  task_status: string | null;
  held_until: Time | null;
  reminded_at: Time | null;
  failure: string | null;
  ended_by: string | null;
  end_comment: string | null;
  ended_at: Time | null;
  cancelled_at: Time | null;
  replaces: string | null;
  replaced_by: string | null;
  next_look_at: Time | null;
  lease_until: Time | null;
  created_at: Time;
}

const failureSchema = z.object({
  stepId: z.string().optional(),
  problem: problemSchema,
});

/** Reads a row. */
export function fromRunRow(row: RunRow): StoredRun {
  return {
    taskId: row.task_id,
    phase: runPhaseSchema.parse(row.phase),
    version: row.version,
    imported: Boolean(row.imported),
    templateRef: row.template_ref ?? undefined,
    requester: row.requester ?? undefined,
    team: row.team ?? undefined,
    authorised: Boolean(row.authorised),
    secretNames: JSON.parse(row.secret_names),
    onFailure: row.on_failure === 'rollback' ? 'rollback' : 'hold',
    holdHours: row.hold_hours,
    title: row.title ?? undefined,
    taskStatus: row.task_status ?? undefined,
    heldUntil: toOptionalDate(row.held_until),
    remindedAt: toOptionalDate(row.reminded_at),
    failure:
      row.failure === null
        ? undefined
        : failureSchema.parse(JSON.parse(row.failure)),
    endedBy: row.ended_by ?? undefined,
    endComment: row.end_comment ?? undefined,
    endedAt: toOptionalDate(row.ended_at),
    cancelledAt: toOptionalDate(row.cancelled_at),
    replaces: row.replaces ?? undefined,
    replacedBy: row.replaced_by ?? undefined,
    nextLookAt: toOptionalDate(row.next_look_at),
    leaseUntil: toOptionalDate(row.lease_until),
    createdAt: toDate(row.created_at),
  };
}

const COLUMNS: Record<keyof RunChange, string> = {
  phase: 'phase',
  templateRef: 'template_ref',
  requester: 'requester',
  team: 'team',
  onFailure: 'on_failure',
  title: 'title',
  taskStatus: 'task_status',
  heldUntil: 'held_until',
  remindedAt: 'reminded_at',
  failure: 'failure',
  endedBy: 'ended_by',
  endComment: 'end_comment',
  endedAt: 'ended_at',
  cancelledAt: 'cancelled_at',
  replaces: 'replaces',
  replacedBy: 'replaced_by',
  nextLookAt: 'next_look_at',
  leaseUntil: 'lease_until',
};

/**
 * Writes the properties that a change names; one that is named with the value
 * `undefined` empties its column.
 */
export function toRunColumns(change: RunChange): object {
  return Object.fromEntries(
    Object.entries(change).map(([property, value]) => [
      COLUMNS[property as keyof RunChange],
      property === 'failure' && value ? JSON.stringify(value) : value ?? null,
    ]),
  );
}
