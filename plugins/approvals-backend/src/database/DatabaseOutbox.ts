import { randomUUID } from 'node:crypto';
import { Knex } from 'knex';
import {
  ANNOUNCEMENT,
  Announcement,
  Outbox,
  OutboxMessage,
  REQUEST_DECIDED,
} from './ApprovalsStore';

interface OutboxRow {
  id: string;
  kind: string;
  payload: string;
  attempts: number;
  next_attempt_at: string;
  delivered_at: string | null;
  last_error: string | null;
}

/**
 * Writes a message in the transaction that causes it.
 */
export async function writeToOutbox(
  tx: Knex.Transaction,
  message: { kind: string; payload: Record<string, string>; at: string },
): Promise<void> {
  await tx<OutboxRow>('outbox').insert({
    id: randomUUID(),
    kind: message.kind,
    payload: JSON.stringify(message.payload),
    attempts: 0,
    next_attempt_at: message.at,
  });
}

/**
 * Has something told to people, once the transaction that causes it holds.
 */
export async function announce(
  tx: Knex.Transaction,
  options: {
    event: Announcement['event'];
    requestId: string;
    stage?: { id: string };
    at: string;
  },
): Promise<void> {
  const { event, requestId, stage, at } = options;
  await writeToOutbox(tx, {
    kind: ANNOUNCEMENT,
    payload: { event, requestId, ...(stage && { stageId: stage.id }) },
    at,
  });
}

/** The outbox in SQL. */
export class DatabaseOutbox implements Outbox {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** {@inheritdoc Outbox.listDue} */
  async listDue(
    now: string,
    limit: number,
    who?: 'people' | 'plugins',
  ): Promise<OutboxMessage[]> {
    const due = this.#knex<OutboxRow>('outbox')
      .whereNull('delivered_at')
      .andWhere('next_attempt_at', '<=', now);
    if (who) {
      due.andWhere('kind', who === 'people' ? '=' : '<>', ANNOUNCEMENT);
    }
    const rows = await due
      // A run that waits goes before people who read later.
      .orderByRaw('case kind when ? then 0 else 1 end', [REQUEST_DECIDED])
      .orderBy('next_attempt_at')
      .limit(limit);
    return rows.map(({ id, kind, payload, attempts }) => ({
      id,
      kind,
      payload: JSON.parse(payload),
      attempts,
    }));
  }

  /** {@inheritdoc Outbox.claim} */
  async claim(message: OutboxMessage, until: string): Promise<boolean> {
    const { id, attempts } = message;
    const claimed = await this.#knex<OutboxRow>('outbox')
      .where({ id, attempts })
      .whereNull('delivered_at')
      .update({ attempts: attempts + 1, next_attempt_at: until });
    return claimed === 1;
  }

  /** {@inheritdoc Outbox.markDelivered} */
  async markDelivered(id: string, at: string): Promise<void> {
    await this.#knex<OutboxRow>('outbox')
      .where({ id })
      .update({ delivered_at: at, last_error: null });
  }

  /** {@inheritdoc Outbox.markFailed} */
  async markFailed(
    id: string,
    error: string,
    nextAttemptAt: string,
  ): Promise<void> {
    await this.#knex<OutboxRow>('outbox')
      .where({ id })
      .whereNull('delivered_at')
      .update({ last_error: error, next_attempt_at: nextAttemptAt });
  }

  /** {@inheritdoc Outbox.deleteDelivered} */
  async deleteDelivered(before: string): Promise<void> {
    await this.#knex<OutboxRow>('outbox')
      .where('delivered_at', '<', before)
      .delete();
  }
}
