import { ConflictError } from '@backstage/errors';
import { Effect, ResourceStatus } from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import { EffectRow, toEffect, toUndoableEffect, UNDOABLE } from './effectRows';
import { UndoableEffect } from './EffectStore';
import { writeMessage } from './outboxRows';
import { applyResourceQuery } from './resourceQueries';
import {
  fromResourceRow,
  ResourceRow,
  ResourceRunRow,
  toNewRow,
  toResourceColumns,
} from './resourceRows';
import {
  NewResource,
  ResourceChange,
  ResourceQuery,
  ResourceRole,
  ResourceRows,
  ResourceStore,
  StoredResource,
} from './ResourceStore';
import { applyCursor, toCursor } from './runQueries';
import { toDate } from './values';

const TRANSITIONS: Record<ResourceStatus, readonly ResourceStatus[]> = {
  present: ['removing'],
  removing: ['removed', 'remove-failed'],
  removed: [],
  'remove-failed': ['removing'],
};

/** {@inheritdoc ResourceStore} */
export class DatabaseResourceStore implements ResourceStore {
  readonly #database: Knex;

  private constructor(database: Knex) {
    this.#database = database;
  }

  static create(database: Knex): DatabaseResourceStore {
    return new DatabaseResourceStore(database);
  }

  async insert(resource: NewResource, now: Date): Promise<void> {
    await this.#resources()
      .insert(toNewRow(resource, now))
      .onConflict('id')
      .ignore();
  }

  async find(id: string): Promise<StoredResource | undefined> {
    const row = await this.#resources().where({ id }).first();
    return row && fromResourceRow(row);
  }

  async findBySecret(path: string): Promise<StoredResource | undefined> {
    const row = await this.#resources()
      .whereIn('id', owners =>
        owners
          .from('effects')
          .where({ capability: 'secrets', kind: 'secret', name: path })
          .whereIn('status', UNDOABLE)
          .select('task_id'),
      )
      .orderBy('created_at', 'desc')
      .first();
    return row && fromResourceRow(row);
  }

  async findByRun(
    taskId: string,
    role: ResourceRole,
  ): Promise<StoredResource | undefined> {
    const row = await this.#resources()
      .whereIn('id', ids =>
        ids
          .from('resource_runs')
          .where({ task_id: taskId, role })
          .select('resource_id'),
      )
      .first();
    return row && fromResourceRow(row);
  }

