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

/** For how long the last answer is counted on from. */
const STEADY_MILLISECONDS = 1_000;

/**
 * Asks another clock at most once a second, and counts on from its answer:
 * for what looks at the time very often.
 */
export class SteadyClock implements Clock {
  readonly #clock: Clock;
  readonly #elapsed: () => number;
  #last: { at: number; time: Promise<Date> } | undefined;

  /** @param elapsed - milliseconds of a clock that never jumps; for tests */
  constructor(clock: Clock, elapsed: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#elapsed = elapsed;
  }

  /** {@inheritdoc Clock.now} */
  async now(): Promise<Date> {
    const asked = this.#elapsed();
    if (!this.#last || asked - this.#last.at > STEADY_MILLISECONDS) {
      this.#last = { at: asked, time: this.#clock.now() };
    }
    const { at, time } = this.#last;
    try {
      return new Date((await time).getTime() + Math.floor(asked - at));
    } catch (error) {
      this.#last = undefined;
      throw error;
    }
  }
}
