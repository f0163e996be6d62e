import { randomUUID } from 'node:crypto';
import { Knex } from 'knex';
import {
  DeliveredMessage,
  DeliveryLane,
  DeliveryRecord,
  DeliveryStore,
  NewDelivery,
} from './DeliveryStore';
import { DeliveryRow, fromNewDelivery, toDelivery } from './deliveryRows';

const UNIQUE: (keyof DeliveryRow)[] = [
  'announcement_id',
  'recipient',
  'channel',
];
/** Rows of one statement: SQLite counts the values. */
const ROWS = 40;

/** The deliveries in SQL. */
export class DatabaseDeliveries implements DeliveryStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  #rows(): Knex.QueryBuilder<DeliveryRow> {
    return this.#knex<DeliveryRow>('deliveries');
  }

  /** {@inheritdoc DeliveryStore.add} */
  async add(deliveries: NewDelivery[]): Promise<void> {
    for (let start = 0; start < deliveries.length; start += ROWS) {
      await this.#rows()
        .insert(deliveries.slice(start, start + ROWS).map(fromNewDelivery))
        .onConflict(UNIQUE)
        .ignore();
    }
  }

  /** {@inheritdoc DeliveryStore.updateMessages} */
  async updateMessages(requestId: string, at: string): Promise<void> {
    const shown: DeliveryRow[] = await this.#rows()
      .where({ request_id: requestId, lane: 'chat' })
      .andWhere(sent =>
        sent
          .where(done =>
            done.where({ status: 'sent' }).whereNotNull('reference'),
          )
          // One that is being sent may show what was before.
          .orWhereNotNull('claimed_until'),
      );
    for (const row of shown) {
      const { thread } = toDelivery(row).reference ?? {};
      if (!thread) {
        await this.#updateMessage(row, at);
      }
    }
  }

  async #updateMessage(row: DeliveryRow, at: string): Promise<void> {
    await this.#knex('deliveries')
      .insert({
        ...fromNewDelivery({
          ...toDelivery(row),
          id: randomUUID(),
          announcementId: row.id,
          createdAt: at,
        }),
        lane: 'update',
      })
      .onConflict(UNIQUE)
      .merge({
        status: 'waiting',
        version: this.#knex.raw('deliveries.version + 1'),
        attempts: 0,
        error: null,
        next_attempt_at: at,
        changed_at: at,
      });
  }

  /** {@inheritdoc DeliveryStore.listDue} */
  async listDue(
    lane: DeliveryLane,
    now: string,
    limit: number,
    recipient?: string,
  ): Promise<DeliveryRecord[]> {
    const due = this.#knex('deliveries as due')
      .where('due.lane', lane)
      .whereIn('due.status', ['waiting', 'failed'])
      .andWhere('due.next_attempt_at', '<=', now)
      .whereNotExists(
        this.#knex('deliveries as busy')
          .select(this.#knex.raw('1'))
          .where('busy.lane', lane)
          .whereRaw('busy.recipient = due.recipient')
          .andWhere('busy.claimed_until', '>', now),
      )
      .select('due.*')
      .rowNumber('turn', order =>
        order.partitionBy('due.recipient').orderBy([
          { column: 'due.next_attempt_at', order: 'asc' },
          { column: 'due.seq', order: 'asc' },
        ]),
      );
    if (recipient !== undefined) {
      due.andWhere('due.recipient', recipient);
    }
    const rows: DeliveryRow[] = await this.#knex
      .from(due.as('turns'))
      .where('turn', 1)
      .orderBy(['next_attempt_at', 'seq'])
      .limit(limit)
      .select('*');
    return rows.map(toDelivery);
  }

  /** {@inheritdoc DeliveryStore.claim} */
  async claim(
    delivery: DeliveryRecord,
    until: string,
  ): Promise<DeliveryRecord | undefined> {
    const { id, claims, version } = delivery;
    const claimed = await this.#rows()
      .where({ id, claims, version })
      .whereIn('status', ['waiting', 'failed'])
      .update({
        claims: claims + 1,
        claimed_until: until,
        perhaps_sent: true,
        next_attempt_at: until,
      });
    return claimed === 1
      ? { ...delivery, claims: claims + 1, isClaimed: true }
      : undefined;
  }

  /** {@inheritdoc DeliveryStore.markSent} */
  async markSent(
    claimed: DeliveryRecord,
    { message, at }: { message?: DeliveredMessage; at: string },
  ): Promise<boolean> {
    return this.#settle(claimed, {
      status: 'sent',
      error: null,
      changed_at: at,
      ...(message && { provider: message.provider }),
      ...(message?.conversation && { reference: JSON.stringify(message) }),
    });
  }

  /** {@inheritdoc DeliveryStore.postpone} */
  async postpone(
    claimed: DeliveryRecord,
    options: { until: string; perhapsSent: boolean },
  ): Promise<void> {
    await this.#settle(claimed, {
      next_attempt_at: options.until,
      perhaps_sent: options.perhapsSent,
    });
  }

  /** {@inheritdoc DeliveryStore.markFailed} */
  async markFailed(
    claimed: DeliveryRecord,
    failure: { error: string; nextAttemptAt: string; at: string },
  ): Promise<void> {
    await this.#settle(claimed, {
      status: 'failed',
      attempts: claimed.attempts + 1,
      error: failure.error,
      next_attempt_at: failure.nextAttemptAt,
      changed_at: failure.at,
    });
  }

  /** {@inheritdoc DeliveryStore.giveUp} */
  async giveUp(
    claimed: DeliveryRecord,
    failure: { error: string; at: string; instead?: NewDelivery },
  ): Promise<void> {
    const { error, at, instead } = failure;
    // First, so that nothing is lost in between: nothing is added twice.
    await this.add(instead ? [instead] : []);
    await this.#settle(claimed, {
      status: 'given-up',
      attempts: claimed.attempts + 1,
      error,
      changed_at: at,
    });
  }

  /** {@inheritdoc DeliveryStore.remove} */
  async remove(claimed: DeliveryRecord): Promise<void> {
    const { id, claims, version } = claimed;
    await this.#rows().where({ id, claims, version }).delete();
  }

  /** {@inheritdoc DeliveryStore.find} */
  async find(id: string): Promise<DeliveryRecord | undefined> {
    const row: DeliveryRow | undefined = await this.#rows()
      .where({ id })
      .first();
    return row && toDelivery(row);
  }

  /** {@inheritdoc DeliveryStore.listOfRequest} */
  async listOfRequest(requestId: string): Promise<DeliveryRecord[]> {
    const rows: DeliveryRow[] = await this.#rows()
      .where({ request_id: requestId })
      .orderBy('seq');
    return rows.map(toDelivery);
  }

  /** {@inheritdoc DeliveryStore.retry} */
  async retry(id: string, at: string): Promise<boolean> {
    const changed = await this.#rows()
      .where({ id })
      .whereIn('status', ['failed', 'given-up'])
      .update({
        status: 'waiting',
        attempts: 0,
        error: null,
        next_attempt_at: at,
        changed_at: at,
      });
    return changed === 1;
  }

  /**
   * Ends a claim with what came of it.
   *
   * @returns whether the claim still held
   */
  async #settle(
    { id, claims, version }: DeliveryRecord,
    outcome: Partial<DeliveryRow>,
  ): Promise<boolean> {
    const settled = await this.#rows()
      .where({ id, claims, version })
      .update({ ...outcome, claimed_until: null });
    if (settled === 1) {
      return true;
    }
    // It has to be sent anew: what came of this attempt is of no interest.
    const released = await this.#rows()
      .where({ id, claims })
      .update({ claimed_until: null });
    return released === 1;
  }
}
