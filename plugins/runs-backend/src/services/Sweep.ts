import { LoggerService } from '@backstage/backend-plugin-api';
import { WaitChecker } from '@self-service/plugin-runs-node';
import { SuspensionStore } from '../database/SuspensionStore';
import { Clock } from './Clock';
import { after } from './leases';
import { Outbox } from './Outbox';
import { Resumer } from './Resumer';
import { EffectSettler } from './rollback/EffectSettler';
import { ResourceEnds } from './resources/ResourceEnds';
import { RollbackService } from './rollback/RollbackService';
import { RunSweep } from './RunSweep';
import { SuspensionService } from './SuspensionService';
import { WaitLooks } from './WaitLooks';
import { Webhooks } from './Webhooks';

/** Most refs that a checker is asked about at once. */
const CHECK_BATCH = 500;
/** Most refs of a kind that one tick asks about; the next one goes on. */
const CHECK_LIMIT = 2_000;
const MINUTE_MS = 60_000;
/** What a process may ask at its first tick, as if so much time had passed. */
const FIRST_SHARE_MS = 5_000;
/** How far signals are looked back for, beyond the tick before. */
const OVERLAP_MS = 60_000;
/** Most suspensions that one tick advances. */
const DUE_BATCH = 200;
/** How many of them at a time. */
const CONCURRENCY = 10;
/** Most parked tasks that one tick looks at though nothing has happened. */
const LOOK_BATCH = 20;
/** How long a parked task is left alone after a look. */
const LOOK_EVERY_MS = 30_000;

/**
 * Does what no signal and no event has done: a lost message delays a run and
 * never loses it.
 */
export class Sweep {
  readonly #deps: SweepDeps;
  /** The last ref that was asked about, by kind, where there are more. */
  readonly #asked = new Map<string, string>();
  /** When refs of a kind were last asked about. */
  readonly #askedAt = new Map<string, Date>();
  readonly #looks = new WaitLooks();
  #matchedAt: Date | undefined;

  private constructor(deps: SweepDeps) {
    this.#deps = deps;
  }

  static create(deps: SweepDeps): Sweep {
    return new Sweep(deps);
  }

  /** One round. What fails is logged, and the rest of the round goes on. */
  async tick(): Promise<void> {
    const { suspensions, outbox, clock, signalRetentionMs } = this.#deps;
    await this.#attempt('match signals', async () => {
      const now = await clock.now();
      // The first tick of a process looks at all of them.
      await suspensions.matchSignals(
        now,
        this.#matchedAt && after(this.#matchedAt, -OVERLAP_MS),
      );
      this.#matchedAt = now;
    });
    for (const checker of this.#deps.waitCheckers) {
      await this.#attempt(`check waits of kind ${checker.kind}`, () =>
        this.#check(checker),
      );
    }
    await this.#attempt('advance what is due', async () =>
      this.#advance(await suspensions.listDue(await clock.now(), DUE_BATCH)),
    );
    await this.#attempt('look at parked tasks', async () =>
      this.#advance(
        await suspensions.listUnchecked(
          after(await clock.now(), -LOOK_EVERY_MS),
          LOOK_BATCH,
        ),
      ),
    );
    await this.#attempt('follow runs', () => this.#deps.runSweep.tick());
    await this.#attempt('go on with rollbacks', () =>
      this.#deps.rollback.tick(),
    );
    await this.#attempt('look after resources', () =>
      this.#deps.resourceEnds.tick(),
    );
    await this.#attempt('find out what exists', () =>
      this.#deps.settler.tick(),
    );
    await this.#attempt('deliver the outbox', () => outbox.deliver());
    await this.#attempt('forget old signals and webhooks', async () => {
      const time = after(await clock.now(), -signalRetentionMs);
      await suspensions.deleteSignalsBefore(time);
      await this.#deps.webhooks.forgetBefore(time);
    });
  }

  async #check(checker: WaitChecker): Promise<void> {
    const { suspensions, suspensionService } = this.#deps;
    const limit = await this.#allowance(checker);
    if (limit < 1) {
      return;
    }
    const refs = await suspensions.listAwaited(checker.kind, {
      limit,
      after: this.#asked.get(checker.kind),
    });
    const last = refs.at(-1);
    if (last !== undefined && refs.length === limit) {
      this.#asked.set(checker.kind, last);
    } else {
      this.#asked.delete(checker.kind);
    }
    const due = await this.#chooseDue(checker.kind, refs);
    for (let start = 0; start < due.length; start += CHECK_BATCH) {
      const batch = due.slice(start, start + CHECK_BATCH);
      const over = await checker.findOver(batch);
      this.#looks.forget(checker.kind, over);
      for (const ref of over) {
        await suspensionService.signal({ kind: checker.kind, ref });
      }
    }
  }

  /** Those that it makes sense to ask about: few where webhooks tell of them. */
  async #chooseDue(kind: string, refs: string[]): Promise<string[]> {
    const now = await this.#deps.clock.now();
    const due = this.#deps.webhooks.hears(kind, now)
      ? this.#looks.due(kind, refs, now)
      : refs;
    this.#looks.note(kind, due, now);
    return due;
  }

  /** How many refs may be asked about now; of a rate, what has accrued since. */
  async #allowance({ kind, maximumPerMinute }: WaitChecker): Promise<number> {
    if (maximumPerMinute === undefined) {
      return CHECK_LIMIT;
    }
    const now = await this.#deps.clock.now();
    const last = this.#askedAt.get(kind) ?? after(now, -FIRST_SHARE_MS);
    const elapsed = Math.min(now.getTime() - last.getTime(), MINUTE_MS);
    const limit = Math.floor((maximumPerMinute * elapsed) / MINUTE_MS);
    if (limit >= 1) {
      this.#askedAt.set(kind, now);
    }
    return Math.min(limit, CHECK_LIMIT);
  }

  async #advance(ids: string[]): Promise<void> {
    for (let start = 0; start < ids.length; start += CONCURRENCY) {
      await Promise.all(
        ids.slice(start, start + CONCURRENCY).map(id =>
          this.#attempt(`advance suspension ${id}`, async () => {
            await this.#deps.resumer.advance(id);
          }),
        ),
      );
    }
  }

  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#deps.logger.warn(`The sweep could not ${what}: ${error}`);
    }
  }
}

interface SweepDeps {
  suspensions: SuspensionStore;
  suspensionService: SuspensionService;
  resumer: Resumer;
  runSweep: RunSweep;
  rollback: RollbackService;
  settler: EffectSettler;
  resourceEnds: Pick<ResourceEnds, 'tick'>;
  outbox: Outbox;
  waitCheckers: readonly WaitChecker[];
  webhooks: Pick<Webhooks, 'forgetBefore' | 'hears'>;
  clock: Clock;
  /** How long a signal is kept for somebody who may wait for it later. */
  signalRetentionMs: number;
  logger: LoggerService;
}
