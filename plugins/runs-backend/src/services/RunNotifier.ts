import { LoggerService } from '@backstage/backend-plugin-api';
import { SignalsService } from '@backstage/plugin-signals-node';
import { RUNS_SIGNAL } from '@self-service/plugin-runs-common';

/** Tells pages that a run has changed, so that they need not poll. */
export class RunNotifier {
  readonly #signals: SignalsService;
  readonly #logger: LoggerService;
  /** Runs that are being told of, and whether they have changed since. */
  readonly #telling = new Map<string, { again: boolean }>();

  private constructor(deps: {
    signals: SignalsService;
    logger: LoggerService;
  }) {
    this.#signals = deps.signals;
    this.#logger = deps.logger;
  }

  static create(deps: {
    signals: SignalsService;
    logger: LoggerService;
  }): RunNotifier {
    return new RunNotifier(deps);
  }

  /**
   * To be called after the commit. Pages that miss it poll.
   *
   * @remarks
   * A run changes several times in a moment, and each signal is a request to
   * every backend: while one is on its way, changes are told by the next.
   */
  changed(taskId: string): void {
    const telling = this.#telling.get(taskId);
    if (telling) {
      telling.again = true;
      return;
    }
    const state = { again: false };
    this.#telling.set(taskId, state);
    this.#tell(taskId, state)
      .catch(error =>
        this.#logger.debug(`No signal for run ${taskId}: ${error}`),
      )
      .finally(() => this.#telling.delete(taskId));
  }

  async #tell(taskId: string, state: { again: boolean }): Promise<void> {
    do {
      state.again = false;
      await this.#signals.publish({
        recipients: { type: 'broadcast' },
        channel: RUNS_SIGNAL,
        message: { taskId },
      });
    } while (state.again);
  }
}
