import { LoggerService } from '@backstage/backend-plugin-api';
import { RunStore } from '../database/RunStore';
import { Clock } from './Clock';
import { LOOK_EVERY_MS } from './endOfRun';
import { after } from './leases';
import { Sleep } from './Resumer';
import { RunFollower } from './RunFollower';
import { RunImporter } from './RunImporter';

/** Most runs that one tick takes from those that are due. */
const DUE_BATCH = 200;
/** Most tasks that one tick looks at. */
const LOOK_BATCH = 40;
/** How many of them at a time. */
const CONCURRENCY = 10;
/** How often the scaffolder's own list is read. */
const LIST_EVERY_MS = 30_000;
/** How often a task that is about to end is looked at: about eight seconds. */
const MAX_LOOKS = 6;

/**
 * Decides when runs are looked at: on hints, in the background, and in the
 * sweep, by what is due.
 */
export class RunSweep {
  readonly #deps: RunSweepDeps;
  readonly #followed = new Map<
    string,
    { again: boolean; done: Promise<void> }
  >();
  #listedAt: Date | undefined;

  private constructor(deps: RunSweepDeps) {
    this.#deps = deps;
  }

  static create(deps: RunSweepDeps): RunSweep {
    return new RunSweep(deps);
  }

  /** Takes one run as far as it goes now. */
  async follow(taskId: string): Promise<void> {
    await this.#deps.follower.follow(taskId);
  }

  /**
   * Follows a run in the background. Hints come before the commit that they
   * tell of, so that a task which still runs is looked at a few times more.
   */
  followSoon(taskId: string): void {
    const running = this.#followed.get(taskId);
    if (running) {
      running.again = true;
      return;
    }
    const state = { again: false, done: Promise.resolve() };
    this.#followed.set(taskId, state);
    state.done = this.#drive(taskId, state)
      .catch(error =>
        this.#deps.logger.warn(`Run ${taskId} left to the sweep: ${error}`),
      )
      .finally(() => this.#followed.delete(taskId));
  }

  /** Resolves when nothing is followed in the background. */
  async idle(): Promise<void> {
    while (this.#followed.size > 0) {
      await Promise.all([...this.#followed.values()].map(({ done }) => done));
    }
  }

  /** One round over what is due; cheap however many runs are parked. */
  async tick(): Promise<void> {
    const { runs, follower, clock } = this.#deps;
    const now = await clock.now();
    await this.#readList(now);
    const due = await runs.listByPhase(
      ['active', 'held', 'failed', 'cancelled'],
      { now, limit: DUE_BATCH },
    );
    const rest = await follower.putOffParked(due, now);
    await this.#followAll(
      rest.slice(0, LOOK_BATCH).map(({ taskId }) => taskId),
    );
  }

  async #readList(now: Date): Promise<void> {
    const { importer, logger } = this.#deps;
    if (this.#listedAt && after(this.#listedAt, LIST_EVERY_MS) > now) {
      return;
    }
    this.#listedAt = now;
    try {
      await this.#followAll(await importer.fetchNewest());
    } catch (error) {
      logger.warn(`The scaffolder's list was not read: ${error}`);
    }
  }

  async #followAll(taskIds: string[]): Promise<void> {
    const { runs, follower, clock, logger } = this.#deps;
    for (let start = 0; start < taskIds.length; start += CONCURRENCY) {
      await Promise.all(
        taskIds.slice(start, start + CONCURRENCY).map(async taskId => {
          try {
            await follower.follow(taskId);
          } catch (error) {
            logger.warn(`Run ${taskId} was not followed: ${error}`);
            // What fails again and again must not keep others from their turn.
            const nextLookAt = after(await clock.now(), LOOK_EVERY_MS);
            await runs.note([taskId], { nextLookAt });
          }
        }),
      );
    }
  }

  async #drive(taskId: string, state: { again: boolean }): Promise<void> {
    const { follower, sleep } = this.#deps;
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      state.again = false;
      const result = await follower.follow(taskId);
      if (result === 'done' && !state.again) {
        return;
      }
      await sleep(250 * 2 ** looks);
    }
  }
}

interface RunSweepDeps {
  runs: RunStore;
  follower: RunFollower;
  importer: RunImporter;
  clock: Clock;
  sleep: Sleep;
  logger: LoggerService;
}