  async move(
    current: StoredResource,
    change: ResourceChange,
    now: Date,
    more: Parameters<ResourceStore['move']>[3] = {},
  ): Promise<StoredResource | undefined> {
    const { id, status, version } = current;
    const { status: next = status } = change;
    if (next !== status && !TRANSITIONS[status].includes(next)) {
      throw new ConflictError(
        `Resource ${id} is ${status} and can't become ${next}`,
      );
    }
    return this.#database.transaction(async transaction => {
      const [row] = await transaction<ResourceRow>('resources')
        .where({ id, status, version })
        .update({
          ...toResourceColumns(change),
          version: version + 1,
          updated_at: now,
        })
        .returning('*');
      if (!row) {
        return undefined;
      }
      for (const kind of more.tell ?? []) {
        await writeMessage(transaction, id, kind, now);
      }
      if (more.run) {
        const { taskId, role } = more.run;
        await transaction<ResourceRunRow>('resource_runs')
          .insert({ task_id: taskId, role, resource_id: id, created_at: now })
          .onConflict(['task_id', 'role'])
          .ignore();
      }
      return fromResourceRow(row);
    });
  }

  async listRuns(id: string, roles: readonly ResourceRole[]) {
    const rows = await this.#database<ResourceRunRow>('resource_runs')
      .where({ resource_id: id })
      .whereIn('role', roles)
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'task_id', order: 'desc' },
      ]);
    return rows.map(({ task_id, role, created_at }) => ({
      taskId: task_id,
      role: role as ResourceRole,
      createdAt: toDate(created_at),
    }));
  }

  async listAccesses(id: string): Promise<StoredResource[]> {
    const secrets = await this.#effectsOf([id])
      .where('effects.capability', 'secrets')
      .where('effects.kind', 'secret');
    const paths = new Set(secrets.map(({ name }) => name));
    if (paths.size === 0) {
      return [];
    }
    const given = await this.#database<EffectRow>('effects')
      .where({ capability: 'secrets', kind: 'secret access' })
      .whereIn('status', UNDOABLE)
      .where(any => {
        for (const path of paths) {
          const pattern = path.replace(/[\\%_]/g, '\\$&');
          any.orWhereRaw("name like ? escape '\\'", [`${pattern} for %`]);
        }
      });
    const owners = given
      .map(toEffect)
      .filter(({ reference }) => paths.has(String(reference?.path)))
      .map(({ taskId }) => taskId);
    const rows = await this.#resources().whereIn('id', owners).whereNot({ id });
    return rows.map(fromResourceRow);
  }

  async listDue(now: Date, limit: number): Promise<StoredResource[]> {
    const rows = await this.#resources()
      .where('next_look_at', '<=', now)
      .where(lease =>
        lease.whereNull('lease_until').orWhere('lease_until', '<=', now),
      )
      .orderBy(['next_look_at', 'id'])
      .limit(limit);
    return rows.map(fromResourceRow);
  }

  async list(query: ResourceQuery): Promise<ResourceRows> {
    const page = applyResourceQuery(this.#resources(), query)
      .select<ResourceRow[]>('*')
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])
      .limit(query.limit + 1);
    if (query.cursor !== undefined) {
      applyCursor(page, query.cursor, 'id');
    }
    const totals = applyResourceQuery(this.#resources(), query).select<
      { total: number | string; cost: number | null }[]
    >(
      this.#database.raw('count(*) as total'),
      this.#database.raw('sum(monthly_cost) as cost'),
    );
    const [rows, [{ total, cost }]] = await Promise.all([page, totals]);
    const items: StoredResource[] = rows
      .slice(0, query.limit)
      .map(fromResourceRow);
    const last = items.at(-1);
    return {
      items,
      total: Number(total),
      monthlyCost: cost === null ? undefined : Number(cost),
      nextCursor:
        last && rows.length > query.limit
          ? toCursor({ createdAt: last.createdAt, taskId: last.id })
          : undefined,
    };
  }

  async listEffects(
    ids: string[],
  ): Promise<{ resourceId: string; effect: Effect }[]> {
    const rows = await this.#effectsOf(ids).orderBy([
      'effects.created_at',
      'effects.id',
    ]);
    return rows.map(row => ({
      resourceId: row.resource_id,
      effect: toEffect(row),
    }));
  }

  async listLive(id: string): Promise<UndoableEffect[]> {
    const rows = await this.#effectsOf([id])
      .whereIn('effects.status', UNDOABLE)
      .orderBy([
        { column: 'effects.created_at', order: 'desc' },
        { column: 'effects.id', order: 'desc' },
      ]);
    return rows.map(toUndoableEffect);
  }

  async listEntities(ids: string[]): Promise<Map<string, string[]>> {
    const rows: { task_id: string; entity_ref: string }[] =
      await this.#database('run_entities')
        .whereIn('task_id', ids)
        .orderBy('entity_ref');
    const entities = new Map<string, string[]>(ids.map(id => [id, []]));
    for (const { task_id, entity_ref } of rows) {
      entities.get(task_id)?.push(entity_ref);
    }
    return entities;
  }

  /** Of the run that made each, and of those that changed it. */
  #effectsOf(
    ids: string[],
  ): Knex.QueryBuilder<EffectRow, (EffectRow & { resource_id: string })[]> {
    const runs = this.#database('resources')
      .whereIn('id', ids)
      .select('id as resource_id', 'id as task_id')
      .union(
        this.#database('resource_runs')
          .whereIn('resource_id', ids)
          .where({ role: 'change' })
          .select('resource_id', 'task_id'),
      )
      .as('parts');
    return this.#database<EffectRow>('effects')
      .join(runs, 'parts.task_id', 'effects.task_id')
      .select('effects.*', 'parts.resource_id');
  }

  #resources() {
    return this.#database<ResourceRow>('resources');
  }
}
