import { AuditorService } from '@backstage/backend-plugin-api';
import { RunChange, RunStore, StoredRun } from '../database/RunStore';
import { Clock } from './Clock';
import { Outbox } from './Outbox';
import { RunNotifier } from './RunNotifier';

/** Changes phases of runs, and tells of it after the commit. */
export class Phases {
  readonly #deps: PhasesDeps;

  private constructor(deps: PhasesDeps) {
    this.#deps = deps;
  }

  static create(deps: PhasesDeps): Phases {
    return new Phases(deps);
  }

  /**
   * Makes a change that only holds if nobody was faster; see
   * {@link RunStore.movePhase}. A change of phase is audited.
   *
   * @returns what stands then; `undefined` if somebody was faster
   */
  async move(
    current: StoredRun,
    change: RunChange,
    tell?: readonly string[],
  ): Promise<StoredRun | undefined> {
    const { phase = current.phase } = change;
    return phase === current.phase
      ? this.#move(current, change, tell)
      : this.#audited(current, change, tell);
  }

  async #audited(
    current: StoredRun,
    change: RunChange,
    tell: readonly string[] | undefined,
  ): Promise<StoredRun | undefined> {
    const event = await this.#deps.auditor.createEvent({
      eventId: 'run-phase',
      severityLevel: 'medium',
      meta: {
        taskId: current.taskId,
        from: current.phase,
        to: change.phase,
        by: change.endedBy,
      },
    });
    try {
      const moved = await this.#move(current, change, tell);
      await event.success({ meta: { changed: moved !== undefined } });
      return moved;
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  }

  async #move(
    current: StoredRun,
    change: RunChange,
    tell: readonly string[] | undefined,
  ): Promise<StoredRun | undefined> {
    const { runs, clock, notifier, outbox } = this.#deps;
    const now = await clock.now();
    const moved = await runs.movePhase(current, change, now, tell);
    if (moved) {
      notifier.changed(moved.taskId);
      outbox.deliverSoon();
    }
    return moved;
  }
}

interface PhasesDeps {
  runs: RunStore;
  clock: Clock;
  notifier: RunNotifier;
  outbox: Outbox;
  auditor: AuditorService;
}
