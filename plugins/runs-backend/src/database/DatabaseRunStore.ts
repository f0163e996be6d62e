import { randomUUID } from 'node:crypto';
import { RegisterRun, RunRecord } from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import { OutboxMessage, RunStore } from './RunStore';
import { toColumn, toDate } from './values';

interface RunRow {
  task_id: string;
  template_ref: string | null;
  requester: string | null;
  /** SQLite gives 0 or 1. */
  authorised: boolean | number;
  secret_names: string;
  cancelled_at: Date | number | null;
  created_at: Date | number;
}

interface OutboxRow {
  id: string;
  kind: string;
  task_id: string;
  attempts: number;
  next_attempt_at: Date | number;
  created_at: Date | number;
}

/**
 * Marks a run as cancelled and writes the message that tells so, as a part
 * of the transaction that cancels its suspension.
 */
export async function markRunCancelled(
  transaction: Knex.Transaction,
  taskId: string,
  now: Date,
): Promise<void> {
  await transaction<RunRow>('runs')
    .where({ task_id: taskId })
    .whereNull('cancelled_at')
    .update({ cancelled_at: now });
  await transaction<OutboxRow>('outbox')
    .insert({
      id: randomUUID(),
      kind: 'run.cancelled',
      task_id: taskId,
      attempts: 0,
      next_attempt_at: now,
      created_at: now,
    })
    .onConflict(['kind', 'task_id'])
    .ignore();
}

/** {@inheritdoc RunStore} */
export class DatabaseRunStore implements RunStore {
  readonly #database: Knex;

  private constructor(database: Knex) {
    this.#database = database;
  }

  static create(database: Knex): DatabaseRunStore {
    return new DatabaseRunStore(database);
  }

  async register(
    taskId: string,
    run: RegisterRun,
    now: Date,
  ): Promise<RunRecord> {
    return this.#database.transaction(async transaction => {
      await transaction<RunRow>('runs')
        .insert({
          task_id: taskId,
          template_ref: toColumn(run.templateRef),
          requester: toColumn(run.requester),
          authorised: run.authorised,
          secret_names: JSON.stringify([...new Set(run.secretNames)].sort()),
          created_at: now,
        })
        .onConflict('task_id')
        .ignore();
      const row = await transaction<RunRow>('runs')
        .where({ task_id: taskId })
        .forUpdate()
        .first();
      const record = fromRunRow(row!);
      const merged: RunRecord = {
        ...record,
        authorised: record.authorised || run.authorised,
        secretNames: [
          ...new Set([...record.secretNames, ...run.secretNames]),
        ].sort(),
      };
      await transaction<RunRow>('runs')
        .where({ task_id: taskId })
        .update({
          authorised: merged.authorised,
          secret_names: JSON.stringify(merged.secretNames),
        });
      return merged;
    });
  }

  async find(taskId: string): Promise<RunRecord | undefined> {
    const row = await this.#runs().where({ task_id: taskId }).first();
    return row && fromRunRow(row);
  }

  async isCancelled(taskId: string): Promise<boolean> {
    const [run, suspension] = await Promise.all([
      this.#runs()
        .where({ task_id: taskId })
        .whereNotNull('cancelled_at')
        .first(),
      // A run may wait without having been registered.
      this.#database('suspensions')
        .where({ task_id: taskId, status: 'cancelled' })
        .first('id'),
    ]);
    return run !== undefined || suspension !== undefined;
  }

  async listOutbox(now: Date, limit: number): Promise<OutboxMessage[]> {
    const rows = await this.#outbox()
      .where('next_attempt_at', '<=', now)
      .orderBy(['created_at', 'id'])
      .limit(limit);
    return rows.map(({ id, kind, task_id, attempts }) => ({
      id,
      kind,
      taskId: task_id,
      attempts,
    }));
  }

  async removeMessage(id: string): Promise<void> {
    await this.#outbox().where({ id }).delete();
  }

  async postponeMessage(
    message: OutboxMessage,
    nextAttemptAt: Date,
  ): Promise<void> {
    await this.#outbox()
      .where({ id: message.id })
      .update({
        attempts: message.attempts + 1,
        next_attempt_at: nextAttemptAt,
      });
  }

  #runs() {
    return this.#database<RunRow>('runs');
  }

  #outbox() {
    return this.#database<OutboxRow>('outbox');
  }
}

function fromRunRow(row: RunRow): RunRecord {
  return {
    taskId: row.task_id,
    templateRef: row.template_ref ?? undefined,
    requester: row.requester ?? undefined,
    authorised: Boolean(row.authorised),
    secretNames: JSON.parse(row.secret_names),
    createdAt: toDate(row.created_at).toISOString(),
  };
}
