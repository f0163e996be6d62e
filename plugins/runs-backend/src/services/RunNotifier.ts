import { LoggerService } from '@backstage/backend-plugin-api';
import { SignalsService } from '@backstage/plugin-signals-node';
import { RUNS_SIGNAL } from '@self-service/plugin-runs-common';

/** Tells pages that a run has changed, so that they need not poll. */
export class RunNotifier {
  readonly #signals: SignalsService;
  readonly #logger: LoggerService;

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

  /** To be called after the commit. Pages that miss it poll. */
  changed(taskId: string): void {
    this.#signals
      .publish({
        recipients: { type: 'broadcast' },
        channel: RUNS_SIGNAL,
        message: { taskId },
      })
      .catch(error =>
        this.#logger.debug(`No signal for run ${taskId}: ${error}`),
      );
  }
}
