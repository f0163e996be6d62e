import { AuditorService } from '@backstage/backend-plugin-api';
import {
  StoredSuspension,
  SuspensionChange,
  SuspensionStore,
} from '../database/SuspensionStore';
import { Clock } from './Clock';
import { Outbox } from './Outbox';
import { RunHints } from './RunHints';
import { RunNotifier } from './RunNotifier';

/** Changes suspensions, and tells of it after the commit. */
export class Transitions {
  readonly #store: SuspensionStore;
  readonly #clock: Clock;
  readonly #notifier: RunNotifier;
  readonly #auditor: AuditorService;
  readonly #outbox: Outbox;
  readonly #hints: RunHints;

  private constructor(deps: TransitionsDeps) {
    this.#store = deps.suspensions;
    this.#clock = deps.clock;
    this.#notifier = deps.notifier;
    this.#auditor = deps.auditor;
    this.#outbox = deps.outbox;
    this.#hints = deps.hints;
  }

  static create(deps: TransitionsDeps): Transitions {
    return new Transitions(deps);
  }

  /**
   * Makes a change that only holds if nobody was faster.
   *
   * @returns what stands then; `undefined` if somebody was faster
   */
  async move(
    current: StoredSuspension,
    change: SuspensionChange,
  ): Promise<StoredSuspension | undefined> {
    const now = await this.#clock.now();
    const moved = await this.#store.transition(current, change, now);
    if (moved) {
      this.#notifier.changed(moved.taskId);
    }
    return moved;
  }

  /** The wait is passed, or a newer attempt of the run has taken over. */
  async resume(
    current: StoredSuspension,
  ): Promise<StoredSuspension | undefined> {
    return this.#audited('run-resume', current, async () =>
      this.move(current, {
        status: 'resumed',
        resumedAt: await this.#clock.now(),
      }),
    );
  }

  /** A person cancelled the run, or its task is gone. */
  async cancel(
    current: StoredSuspension,
  ): Promise<StoredSuspension | undefined> {
    const cancelled = await this.#audited('run-cancel', current, () =>
      this.move(current, { status: 'cancelled' }),
    );
    if (cancelled) {
      this.#outbox.deliverSoon();
      this.#hints.followSoon(cancelled.taskId);
    }
    return cancelled;
  }

  async #audited(
    eventId: string,
    { taskId, stepId, wait, status }: StoredSuspension,
    work: () => Promise<StoredSuspension | undefined>,
  ): Promise<StoredSuspension | undefined> {
    const event = await this.#auditor.createEvent({
      eventId,
      severityLevel: 'medium',
      meta: { taskId, stepId, waitKind: wait.kind, from: status },
    });
    try {
      const result = await work();
      await event.success({ meta: { changed: result !== undefined } });
      return result;
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  }
}

interface TransitionsDeps {
  suspensions: SuspensionStore;
  clock: Clock;
  notifier: RunNotifier;
  auditor: AuditorService;
  outbox: Outbox;
  hints: RunHints;
}
