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
 *
 * @remarks
 * It never goes back, however long an answer takes: it counts from the moment
 * at which the answer was there, and so is a little late and never early.
 */
export class SteadyClock implements Clock {
  readonly #clock: Clock;
  readonly #elapsed: () => number;
  #last: { asked: number; answer: Promise<Answer> } | undefined;

  /** @param elapsed - milliseconds of a clock that never jumps; for tests */
  constructor(clock: Clock, elapsed: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#elapsed = elapsed;
  }

  /** {@inheritdoc Clock.now} */
  async now(): Promise<Date> {
    const asked = this.#elapsed();
    if (!this.#last || asked - this.#last.asked > STEADY_MILLISECONDS) {
      this.#last = { asked, answer: this.#ask() };
    }
    try {
      const { time, at } = await this.#last.answer;
      return new Date(time + Math.floor(this.#elapsed() - at));
    } catch (error) {
      this.#last = undefined;
      throw error;
    }
  }

  async #ask(): Promise<Answer> {
    const time = await this.#clock.now();
    return { time: time.getTime(), at: this.#elapsed() };
  }
}

/** What another clock said, and when that was known. */
interface Answer {
  /** Milliseconds since 1970. */
  time: number;
  at: number;
}
