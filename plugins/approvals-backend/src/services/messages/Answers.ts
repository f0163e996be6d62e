import { ConflictError, NotFoundError } from '@backstage/errors';
import { MessageDelivery } from '@self-service/plugin-providers-node';
import { AnswerStore } from '../../database';
import { AuditTrail } from '../AuditTrail';
import { Clock } from '../Clock';
import { AnswerInbox } from './AnswerInbox';
import { Channels } from './Channels';

/**
 * Takes what people answer in chat: verified, and stored before it is
 * acknowledged.
 */
export class Answers {
  readonly #store: AnswerStore;
  readonly #channels: Channels;
  readonly #inbox: Pick<AnswerInbox, 'wake'>;
  readonly #audit: AuditTrail;
  readonly #clock: Clock;

  constructor(options: {
    store: AnswerStore;
    channels: Channels;
    inbox: Pick<AnswerInbox, 'wake'>;
    audit: AuditTrail;
    clock: Clock;
  }) {
    this.#store = options.store;
    this.#channels = options.channels;
    this.#inbox = options.inbox;
    this.#audit = options.audit;
    this.#clock = options.clock;
  }

  /**
   * Verifies and stores an answer; what comes of it follows.
   *
   * @remarks
   * One that came before is audited as refused and changes nothing, but it is
   * no error: who sends it again may not have heard of the first success.
   *
   * @param providerId - of the messaging provider, as the address says
   * @throws NotFoundError - there is no such provider
   * @throws AuthenticationError, InputError - see
   * `MessagingProvider.receiveAnswer`
   */
  async receive(providerId: string, delivery: MessageDelivery): Promise<void> {
    const repeated = new ConflictError('This answer has come before');
    try {
      await this.#audit.record(
        {
          eventId: 'message-answer-receive',
          actor: 'messenger',
          meta: { provider: providerId.slice(0, 100) },
        },
        async () => {
          if (!(await this.#take(providerId, delivery))) {
            throw repeated;
          }
        },
      );
    } catch (error) {
      if (error !== repeated) {
        throw error;
      }
    }
    this.#inbox.wake();
  }

  /** @returns whether it had not come before */
  async #take(id: string, delivery: MessageDelivery): Promise<boolean> {
    const provider = this.#channels.findAnswering(id);
    if (!provider) {
      throw new NotFoundError('There is no such messenger');
    }
    const answer = await provider.receiveAnswer(delivery);
    if (!answer) {
      return true;
    }
    const at = (await this.#clock.now()).toISOString();
    return this.#store.add({ provider: provider.id, answer, at });
  }
}
