import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import { ApprovalsStore, DueStage, TimerStore } from '../database';
import { ApproverRefresher } from './ApproverRefresher';
import { AuditTrail } from './AuditTrail';
import { Clock } from './Clock';
import { Notifier } from './Notifier';
import { OutboxDispatcher } from './OutboxDispatcher';

/** Who acts where nobody does. */
const ACTOR = 'approvals';
const BATCH = 100;

/**
 * Lets time do its work on open stages: reminders, escalations and expiry.
 *
 * @remarks
 * What is due stands in the database, so a tick that was missed is made up
 * for by the next one, and any number of replicas may tick at once.
 */
export class TimerService {
  readonly #timers: TimerStore;
  readonly #store: ApprovalsStore;
  readonly #refresher: ApproverRefresher;
  readonly #clock: Clock;
  readonly #audit: AuditTrail;
  readonly #notifier: Notifier;
  readonly #dispatcher: OutboxDispatcher;
  readonly #logger: LoggerService;

  constructor(options: {
    timers: TimerStore;
    store: ApprovalsStore;
    refresher: ApproverRefresher;
    clock: Clock;
    audit: AuditTrail;
    notifier: Notifier;
    dispatcher: OutboxDispatcher;
    logger: LoggerService;
  }) {
    this.#timers = options.timers;
    this.#store = options.store;
    this.#refresher = options.refresher;
    this.#clock = options.clock;
    this.#audit = options.audit;
    this.#notifier = options.notifier;
    this.#dispatcher = options.dispatcher;
    this.#logger = options.logger;
  }

  /**
   * Fires everything that is due now. What fails stays due for the next tick
   * and holds nothing else up.
   */
  async tick(): Promise<void> {
    const at = (await this.#clock.now()).toISOString();
    let fired = 0;
    let round: { due: number; fired: number };
    do {
      round = await this.#fireBatch(at);
      fired += round.fired;
    } while (round.due === BATCH && round.fired > 0);
    if (fired > 0) {
      this.#dispatcher.deliverSoon();
      await this.#notifier.requestsChanged();
    }
  }

  async #fireBatch(at: string): Promise<{ due: number; fired: number }> {
    const due = await this.#timers.listDue(at, BATCH);
    let fired = 0;
    for (const stage of due) {
      try {
        fired += (await this.#fire(stage, at)) ? 1 : 0;
      } catch (error) {
        this.#logger.error(
          `What is due of stage ${stage.stageId} failed`,
          toError(error),
        );
      }
    }
    return { due: due.length, fired };
  }

  async #fire(stage: DueStage, at: string): Promise<boolean> {
    const kind = await this.#audit.record(
      { eventId: 'stage-timer', actor: ACTOR, meta: { ...stage } },
      () => this.#timers.fire(stage, at),
    );
    if (kind === 'escalation') {
      await this.#findBackups(stage);
    }
    return kind !== undefined;
  }

  /** With a catalog that is down, the refresher finds them later. */
  async #findBackups({ requestId }: DueStage): Promise<void> {
    const request = await this.#store.findRequest(requestId);
    if (request) {
      await this.#refresher.refreshForDisplay(request);
    }
  }
}
