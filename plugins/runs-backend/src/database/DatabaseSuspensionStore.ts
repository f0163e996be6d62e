import { randomUUID } from 'node:crypto';
import { ConflictError } from '@backstage/errors';
import {
  SUSPENSION_TRANSITIONS,
  SuspensionStatus,
  Wait,
} from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import { markRunCancelled, markRunDue } from './DatabaseRunStore';
import { fromRow, SuspensionRow, toColumns } from './suspensionRows';
import {
  StoredSuspension,
  SuspensionChange,
  SuspensionKey,
  SuspensionStore,
} from './SuspensionStore';
import { toDate } from './values';

/** What can still be resumed. */
const WAITING: SuspensionStatus[] = ['parking', 'parked'];

/** {@inheritdoc SuspensionStore} */
export class DatabaseSuspensionStore implements SuspensionStore {
  readonly #database: Knex;

  private constructor(database: Knex) {
    this.#database = database;
  }

  static create(database: Knex): DatabaseSuspensionStore {
    return new DatabaseSuspensionStore(database);
  }

  async find(key: SuspensionKey): Promise<StoredSuspension | undefined> {
    const row = await this.#table()
      .where({
        task_id: key.taskId,
        step_id: key.stepId,
        input_digest: key.inputDigest,
      })
      .first();
    return row && fromRow(row);
  }

  async get(id: string): Promise<StoredSuspension | undefined> {
    const row = await this.#table().where({ id }).first();
    return row && fromRow(row);
  }

  async listByTask(taskId: string): Promise<StoredSuspension[]> {
    const rows = await this.#table()
      .where({ task_id: taskId })
      .orderBy(['created_at', 'id']);
    return rows.map(fromRow);
  }

  async listNewest(taskIds: string[]): Promise<StoredSuspension[]> {
    const rows = await this.#table()
      .whereIn('task_id', taskIds)
      .orderBy(['suspended_at', 'created_at', 'id']);
    const newest = new Map(rows.map(row => [row.task_id, fromRow(row)]));
    return [...newest.values()];
  }

  async insert(
    suspension: Omit<StoredSuspension, 'id' | 'version'>,
  ): Promise<StoredSuspension | undefined> {
    const { taskId, stepId, inputDigest, createdAt, ...rest } = suspension;
    const rows: SuspensionRow[] = await this.#table()
      .insert({
        id: randomUUID(),
        task_id: taskId,
        step_id: stepId,
        input_digest: inputDigest,
        created_at: createdAt,
        version: 1,
        ...toColumns(rest),
      })
      .onConflict(['task_id', 'step_id', 'input_digest'])
      .ignore()
      .returning('*');
    return rows.map(fromRow).at(0);
  }

