import { LoggerService } from '@backstage/backend-plugin-api';
import { NotFoundError } from '@backstage/errors';
import {
  WaitChecker,
  WebhookDelivery,
  WebhookReceiver,
} from '@self-service/plugin-runs-node';
import { SuspensionStore } from '../database/SuspensionStore';
import { WebhookStore } from '../database/WebhookStore';
import { Clock } from './Clock';
import { LookQueue } from './LookQueue';
import { SuspensionService } from './SuspensionService';

/** How long after a webhook others of its kind are counted on. */
const HEARD_MS = 600_000;

/**
 * Takes webhooks of vendors as hints to look sooner.
 *
 * @remarks
 * What a webhook says is never believed: the vendor is asked. So a delivery
 * that is repeated, late, or sent again by somebody who overheard it changes
 * nothing but the moment of a look, and one that is lost is caught up by the
 * sweep.
 */
export class Webhooks {
  readonly #deps: WebhooksDeps;
  /** When this process last got one, by the kind of wait that it is about. */
  readonly #heardAt = new Map<string, Date>();

  readonly #queues: ReadonlyMap<string, LookQueue>;

  private constructor(deps: WebhooksDeps) {
    this.#deps = deps;
    this.#queues = new Map(
      deps.waitCheckers.map(checker => [
        checker.kind,
        new LookQueue(refs => checker.findOver(refs)),
      ]),
    );
  }

  static create(deps: WebhooksDeps): Webhooks {
    return new Webhooks(deps);
  }

  /**
   * Verifies a delivery and looks at the waits that it is about.
   *
   * @returns how many waits are over
   * @throws NotFoundError - no such receiver is installed
   * @throws AuthenticationError, InputError - see `WebhookReceiver.receive`
   */
  async receive(id: string, delivery: WebhookDelivery): Promise<number> {
    const { receivers, store, clock, logger } = this.#deps;
    const receiver = receivers.find(candidate => candidate.id === id);
    if (!receiver) {
      throw new NotFoundError(
        `No webhook receiver '${id}' is installed. Installed: ${
          receivers.map(entry => entry.id).join(', ') || 'none'
        }.`,
      );
    }
    const { deliveryId, about } = await receiver.receive(delivery);
    if (about.length === 0) {
      return 0;
    }
    const now = await clock.now();
    about.forEach(({ kind }) => this.#heardAt.set(kind, now));
    if (!(await store.note(id, deliveryId, now))) {
      logger.debug(`Webhook ${deliveryId} of ${id} came before`);
      return 0;
    }
    try {
      return await this.#look(about);
    } catch (error) {
      // The vendor may send it again; the sweep looks anyhow.
      await store.forget(id, deliveryId);
      throw error;
    }
  }

  /**
   * Whether webhooks about waits of a kind come to this process: then those
   * waits need not be asked about often.
   */
  hears(kind: string, now: Date): boolean {
    const heardAt = this.#heardAt.get(kind);
    return (
      heardAt !== undefined && now.getTime() - heardAt.getTime() < HEARD_MS
    );
  }

  /** Forgets deliveries from before this time; the vendors repeat for days. */
  async forgetBefore(time: Date): Promise<void> {
    await this.#deps.store.deleteBefore(time);
  }

  async #look(
    about: Array<{ kind: string; subject: string }>,
  ): Promise<number> {
    const { suspensions, suspensionService } = this.#deps;
    let over = 0;
    for (const { kind, subject } of about) {
      const refs = await suspensions.listAwaitedAbout(kind, subject);
      const queue = this.#queues.get(kind);
      if (!queue || refs.length === 0) {
        continue;
      }
      for (const ref of await queue.ask(refs)) {
        await suspensionService.signal({ kind, ref });
        over += 1;
      }
    }
    return over;
  }
}

interface WebhooksDeps {
  receivers: readonly WebhookReceiver[];
  waitCheckers: readonly WaitChecker[];
  store: WebhookStore;
  suspensions: SuspensionStore;
  suspensionService: SuspensionService;
  clock: Clock;
  logger: LoggerService;
}
