import { LoggerService } from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  stringifyError,
} from '@backstage/errors';
import {
  CastVote,
  castVoteSchema,
} from '@self-service/plugin-approvals-common';
import {
  MessageAnswer,
  MessagingProvider,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { AnswerStore, StoredAnswer } from '../../database';
import { AuditTrail } from '../AuditTrail';
import { Clock } from '../Clock';
import { VoteService } from '../VoteService';
import { Channels } from './Channels';
import { ButtonValue } from './composeMessage';
import { People } from './People';

const BATCH = 10;
/** An answer whose process was killed is taken up again after this. */
const CLAIM_MILLISECONDS = 30_000;
const FIRST_BACKOFF_MILLISECONDS = 1_000;
const LONGEST_BACKOFF_MILLISECONDS = 60_000;
/** About a quarter of an hour: then whoever clicked has decided elsewhere. */
const ATTEMPTS = 20;
const KEPT_MILLISECONDS = 7 * 24 * 3_600_000;

/** Comes back from people's browsers: it says where, and gives no right. */
const valueSchema: z.ZodType<ButtonValue> = z.object({
  requestId: z.uuid(),
  stageId: z.uuid(),
});

function readVote(answer: MessageAnswer): {
  requestId: string;
  vote: CastVote;
} {
  let value: unknown;
  try {
    value = JSON.parse(answer.value);
  } catch {
    value = undefined;
  }
  const target = valueSchema.safeParse(value);
  const verdict = z.enum(['approve', 'reject']).safeParse(answer.action);
  if (!target.success || !verdict.success) {
    throw new InputError('The button that you pressed means nothing here.');
  }
  const { requestId, stageId } = target.data;
  const vote = castVoteSchema.safeParse({
    verdict: verdict.data,
    comment: answer.comment?.replaceAll('\u0000', ''),
    stageId,
  });
  if (!vote.success) {
    throw new InputError(
      'A rejection needs a comment: press Reject again, and write into its dialog why, and what would help. If no dialog opens, decide on the page.',
    );
  }
  return { requestId, vote: vote.data };
}

/** Whether another attempt would end the same way. */
function isFinal(error: unknown): error is Error {
  return (
    error instanceof NotAllowedError ||
    error instanceof ConflictError ||
    error instanceof InputError ||
    error instanceof NotFoundError
  );
}

/**
 * Casts the votes of people who answered in chat, each once, and tells them
 * where that is refused.
 *
 * @remarks
 * The answers are stored: what a killed process has left is taken up again.
 */
export class AnswerInbox {
  readonly #store: AnswerStore;
  readonly #channels: Channels;
  readonly #people: People;
  readonly #votes: VoteService;
  readonly #audit: AuditTrail;
  readonly #clock: Clock;
  readonly #logger: LoggerService;
  readonly #chatVotes: boolean;
  #running: Promise<void> | undefined;
  #isThereMore = false;

  /** @param options.chatVotes - whether people may vote in chat at all */
  constructor(options: {
    store: AnswerStore;
    channels: Channels;
    people: People;
    votes: VoteService;
    audit: AuditTrail;
    clock: Clock;
    logger: LoggerService;
    chatVotes: boolean;
  }) {
    this.#store = options.store;
    this.#channels = options.channels;
    this.#people = options.people;
    this.#votes = options.votes;
    this.#audit = options.audit;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#chatVotes = options.chatVotes;
  }

  /** Starts on what is due, in the background. */
  wake(): void {
    this.drain().catch(error => {
      this.#logger.warn(`Answers not read: ${stringifyError(error)}`);
    });
  }

  /** Works until nothing is due. */
  async drain(): Promise<void> {
    this.#isThereMore = true;
    while (this.#isThereMore) {
      this.#running ??= this.#work().finally(() => {
        this.#running = undefined;
      });
      await this.#running;
    }
  }

  /** One turn of the sweep: works, and forgets what was done long ago. */
  async tick(): Promise<void> {
    await this.drain();
    const now = await this.#clock.now();
    await this.#store.deleteDone(
      new Date(now.getTime() - KEPT_MILLISECONDS).toISOString(),
    );
  }

  async #work(): Promise<void> {
    while (this.#isThereMore) {
      this.#isThereMore = false;
      const now = await this.#clock.now();
      const due = await this.#store.listDue(now.toISOString(), BATCH);
      const until = new Date(now.getTime() + CLAIM_MILLISECONDS).toISOString();
      await Promise.all(
        due.map(async stored => {
          if (await this.#store.claim(stored, until)) {
            await this.#handle(stored);
          }
        }),
      );
      this.#isThereMore ||= due.length === BATCH;
    }
  }

  async #handle(stored: StoredAnswer): Promise<void> {
    try {
      const outcome = await this.#act(stored);
      const at = (await this.#clock.now()).toISOString();
      await this.#store.markDone(stored, { outcome, at });
    } catch (error) {
      const now = (await this.#clock.now()).getTime();
      if (stored.attempts + 1 >= ATTEMPTS) {
        const outcome = `given up: ${(error as Error).name}`;
        const at = new Date(now).toISOString();
        await this.#store.markDone(stored, { outcome, at });
        this.#logger.error(`Answer ${stored.id} ${outcome}`);
        return;
      }
      const backoff = Math.min(
        FIRST_BACKOFF_MILLISECONDS * 2 ** stored.attempts,
        LONGEST_BACKOFF_MILLISECONDS,
      );
      const until = new Date(now + backoff).toISOString();
      await this.#store.postpone(stored, until);
      this.#logger.warn(
        `Answer ${stored.id} is tried again at ${until}: ${
          (error as Error).name
        }`,
      );
    }
  }

  /**
   * @returns what came of it
   * @throws what may pass
   */
  async #act(stored: StoredAnswer): Promise<string> {
    const provider = this.#channels.findAnswering(stored.provider);
    if (!provider) {
      return 'refused: the messenger is no longer installed';
    }
    try {
      await this.#audit.record(
        {
          eventId: 'message-answer',
          actor: `${provider.id}:${stored.answer.answerer}`,
          meta: { provider: provider.id, answerId: stored.id },
        },
        () => this.#vote(provider, stored),
      );
      return 'counted';
    } catch (error) {
      if (!isFinal(error)) {
        throw error;
      }
      await this.#refuse(provider, stored, error.message);
      return `refused: ${error.name}`;
    }
  }

  async #vote(
    provider: MessagingProvider,
    { id, answer }: StoredAnswer,
  ): Promise<void> {
    if (!this.#chatVotes) {
      throw new NotAllowedError(
        'This portal takes no decisions in chat: decide on its page.',
      );
    }
    const { requestId, vote } = readVote(answer);
    const { email } = await provider.identifyAnswerer(answer);
    await this.#votes.castVoteInChat({
      voter: await this.#people.findByAddress(email),
      requestId,
      vote,
      via: { provider: provider.id, answerId: id },
    });
  }

  async #refuse(
    provider: MessagingProvider,
    { id, answer, attempts }: StoredAnswer,
    reason: string,
  ): Promise<void> {
    try {
      await provider.reply(answer.message, {
        message: { title: 'Your answer was not counted', summary: reason },
        messageKey: `answer:${id}`,
        isFirstAttempt: attempts === 0,
      });
    } catch (error) {
      if (isFinal(error)) {
        this.#logger.warn(`Nobody was told of the refusal of answer ${id}`);
        return;
      }
      throw error;
    }
  }
}
