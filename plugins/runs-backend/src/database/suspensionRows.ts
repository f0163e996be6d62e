import { suspensionStatusSchema } from '@self-service/plugin-runs-common';
import { SuspensionChange, StoredSuspension } from './SuspensionStore';
import { toDate, toOptionalDate } from './values';

/** A row of the table `suspensions` as the database gives it. */
export interface SuspensionRow {
  id: string;
  task_id: string;
  step_id: string;
  input_digest: string;
  status: string;
  version: number;
  wait_kind: string;
  wait_ref: string;
  wait_subject: string | null;
  title: string;
  url: string | null;
  park_event_id: number | string | null;
  cancels_sent: number;
  sealed_secrets: string | null;
  attention: string | null;
  signalled_at: Date | number | null;
  retry_sent_at: Date | number | null;
  attempts: number;
  next_attempt_at: Date | number | null;
  lease_until: Date | number | null;
  checked_at: Date | number;
  suspended_at: Date | number;
  resumed_at: Date | number | null;
  created_at: Date | number;
  updated_at: Date | number;
}

/** Reads a row. */
export function fromRow(row: SuspensionRow): StoredSuspension {
  return {
    id: row.id,
    taskId: row.task_id,
    stepId: row.step_id,
    inputDigest: row.input_digest,
    status: suspensionStatusSchema.parse(row.status),
    version: row.version,
    wait: {
      kind: row.wait_kind,
      ref: row.wait_ref,
      subject: row.wait_subject ?? undefined,
    },
    title: row.title,
    url: row.url ?? undefined,
    // PostgreSQL gives a bigint as text.
    parkEventId:
      row.park_event_id === null ? undefined : Number(row.park_event_id),
    cancelsSent: row.cancels_sent,
    sealedSecrets: row.sealed_secrets ?? undefined,
    attention: row.attention ?? undefined,
    signalledAt: toOptionalDate(row.signalled_at),
    retrySentAt: toOptionalDate(row.retry_sent_at),
    attempts: row.attempts,
    nextAttemptAt: toOptionalDate(row.next_attempt_at),
    leaseUntil: toOptionalDate(row.lease_until),
    checkedAt: toDate(row.checked_at),
    suspendedAt: toDate(row.suspended_at),
    resumedAt: toOptionalDate(row.resumed_at),
    createdAt: toDate(row.created_at),
    updatedAt: toDate(row.updated_at),
  };
}

const COLUMNS = {
  status: 'status',
  title: 'title',
  url: 'url',
  parkEventId: 'park_event_id',
  cancelsSent: 'cancels_sent',
  sealedSecrets: 'sealed_secrets',
  attention: 'attention',
  signalledAt: 'signalled_at',
  retrySentAt: 'retry_sent_at',
  attempts: 'attempts',
  nextAttemptAt: 'next_attempt_at',
  leaseUntil: 'lease_until',
  checkedAt: 'checked_at',
  suspendedAt: 'suspended_at',
  resumedAt: 'resumed_at',
  updatedAt: 'updated_at',
} as const;

/**
 * Writes the properties that a change names; one that is named with the
 * value `undefined` empties its column.
 */
export function toColumns(change: SuspensionChange): object {
  const { wait, ...rest } = change;
  const columns = Object.fromEntries(
    Object.entries(rest).map(([property, value]) => [
      COLUMNS[property as keyof typeof COLUMNS],
      value ?? null,
    ]),
  );
  return wait
    ? {
        ...columns,
        wait_kind: wait.kind,
        wait_ref: wait.ref,
        wait_subject: wait.subject ?? null,
      }
    : columns;
}
