import { Knex } from 'knex';
import { approversOf, RequestCursor, UndecidedStage } from './ApprovalsStore';
import { ApproverRow, RequestRow, StageRow } from './rows';

/** The stored JSON of who a stage escalates to, which lists don't need. */
type EscalatingRow = StageRow & { escalate_to: string };

/**
 * Reads the undecided stages of one page of pending requests; see
 * `ApprovalsStore.listUndecidedStages`.
 */
export async function listUndecidedStages(
  knex: Knex,
  page: { limit: number; after?: RequestCursor },
): Promise<{ stages: UndecidedStage[]; next?: RequestCursor }> {
  const requests = await readRequests(knex, page);
  const last = requests.at(-1);
  return {
    stages: await readStages(knex, requests),
    next:
      last && requests.length === page.limit
        ? { createdAt: last.created_at, id: last.id }
        : undefined,
  };
}

async function readRequests(
  knex: Knex,
  { limit, after }: { limit: number; after?: RequestCursor },
) {
  const query = knex<RequestRow>('requests')
    .where({ status: 'pending' })
    .orderBy(['created_at', 'id'])
    .limit(limit);
  if (after) {
    // As a pair, which goes along the index; as two comparisons it does not.
    query.andWhereRaw('(created_at, id) > (?, ?)', [after.createdAt, after.id]);
  }
  return query.select('id', 'requester', 'created_at');
}

async function readStages(
  knex: Knex,
  requests: Pick<RequestRow, 'id' | 'requester'>[],
): Promise<UndecidedStage[]> {
  const requesters = new Map(
    requests.map(({ id, requester }) => [id, requester]),
  );
  // By request alone: told the status as well, SQLite would go through all
  // that is open instead.
  const all: EscalatingRow[] = await knex<EscalatingRow>('stages')
    .whereIn('request_id', [...requesters.keys()])
    .select();
  const rows = all.filter(({ status }) => ['open', 'waiting'].includes(status));
  const approvers = await knex<ApproverRow>('stage_approvers')
    .whereIn(
      'stage_id',
      rows.map(({ id }) => id),
    )
    .select('stage_id', 'user_ref');
  const eligible = new Map<string, string[]>();
  for (const { stage_id, user_ref } of approvers) {
    eligible.set(stage_id, [...(eligible.get(stage_id) ?? []), user_ref]);
  }
  return rows.map(row => ({
    stageId: row.id,
    approvers: approversOf({
      approvers: JSON.parse(row.approvers),
      escalateTo: JSON.parse(row.escalate_to),
      escalatedAt: row.escalated_at ?? undefined,
    }),
    requester: requesters.get(row.request_id) ?? '',
    // Sorted here: databases differ in how they order text.
    eligible: (eligible.get(row.id) ?? []).sort(),
    unresolved: row.unresolved ?? undefined,
  }));
}
