import { PermissionCriteria } from '@backstage/plugin-permission-common';
import { Knex } from 'knex';
import { RequestCondition, RequestFilter } from './ApprovalsStore';

type Where = (builder: Knex.QueryBuilder) => void;

/** Escapes what `like` would take for a pattern. */
function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
}

/**
 * Requests that wait for a person: pending, with a stage open to them, and no
 * vote of theirs yet.
 */
function waitingFor(knex: Knex, userRef: string): Knex.QueryBuilder {
  const open = knex('stage_approvers')
    .join('stages', 'stages.id', 'stage_approvers.stage_id')
    .where('stage_approvers.user_ref', userRef)
    .where('stage_approvers.undecided', true)
    .where('stages.status', 'open')
    .distinct('stages.request_id');
  const query: Knex.QueryBuilder = knex.from(open.as('open_requests'));
  // SQLite keeps the order of a cross join: the few open ones come first,
  // and not every pending request there is.
  return query
    .crossJoin(knex.raw('requests'))
    .whereRaw('requests.id = open_requests.request_id')
    .where('requests.status', 'pending')
    .whereNotExists(voted =>
      voted
        .from('votes')
        .whereRaw('votes.request_id = requests.id')
        .where('votes.voter', userRef),
    );
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
export function filteredRequests(
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
