import { LoggerService } from '@backstage/backend-plugin-api';
import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  MessageDelivery,
  MessageDialog,
} from '@self-service/plugin-providers-node';
import { AnswerStore } from '../../database';
import { AuditTrail } from '../AuditTrail';
import { Clock } from '../Clock';
import { AnswerInbox } from './AnswerInbox';
import { Channels } from './Channels';

/**
 * For opening a dialog. Messengers wait three seconds for the acknowledgement,
 * and a press whose dialog did not open is still to be stored.
 */
const DIALOG_MILLISECONDS = 2_500;

/**
 * Takes what people answer in chat: verified, and stored before it is
 * acknowledged. A press that asks for a comment opens its dialog instead.
 */
export class Answers {
  readonly #store: AnswerStore;
  readonly #channels: Channels;
  readonly #inbox: Pick<AnswerInbox, 'wake'>;
  readonly #audit: AuditTrail;
  readonly #clock: Clock;
  readonly #logger: LoggerService;

  constructor(options: {
    store: AnswerStore;
    channels: Channels;
    inbox: Pick<AnswerInbox, 'wake'>;
    audit: AuditTrail;
    clock: Clock;
    logger: LoggerService;
  }) {
    this.#store = options.store;
    this.#channels = options.channels;
    this.#inbox = options.inbox;
    this.#audit = options.audit;
    this.#clock = options.clock;
    this.#logger = options.logger;
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
    const received = await provider.receiveAnswer(delivery);
    if (!received || ('open' in received && (await this.#ask(received)))) {
      return true;
    }
    const answer = 'open' in received ? received.answer : received;
    const at = (await this.#clock.now()).toISOString();
    return this.#store.add({ provider: provider.id, answer, at });
  }

  /**
   * Opens the dialog of a press.
   *
   * @returns whether it is open. Otherwise the press is stored as it is: a
   * rejection, which alone asks for a comment, counts for nothing without, and
   * who pressed is told so in the thread.
   */
  async #ask(dialog: MessageDialog): Promise<boolean> {
    try {
      await dialog.open({ signal: AbortSignal.timeout(DIALOG_MILLISECONDS) });
      return true;
    } catch (error) {
      // By its name alone: what a messenger says may hold the press.
      this.#logger.warn(
        `A dialog for a comment did not open: ${(error as Error).name}`,
      );
      return false;
    }
  }
}
