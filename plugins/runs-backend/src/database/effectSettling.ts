import { Knex } from 'knex';
import { freeName } from './effectClaims';
import { EffectRow, toUndoableEffect } from './effectRows';
import { LEFTOVER_DIGEST, SettleChange, UndoableEffect } from './EffectStore';
import { toColumn } from './values';

/** Nobody may be making it just now. */
function whereFree(query: Knex.QueryBuilder<EffectRow>, now: Date): void {
  query.where(free =>
    free
      .whereNull('effects.lease_until')
      .orWhere('effects.lease_until', '<=', now),
  );
}

/**
 * The last that was reported of the effect's step: it was passed over. One with
 * `each` may go on with another item after that.
 */
function passedOver(database: Knex): Knex.QueryBuilder {
  const through = ['skipped', 'continued'];
  return database('step_reports')
    .select('step_reports.id')
    .whereRaw('step_reports.task_id = effects.task_id')
    .whereRaw('step_reports.step_id = effects.step_id')
    .whereIn('step_reports.outcome', through)
    .whereNotExists(
      database('step_reports as later')
        .select('later.id')
        .whereRaw('later.task_id = step_reports.task_id')
        .whereRaw('later.step_id = step_reports.step_id')
        .whereRaw('later.created_at > step_reports.created_at')
        .whereNotIn('later.outcome', through),
    );
}

/** See `EffectStore.listUnsettled`. */
export async function listUnsettled(
  database: Knex,
  now: Date,
  limit: number,
): Promise<UndoableEffect[]> {
  const query = database<EffectRow>('effects')
    .join('runs', 'runs.task_id', 'effects.task_id')
    .where('effects.status', 'intended')
    .where(due =>
      due
        .whereNull('effects.next_undo_at')
        .orWhere('effects.next_undo_at', '<=', now),
    )
    .where(left =>
      left
        .where('runs.phase', 'completed')
        .orWhere(passed =>
          passed
            .whereIn('runs.phase', ['active', 'held'])
            .whereExists(passedOver(database)),
        )
        .orWhere(leftover =>
          leftover
            .where('runs.phase', 'held')
            .where('effects.input_digest', LEFTOVER_DIGEST),
        ),
    );
  whereFree(query, now);
  const rows: EffectRow[] = await query
    .orderBy(['effects.updated_at', 'effects.id'])
    .limit(limit)
    .select('effects.*');
  return rows.map(toUndoableEffect);
}

/** Settles an effect inside a transaction; see `EffectStore.settle`. */
export async function settleEffect(
  transaction: Knex.Transaction,
  { id }: UndoableEffect,
  change: SettleChange,
  now: Date,
): Promise<UndoableEffect | undefined> {
  const { status, url, reference, note, noteUrl, nextLookAt } = change;
  const query = transaction<EffectRow>('effects').where({
    id,
    status: 'intended',
  });
  whereFree(query, now);
  const rows: EffectRow[] = await query
    .update({
      status,
      ...(url !== undefined && { url }),
      ...(reference && { reference: JSON.stringify(reference) }),
      undo_note: toColumn(note),
      undo_url: toColumn(noteUrl),
      next_undo_at: toColumn(nextLookAt),
      attempt: null,
      lease_until: null,
      updated_at: now,
    })
    .returning('*');
  const [row] = rows;
  if (row && status === 'absent') {
    await freeName(transaction, row);
  }
  return row && toUndoableEffect(row);
}
