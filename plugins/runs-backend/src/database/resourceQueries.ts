import { Knex } from 'knex';
import { ResourceRow } from './resourceRows';
import { ResourceQuery } from './ResourceStore';

/** Adds every condition of a list but its cursor. */
export function applyResourceQuery(
  query: Knex.QueryBuilder<ResourceRow>,
  wanted: ResourceQuery,
): Knex.QueryBuilder<ResourceRow> {
  const { requester, teams, of, entityRef, kind, status, text } = wanted;
  if (requester !== undefined) {
    query.where({ requester });
  }
  if (teams !== undefined) {
    query.whereIn('team', teams);
  }
  if (of !== undefined) {
    query.where(either =>
      either.where({ requester: of.requester }).orWhereIn('team', of.teams),
    );
  }
  if (entityRef !== undefined) {
    query.whereIn('id', entities =>
      entities
        .from('run_entities')
        .select('task_id')
        .where({ entity_ref: entityRef }),
    );
  }
  if (kind !== undefined) {
    query.where({ kind });
  }
  if (status === undefined) {
    query.whereNot({ status: 'removed' });
  } else {
    query.where({ status });
  }
  if (text) {
    const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    query.where(either =>
      either
        .whereRaw("lower(title) like ? escape '\\'", [pattern])
        .orWhereRaw("lower(name) like ? escape '\\'", [pattern]),
    );
  }
  return query;
}