  async transition(
    current: StoredSuspension,
    change: SuspensionChange,
    now: Date,
  ): Promise<StoredSuspension | undefined> {
    const { status = current.status } = change;
    if (
      status !== current.status &&
      !SUSPENSION_TRANSITIONS[current.status].includes(status)
    ) {
      throw new ConflictError(
        `A suspension that is ${current.status} can't become ${status}`,
      );
    }
    const ends = status === 'resumed' || status === 'cancelled';
    return this.#database.transaction(async transaction => {
      const rows = await transaction<SuspensionRow>('suspensions')
        .where({
          id: current.id,
          status: current.status,
          version: current.version,
        })
        .update({
          ...toColumns({
            ...change,
            ...(ends && {
              sealedSecrets: undefined,
              attention: undefined,
              nextAttemptAt: undefined,
              leaseUntil: undefined,
            }),
            updatedAt: now,
          }),
          version: current.version + 1,
        })
        .returning('*');
      if (rows.length > 0 && status === 'cancelled') {
        await markRunCancelled(transaction, current.taskId, now);
      }
      if (rows.length > 0 && ends) {
        await markRunDue(transaction, current.taskId, now);
      }
      return rows.map(fromRow).at(0);
    });
  }

  async postpone(
    current: StoredSuspension,
    nextAttemptAt: Date,
    now: Date,
  ): Promise<void> {
    await this.#table()
      .where({ id: current.id, version: current.version })
      .update({
        next_attempt_at: nextAttemptAt,
        attempts: current.attempts + 1,
        lease_until: null,
        updated_at: now,
      });
  }

  async signal(wait: Wait, now: Date): Promise<string[]> {
    // Two commits, in this order: whoever suspends looks for the signal after
    // its own commit, so one of the two sees the other.
    await this.#database('signals')
      .insert({ kind: wait.kind, ref: wait.ref, created_at: now })
      .onConflict(['kind', 'ref'])
      .merge(['created_at']);
    const rows = await this.#table()
      .where({ wait_kind: wait.kind, wait_ref: wait.ref })
      .whereIn('status', WAITING)
      .whereNull('signalled_at')
      .update({ signalled_at: now, next_attempt_at: null, updated_at: now })
      .returning('id');
    return rows.map(({ id }) => id);
  }

  async findSignal(wait: Wait): Promise<Date | undefined> {
    const row = await this.#database('signals')
      .where({ kind: wait.kind, ref: wait.ref })
      .first('created_at');
    return row && toDate(row.created_at);
  }

  async matchSignals(now: Date, since?: Date): Promise<string[]> {
    // SQLite keeps the order of a cross join: the few signals come first, and
    // not everything that waits.
    const missed: Knex.QueryBuilder = this.#database('signals')
      .crossJoin(this.#database.raw('suspensions'))
      .whereRaw('suspensions.wait_kind = signals.kind')
      .whereRaw('suspensions.wait_ref = signals.ref')
      // A wait that was over, and is not any more, is not over twice.
      .whereRaw(
        '(suspensions.resumed_at is null or suspensions.resumed_at < signals.created_at)',
      )
      .whereNull('suspensions.signalled_at')
      .select('suspensions.id');
    if (since) {
      missed.where('signals.created_at', '>=', since);
    }
    const ids: string[] = (await missed).map(({ id }: { id: string }) => id);
    if (ids.length === 0) {
      return [];
    }
    const rows = await this.#table()
      .whereIn('id', ids)
      .whereIn('status', WAITING)
      .whereNull('signalled_at')
      .update({ signalled_at: now, next_attempt_at: null, updated_at: now })
      .returning('id');
    return rows.map(({ id }) => id);
  }

  async deleteSignalsBefore(time: Date): Promise<void> {
    await this.#database('signals').where('created_at', '<', time).delete();
  }

  async listDue(now: Date, limit: number): Promise<string[]> {
    const isDue = (query: Knex.QueryBuilder) =>
      query
        .where(time =>
          time
            .whereNull('next_attempt_at')
            .orWhere('next_attempt_at', '<=', now),
        )
        .where(lease =>
          lease.whereNull('lease_until').orWhere('lease_until', '<=', now),
        )
        .select('id', 'updated_at');
    // Two lists, each short: of those that are parked, and may be very many,
    // only those whose wait is over.
    const moving = this.#table().whereIn('status', ['parking', 'resuming']);
    const over = this.#table()
      .where({ status: 'parked' })
      .whereNotNull('signalled_at');
    const rows: Pick<SuspensionRow, 'id'>[] = await isDue(moving)
      .unionAll([isDue(over)])
      .orderBy(['updated_at', 'id'])
      .limit(limit);
    return rows.map(({ id }) => id);
  }

  async listAwaited(
    kind: string,
    { limit, after }: { limit: number; after?: string },
  ): Promise<string[]> {
    const query = this.#table()
      .where({ wait_kind: kind, status: 'parked' })
      .whereNull('signalled_at')
      .distinct('wait_ref')
      .orderBy('wait_ref')
      .limit(limit);
    if (after !== undefined) {
      query.andWhere('wait_ref', '>', after);
    }
    const rows = await query;
    return rows.map(row => row.wait_ref);
  }

  async listAwaitedAbout(kind: string, subject: string): Promise<string[]> {
    return this.#table()
      .where({ wait_kind: kind, wait_subject: subject })
      .whereIn('status', ['parking', 'parked'])
      .whereNull('signalled_at')
      .distinct()
      .pluck('wait_ref');
  }

  async listUnchecked(before: Date, limit: number): Promise<string[]> {
    const rows = await this.#table()
      .where({ status: 'parked' })
      .where('checked_at', '<=', before)
      .orderBy('checked_at')
      .limit(limit)
      .select('id');
    return rows.map(({ id }) => id);
  }

  async markChecked(id: string, now: Date): Promise<void> {
    await this.#table().where({ id }).update({ checked_at: now });
  }

  #table() {
    return this.#database<SuspensionRow>('suspensions');
  }
}
