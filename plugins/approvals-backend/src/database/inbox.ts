import { Knex } from 'knex';

/**
 * Writes down anew for whom a request waits: everybody to whom a stage of it is
 * open and who has not voted, while it is pending.
 *
 * @remarks
 * To be called in the transaction that changes the request, its stages, their
 * approvers or its votes, and after the change. The request's row must be
 * locked by then, or two writers would each miss what the other does.
 */
export async function refreshInbox(
  tx: Knex.Transaction,
  requestId: string,
): Promise<void> {
  await tx('inbox').where({ request_id: requestId }).delete();
  await tx(
    tx.raw('?? (??, ??, ??)', [
      'inbox',
      'user_ref',
      'request_id',
      'created_at',
    ]),
  ).insert(
    tx('requests')
      .join('stages', 'stages.request_id', 'requests.id')
      .join('stage_approvers', 'stage_approvers.stage_id', 'stages.id')
      .where('requests.id', requestId)
      .where('requests.status', 'pending')
      .where('stages.status', 'open')
      .whereNotExists(voted =>
        voted
          .from('votes')
          .whereRaw('votes.request_id = requests.id')
          .whereRaw('votes.voter = stage_approvers.user_ref'),
      )
      .distinct(
        'stage_approvers.user_ref',
        'requests.id',
        'requests.created_at',
      ),
  );
}
