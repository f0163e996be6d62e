import { ConflictError } from '@backstage/errors';
import {
  RegisterRun,
  RUN_PHASE_TRANSITIONS,
  RunPhase,
} from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import { OutboxRow, writeMessage } from './outboxRows';
import { applyCursor, applyRunQuery, toCursor } from './runQueries';
import { fromRunRow, RunRow, toRunColumns } from './runRows';
import {
  ImportedRun,
  OutboxMessage,
  RunChange,
  RunQuery,
  RunRows,
  RunStore,
  StoredRun,
} from './RunStore';
import { toColumn } from './values';

const DEFAULT_HOLD_HOURS = 24;
/** Phases that people are not told of. */
const SILENT: readonly RunPhase[] = ['active', 'rolling-back'];

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
  await writeMessage(transaction, taskId, 'run.cancelled', now);
}

/**
 * Has the sweep look at a run at once, as a part of the transaction that ends
 * its suspension.
 */
export async function markRunDue(
  transaction: Knex.Transaction,
  taskId: string,
  now: Date,
): Promise<void> {
  await transaction<RunRow>('runs')
    .where({ task_id: taskId })
    .update({ next_look_at: now });
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
  ): Promise<StoredRun> {
    return this.#database.transaction(async transaction => {
      await transaction<RunRow>('runs')
        .insert({
          task_id: taskId,
          authorised: run.authorised,
          secret_names: '[]',
          imported: true,
          task_status: 'processing',
          next_look_at: now,
          created_at: now,
        })
        .onConflict('task_id')
        .ignore();
      const row = await transaction<RunRow>('runs')
        .where({ task_id: taskId })
        .forUpdate()
        .first();
      const [merged] = await transaction<RunRow>('runs')
        .where({ task_id: taskId })
        .update(mergeRegistration(row!, run))
        .returning('*');
      for (const entityRef of new Set(run.entityRefs)) {
        await transaction('run_entities')
          .insert({ task_id: taskId, entity_ref: entityRef })
          .onConflict(['task_id', 'entity_ref'])
          .ignore();
      }
      return fromRunRow(merged);
    });
  }

  async import(taskId: string, run: ImportedRun, now: Date): Promise<void> {
    await this.#runs()
      .insert({
        task_id: taskId,
        template_ref: toColumn(run.templateRef),
        requester: toColumn(run.requester),
        title: toColumn(run.title),
        task_status: toColumn(run.taskStatus),
        authorised: false,
        secret_names: '[]',
        imported: true,
        next_look_at: now,
        created_at: run.createdAt,
      })
      .onConflict('task_id')
      .ignore();
    await this.#runs()
      .where({ task_id: taskId })
      .whereNull('title')
      .update({ title: toColumn(run.title) });
  }

  async find(taskId: string): Promise<StoredRun | undefined> {
    const row = await this.#runs().where({ task_id: taskId }).first();
    return row && fromRunRow(row);
  }

  async findAll(taskIds: string[]): Promise<StoredRun[]> {
    const rows = await this.#runs().whereIn('task_id', taskIds);
    return rows.map(fromRunRow);
  }

  async listEntities(taskId: string): Promise<string[]> {
    const rows = await this.#database('run_entities')
      .where({ task_id: taskId })
      .orderBy('entity_ref')
      .select('entity_ref');
    return rows.map(row => row.entity_ref);
  }

  async movePhase(
    current: StoredRun,
    change: RunChange,
    now: Date,
    tell?: readonly string[],
  ): Promise<StoredRun | undefined> {
    const { phase = current.phase } = change;
    const moves = phase !== current.phase;
    if (moves && !RUN_PHASE_TRANSITIONS[current.phase].includes(phase)) {
      throw new ConflictError(
        `Run ${current.taskId} is ${current.phase} and can't become ${phase}`,
      );
    }
    return this.#database.transaction(async transaction => {
      const rows = await transaction<RunRow>('runs')
        .where({
          task_id: current.taskId,
          phase: current.phase,
          version: current.version,
        })
        .update({
          ...toRunColumns(
            moves && phase === 'cancelled'
              ? { cancelledAt: current.cancelledAt ?? now, ...change }
              : change,
          ),
          version: current.version + 1,
        })
        .returning('*');
      if (rows.length === 0) {
        return undefined;
      }
      for (const kind of messagesOf(current, change, tell)) {
        await writeMessage(transaction, current.taskId, kind, now);
      }
      return fromRunRow(rows[0]);
    });
  }

  async note(
    taskIds: string[],
    seen: Pick<RunChange, 'taskStatus' | 'nextLookAt'>,
    dueBy?: Date,
  ): Promise<void> {
    const query = this.#runs().whereIn('task_id', taskIds);
    if (dueBy) {
      query.where('next_look_at', '<=', dueBy);
    }
    await query.update(toRunColumns(seen));
  }

  async listByPhase(
    phases: readonly RunPhase[],
    { now, limit }: { now: Date; limit: number },
  ): Promise<StoredRun[]> {
    const rows = await this.#runs()
      .whereIn('phase', phases)
      .where('next_look_at', '<=', now)
      .where(lease =>
        lease.whereNull('lease_until').orWhere('lease_until', '<=', now),
      )
      .orderBy(['next_look_at', 'task_id'])
      .limit(limit);
    return rows.map(fromRunRow);
  }

  async list(query: RunQuery): Promise<RunRows> {
    const page = applyRunQuery(this.#runs(), query)
      .select<RunRow[]>('*')
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'task_id', order: 'desc' },
      ])
      .limit(query.limit + 1);
    if (query.cursor !== undefined) {
      applyCursor(page, query.cursor);
    }
    const [rows, [{ total }]] = await Promise.all([
      page,
      applyRunQuery(this.#runs(), query).count({ total: '*' }),
    ]);
    const items: StoredRun[] = rows.slice(0, query.limit).map(fromRunRow);
    const last = items.at(-1);
    return {
      items,
      total: Number(total),
      nextCursor:
        last && rows.length > query.limit ? toCursor(last) : undefined,
    };
  }

  async findClosed(taskId: string): Promise<RunPhase | undefined> {
    const [run, suspension] = await Promise.all([
      this.find(taskId),
      // A run may wait without having been registered.
      this.#database('suspensions')
        .where({ task_id: taskId, status: 'cancelled' })
        .first('id'),
    ]);
    if (run && run.phase !== 'active') {
      return run.phase;
    }
    return run?.cancelledAt || suspension ? 'cancelled' : undefined;
  }

  async tell(taskId: string, kind: string, now: Date): Promise<void> {
    await writeMessage(this.#database, taskId, kind, now);
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

/** Who has to know what a run has become. */
function messagesOf(
  current: StoredRun,
  { phase = current.phase, cancelledAt }: RunChange,
  tell: readonly string[] | undefined,
): Set<string> {
  const moves = phase !== current.phase;
  const silent = !moves || SILENT.includes(phase);
  const messages = new Set(tell ?? (silent ? [] : [`notify.${phase}`]));
  const isCancelled = cancelledAt !== undefined || phase === 'cancelled';
  if (isCancelled && !current.cancelledAt) {
    messages.add('run.cancelled');
  }
  if (moves && phase === 'rolling-back') {
    messages.add('run.rolled-back');
  }
  if (moves && phase === 'completed') {
    messages.add('run.completed');
  }
  return messages;
}

/** What stands is kept, unless it was only imported. */
function mergeRegistration(row: RunRow, run: RegisterRun): Partial<RunRow> {
  const isFirst = Boolean(row.imported);
  const { templateRef, requester } = run;
  const first = <T>(standing: T | null, said: T | undefined): T | null =>
    isFirst ? said ?? standing : standing ?? said ?? null;
  const names = [...JSON.parse(row.secret_names), ...run.secretNames];
  return {
    imported: false,
    template_ref: first(row.template_ref, templateRef),
    requester: first(row.requester, requester),
    team: first(row.team, run.team),
    authorised: (!isFirst && Boolean(row.authorised)) || run.authorised,
    secret_names: JSON.stringify([...new Set(names)].sort()),
    ...(isFirst && {
      on_failure: run.onFailure ?? 'hold',
      hold_hours: run.holdHours ?? DEFAULT_HOLD_HOURS,
    }),
  };
}
