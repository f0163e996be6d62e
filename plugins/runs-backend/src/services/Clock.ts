import { Knex } from 'knex';

/** The time that all replicas share. */
export interface Clock {
  now(): Promise<Date>;
}

/** Reads the database's clock; on SQLite that is the machine's own. */
export class DatabaseClock implements Clock {
  readonly #database: Knex;

  private constructor(database: Knex) {
    this.#database = database;
  }

  static create(database: Knex): DatabaseClock {
    return new DatabaseClock(database);
  }

  async now(): Promise<Date> {
    if (this.#database.client.config.client !== 'pg') {
      return new Date();
    }
    const { rows } = await this.#database.raw<{ rows: { now: Date }[] }>(
      'select clock_timestamp() as now',
    );
    return rows[0].now;
  }
}
