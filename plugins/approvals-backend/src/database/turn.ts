import { Knex } from 'knex';

/** Actor of what follows from other events by itself. */
export const SELF = 'approvals';

/** Adds a line to the history of a request. */
export async function writeHistory(
  tx: Knex.Transaction,
  entry: {
    requestId: string;
    at: string;
    actor: string;
    event: string;
    detail?: string;
  },
): Promise<void> {
  await tx('request_history').insert({
    request_id: entry.requestId,
    at: entry.at,
    actor: entry.actor,
    event: entry.event,
    detail: entry.detail,
  });
}

/**
 * Takes the turn of a pending request: until the transaction ends, nobody
 * else can change it, its stages or its votes.
 *
 * @remarks
 * PostgreSQL lets concurrent transactions wait at this update and then see
 * the new status; SQLite has one writer anyway.
 */
export async function lockPending(
  tx: Knex.Transaction,
  requestId: string,
): Promise<boolean> {
  const locked = await tx('requests')
    .where({ id: requestId, status: 'pending' })
    .increment('revision', 1);
  return locked === 1;
}

/**
 * Keeps others from changing a request, decided or not, until the transaction
 * ends.
 */
export async function lockRequest(
  tx: Knex.Transaction,
  requestId: string,
): Promise<void> {
  await tx('requests').where({ id: requestId }).increment('revision', 1);
}
