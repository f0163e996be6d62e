import { createHash } from 'node:crypto';
import {
  ClaimEffect,
  Effect,
  EffectStatus,
  effectStatusSchema,
} from '@self-service/plugin-runs-common';
import { UndoableEffect } from './EffectStore';
import { toDate, toOptionalDate } from './values';

/** Row of `effects`. */
export interface EffectRow {
  id: string;
  task_id: string;
  step_id: string;
  input_digest: string;
  status: string;
  capability: string;
  provider: string;
  kind: string;
  name: string;
  name_digest: string;
  url: string | null;
  reference: string | null;
  attempt: string | null;
  lease_until: Date | number | null;
  undo_note: string | null;
  undo_url: string | null;
  undo_attempts: number;
  undo_started_at: Date | number | null;
  next_undo_at: Date | number | null;
  created_at: Date | number;
  updated_at: Date | number;
}

/** Row of `effect_names`. */
export interface NameRow {
  name_digest: string;
  task_id: string;
}

/** Statuses in which something stands outside that is to be undone. */
export const UNDOABLE: EffectStatus[] = [
  'intended',
  'created',
  'undoing',
  'undo-failed',
];

/**
 * Digest under which a name is taken: of capability, provider, kind and name.
 */
export function toNameDigest(
  effect: Pick<ClaimEffect, 'capability' | 'provider' | 'kind' | 'name'>,
): string {
  const { capability, provider, kind, name } = effect;
  return createHash('sha256')
    .update(JSON.stringify([capability, provider, kind, name]))
    .digest('hex');
}

/** A row as people and other plugins see it. */
export function toEffect(row: EffectRow): Effect {
  return {
    id: row.id,
    taskId: row.task_id,
    stepId: row.step_id,
    status: effectStatusSchema.parse(row.status),
    capability: row.capability,
    provider: row.provider,
    kind: row.kind,
    name: row.name,
    url: row.url ?? undefined,
    reference: row.reference === null ? undefined : JSON.parse(row.reference),
    undoNote: row.undo_note ?? undefined,
    undoUrl: row.undo_url ?? undefined,
    undoAttempts: row.undo_attempts || undefined,
    createdAt: toDate(row.created_at).toISOString(),
    updatedAt: toDate(row.updated_at).toISOString(),
  };
}

/** A row as it is undone. */
export function toUndoableEffect(row: EffectRow): UndoableEffect {
  return {
    ...toEffect(row),
    inputDigest: row.input_digest,
    leaseUntil: toOptionalDate(row.lease_until),
    undoAttempts: row.undo_attempts,
    undoStartedAt: toOptionalDate(row.undo_started_at),
    nextUndoAt: toOptionalDate(row.next_undo_at),
  };
}
