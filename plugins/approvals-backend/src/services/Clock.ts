import { Knex } from 'knex';

/**
 * Where time comes from: one clock for every replica, replaced in tests.
 */
export interface Clock {
  now(): Promise<Date>;
}

/**
 * Reads the database's time, so that replicas whose clocks differ agree.
 *
 * @remarks
 * Must not be asked inside a transaction: SQLite has one connection.
 */
export class DatabaseClock implements Clock {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** {@inheritdoc Clock.now} */
  async now(): Promise<Date> {
    const epochMilliseconds =
      this.#knex.client.config.client === 'pg'
        ? 'extract(epoch from clock_timestamp()) * 1000'
        : "(julianday('now') - 2440587.5) * 86400000";
    const [{ now }] = await this.#knex.select({
      now: this.#knex.raw(epochMilliseconds),
    });
    return new Date(Math.round(Number(now)));
  }
}
