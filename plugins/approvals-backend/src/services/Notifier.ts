import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import { SignalsService } from '@backstage/plugin-signals-node';
import { APPROVALS_SIGNAL } from '@self-service/plugin-approvals-common';

/**
 * Tells open pages that requests have changed; to be called after the commit.
 */
export class Notifier {
  readonly #signals: SignalsService;
  readonly #logger: LoggerService;

  constructor(options: { signals: SignalsService; logger: LoggerService }) {
    this.#signals = options.signals;
    this.#logger = options.logger;
  }

  /**
   * Says that something changed, and not what: a broadcast reaches everybody.
   * Never fails, since pages poll as well.
   */
  async requestsChanged(): Promise<void> {
    try {
      await this.#signals.publish({
        channel: APPROVALS_SIGNAL,
        recipients: { type: 'broadcast' },
        message: {},
      });
    } catch (error) {
      this.#logger.warn('Pages were not told of a change', toError(error));
    }
  }
}
