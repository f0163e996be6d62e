import { InputError } from '@backstage/errors';
import { RunStatus } from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import { RunRow } from './runRows';
import { RunQuery, StoredRun } from './RunStore';

type Query = Knex.QueryBuilder<RunRow>;

/** Narrows a query of `runs` down to the status that people see. */
function whereStatus(query: Query, status: RunStatus): void {
  const waits = (condition: 'any' | 'attention' | 'parked' | 'resuming') =>
    function exists(this: Knex.QueryBuilder) {
      const suspensions = this.from('suspensions')
        .select('suspensions.id')
        .whereRaw('suspensions.task_id = runs.task_id');
      switch (condition) {
        case 'attention':
          suspensions
            .whereIn('status', ['parking', 'parked', 'resuming'])
            .whereNotNull('attention');
          break;
        case 'parked':
          suspensions
            .whereIn('status', ['parking', 'parked'])
            .whereNull('attention');
          break;
        case 'resuming':
          suspensions.where({ status: 'resuming' }).whereNull('attention');
          break;
        default:
          suspensions.whereIn('status', ['parking', 'parked', 'resuming']);
      }
    };
  switch (status) {
    case 'queued':
      query
        .where({ phase: 'active', task_status: 'open' })
        .whereNotExists(waits('any'));
      return;
    case 'running':
      query
        .where({ phase: 'active' })
        .where(running =>
          running
            .whereExists(waits('resuming'))
            .orWhere(processing =>
              processing
                .where(seen =>
                  seen
                    .where({ task_status: 'processing' })
                    .orWhereNull('task_status'),
                )
                .whereNotExists(waits('any')),
            ),
        );
      return;
    case 'waiting':
      query.where({ phase: 'active' }).whereExists(waits('parked'));
      return;
    case 'needs-attention':
      query.where(attention =>
        attention
          .whereIn('phase', ['held', 'rollback-failed'])
          .orWhere(active =>
            active.where({ phase: 'active' }).whereExists(waits('attention')),
          ),
      );
      return;
    default:
      query.where({ phase: status });
  }
}

/** Adds every condition of a list but its cursor. */
export function applyRunQuery(query: Query, wanted: RunQuery): Query {
  const { requester, teams, entityRef, status, templateRef, text } = wanted;
  if (requester !== undefined) {
    query.where({ requester });
  }
  if (teams !== undefined) {
    query.whereIn('team', teams);
  }
  if (templateRef !== undefined) {
    query.where({ template_ref: templateRef });
  }
  if (entityRef !== undefined) {
    query.whereIn('task_id', entities =>
      entities
        .from('run_entities')
        .select('task_id')
        .where({ entity_ref: entityRef }),
    );
  }
  if (text) {
    const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    query.whereRaw("lower(title) like ? escape '\\'", [pattern]);
  }
  if (status !== undefined) {
    whereStatus(query, status);
  }
  return query;
}

/** Where the next page begins. */
export function toCursor({
  createdAt,
  taskId,
}: Pick<StoredRun, 'createdAt' | 'taskId'>): string {
  return Buffer.from(JSON.stringify([createdAt.getTime(), taskId])).toString(
    'base64url',
  );
}

/**
 * Goes on behind the last row of the page before.
 *
 * @param idColumn - what tells rows of the same time apart
 * @throws InputError - the cursor is not one of ours
 */
export function applyCursor<T extends Knex.QueryBuilder>(
  query: T,
  cursor: string,
  idColumn: string = 'task_id',
): T {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    value = undefined;
  }
  if (
    !Array.isArray(value) ||
    typeof value[0] !== 'number' ||
    typeof value[1] !== 'string'
  ) {
    throw new InputError('The cursor is not one of this list');
  }
  const [time, id] = value;
  const createdAt = new Date(time);
  query.where(behind =>
    behind
      .where('created_at', '<', createdAt)
      .orWhere(same =>
        same.where({ created_at: createdAt }).where(idColumn, '<', id),
      ),
  );
  return query;
}
