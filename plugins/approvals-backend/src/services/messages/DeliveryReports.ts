import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import { MessageDeliveryReport } from '@self-service/plugin-approvals-common';
import { DeliveryRecord, DeliveryStore, RequestRecord } from '../../database';
import { AuditTrail } from '../AuditTrail';
import { assertInPerson, Caller } from '../Caller';
import { Clock } from '../Clock';
import { DeliveryWorker } from './DeliveryWorker';

function toReport(delivery: DeliveryRecord): MessageDeliveryReport {
  return {
    id: delivery.id,
    to: delivery.recipient,
    kind: delivery.kind,
    channel: delivery.channel,
    provider: delivery.provider,
    status: delivery.status,
    attempts: delivery.attempts,
    error: delivery.error,
    at: delivery.changedAt,
  };
}

/** Shows what became of messages, and has the failed ones sent again. */
export class DeliveryReports {
  readonly #deliveries: DeliveryStore;
  readonly #worker: Pick<DeliveryWorker, 'wake'>;
  readonly #isPlatformTeam: (userRef: string) => Promise<boolean>;
  readonly #audit: AuditTrail;
  readonly #clock: Clock;

  constructor(options: {
    deliveries: DeliveryStore;
    worker: Pick<DeliveryWorker, 'wake'>;
    isPlatformTeam: (userRef: string) => Promise<boolean>;
    audit: AuditTrail;
    clock: Clock;
  }) {
    this.#deliveries = options.deliveries;
    this.#worker = options.worker;
    this.#isPlatformTeam = options.isPlatformTeam;
    this.#audit = options.audit;
    this.#clock = options.clock;
  }

  /**
   * What people were told of a request; updates of messages only where they
   * fail.
   *
   * @returns `undefined` for whoever is neither its requester, an approver,
   * nor of the platform team
   */
  async list(
    caller: Caller,
    { id, requester, stages }: RequestRecord,
  ): Promise<MessageDeliveryReport[] | undefined> {
    const isConcerned =
      caller.ref === requester ||
      stages.some(({ eligible }) => eligible.includes(caller.ref)) ||
      (await this.#isPlatformTeam(caller.ref));
    if (!isConcerned) {
      return undefined;
    }
    const all = await this.#deliveries.listOfRequest(id);
    return all
      .filter(
        ({ updates, status }) =>
          !updates || status === 'failed' || status === 'given-up',
      )
      .map(toReport);
  }

  /**
   * Has a failed delivery tried again, which the platform team may.
   *
   * @throws NotFoundError - the request has no such delivery
   * @throws ConflictError - it has not failed
   */
  async retry(caller: Caller, requestId: string, id: string): Promise<void> {
    await this.#audit.record(
      {
        eventId: 'delivery-retry',
        actor: caller.ref,
        meta: { requestId, deliveryId: id },
      },
      async () => {
        assertInPerson(caller, 'have a message sent again');
        if (!(await this.#isPlatformTeam(caller.ref))) {
          throw new NotAllowedError(
            'Only the platform team can have a message sent again',
          );
        }
        const delivery = await this.#deliveries.find(id);
        if (delivery?.requestId !== requestId) {
          throw new NotFoundError(`The request has no delivery '${id}'`);
        }
        const at = (await this.#clock.now()).toISOString();
        if (!(await this.#deliveries.retry(id, at))) {
          throw new ConflictError(
            `The message is ${delivery.status}: only one that failed can be sent again`,
          );
        }
      },
    );
    this.#worker.wake();
  }
}
