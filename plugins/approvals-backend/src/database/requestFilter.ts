import { PermissionCriteria } from '@backstage/plugin-permission-common';
import { Knex } from 'knex';
import { RequestCondition, RequestFilter } from './ApprovalsStore';

type Where = (builder: Knex.QueryBuilder) => void;

/** Escapes what `like` would take for a pattern. */
function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
}

/** Requests that wait for a person. */
function waitingFor(knex: Knex, userRef: string): Knex.QueryBuilder {
  // SQLite keeps the order of a cross join: along the index of the inbox, and
  // not through every pending request there is.
  return knex('inbox')
    .where('inbox.user_ref', userRef)
    .crossJoin(knex.raw('requests'))
    .whereRaw('requests.id = inbox.request_id');
}

function whereTeam(query: Knex.QueryBuilder, refs: string[]): void {
  query.whereIn('requests.id', concerned =>
    concerned.from('request_teams').whereIn('team', refs).select('request_id'),
  );
}

function whereCondition(
  query: Knex.QueryBuilder,
  { field, refs }: RequestCondition,
): void {
  switch (field) {
    case 'requester':
      query.whereIn('requests.requester', refs);
      break;
    case 'approver':
      query.whereIn('requests.id', decided =>
        decided
          .from('stage_approvers')
          .join('stages', 'stages.id', 'stage_approvers.stage_id')
          .whereIn('stage_approvers.user_ref', refs)
          .select('stages.request_id'),
      );
      break;
    default:
      whereTeam(query, refs);
  }
}

/** What a permission policy allows, as SQL. */
function toWhere(criteria: PermissionCriteria<RequestCondition>): Where {
  if ('allOf' in criteria) {
    return builder =>
      criteria.allOf.forEach(one => builder.andWhere(toWhere(one)));
  }
  if ('anyOf' in criteria) {
    return builder =>
      criteria.anyOf.forEach(one => builder.orWhere(toWhere(one)));
  }
  if ('not' in criteria) {
    return builder => builder.whereNot(toWhere(criteria.not));
  }
  return builder => whereCondition(builder, criteria);
}

/** A query of `requests`, narrowed down to a filter. */
function filteredRequests(
  knex: Knex,
  filter: Omit<RequestFilter, 'limit' | 'after'>,
): Knex.QueryBuilder {
  const { waitingFor: person, team, text, allowed, ...equal } = filter;
  const query: Knex.QueryBuilder =
    person === undefined ? knex('requests') : waitingFor(knex, person);
  for (const column of [
    'status',
    'requester',
    'environment',
    'risk',
  ] as const) {
    const value = equal[column];
    if (value !== undefined) {
      query.where(`requests.${column}`, value);
    }
  }
  if (team !== undefined) {
    whereTeam(query, [team]);
  }
  if (text !== undefined) {
    query.whereRaw("lower(requests.title) like ? escape '\\'", [
      containing(text),
    ]);
  }
  if (allowed) {
    query.andWhere(toWhere(allowed));
  }
  return query;
}

/** How many requests a filter lets through. */
export async function countFiltered(
  knex: Knex,
  filter: Omit<RequestFilter, 'limit' | 'after'>,
): Promise<number> {
  const { waitingFor: person, ...others } = filter;
  const isNarrowed = Object.values(others).some(value => value !== undefined);
  const query =
    person === undefined || isNarrowed
      ? filteredRequests(knex, filter)
      : knex('inbox').where('user_ref', person);
  const [{ count }] = await query.count({ count: '*' });
  return Number(count);
}

/** The newest of what a filter lets through, and older than a cursor. */
export function newestFiltered(
  knex: Knex,
  { limit, after, ...filter }: RequestFilter,
): Knex.QueryBuilder {
  const [createdAt, id] =
    filter.waitingFor === undefined
      ? ['requests.created_at', 'requests.id']
      : ['inbox.created_at', 'inbox.request_id'];
  const page = filteredRequests(knex, filter)
    .select('requests.*')
    .orderBy([
      { column: createdAt, order: 'desc' },
      { column: id, order: 'desc' },
    ])
    .limit(limit);
  if (after) {
    // As a pair, which goes along the index; as two comparisons it does not.
    page.andWhereRaw('(??, ??) < (?, ?)', [
      createdAt,
      id,
      after.createdAt,
      after.id,
    ]);
  }
  return page;
}
