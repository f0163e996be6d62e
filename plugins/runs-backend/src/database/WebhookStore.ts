import { Knex } from 'knex';

/** Which deliveries came in, so that each is heeded once. */
export class WebhookStore {
  readonly #database: Knex;

  private constructor(database: Knex) {
    this.#database = database;
  }

  static create(database: Knex): WebhookStore {
    return new WebhookStore(database);
  }

  /**
   * Notes a delivery.
   *
   * @returns whether it is new; false for one that came before
   */
  async note(
    receiver: string,
    deliveryId: string,
    now: Date,
  ): Promise<boolean> {
    const rows = await this.#database('webhook_deliveries')
      .insert({ receiver, delivery_id: deliveryId, received_at: now })
      .onConflict(['receiver', 'delivery_id'])
      .ignore()
      .returning('delivery_id');
    return rows.length > 0;
  }

  /** Takes a note back: what the delivery told was not heeded. */
  async forget(receiver: string, deliveryId: string): Promise<void> {
    await this.#database('webhook_deliveries')
      .where({ receiver, delivery_id: deliveryId })
      .delete();
  }

  /** Forgets deliveries from before this time. */
  async deleteBefore(time: Date): Promise<void> {
    await this.#database('webhook_deliveries')
      .where('received_at', '<', time)
      .delete();
  }
}
