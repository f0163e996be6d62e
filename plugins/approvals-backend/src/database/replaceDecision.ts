import { Calendar } from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';
import { DecisionRecord, NewRequest } from './ApprovalsStore';
import { DecisionRow, fromDecision, RequestRow } from './rows';
import { closePending, insertRequest } from './transitions';

/**
 * Puts the decision of a review in the place of another; see
 * `ApprovalsStore.replaceDecision`.
 */
export async function replaceDecision(
  tx: Knex.Transaction,
  review: {
    replaced: DecisionRecord;
    decision: DecisionRecord;
    request?: NewRequest;
  },
  calendar: Calendar,
): Promise<boolean> {
  const { replaced, decision, request } = review;
  const { id, createdAt: at } = decision;
  const changed = await tx<DecisionRow>('decisions')
    .where({ id: replaced.id })
    .whereNull('replaced_by')
    .update({ replaced_by: id });
  if (changed !== 1) {
    return false;
  }
  await tx('decisions').insert(fromDecision(decision));
  const pending = await tx<RequestRow>('requests')
    .where({ decision_id: replaced.id, status: 'pending' })
    .first();
  const comment = 'Policy was asked again, and this decision counts no more.';
  if (
    pending &&
    (await closePending(tx, { requestId: pending.id, comment, at }, calendar))
  ) {
    await tx<RequestRow>('requests')
      .where({ id: pending.id })
      .update({ superseded_by: id });
  }
  if (request) {
    await insertRequest(tx, request, calendar);
  }
  return true;
}
