import { randomUUID } from 'node:crypto';
import { MessageAnswer } from '@self-service/plugin-providers-node';
import { Knex } from 'knex';

/** What somebody answered in chat, still to be acted upon. */
export interface StoredAnswer {
  id: string;
  /** Id of the messaging provider that took it. */
  provider: string;
  answer: MessageAnswer;
  /** How often it was tried before. */
  attempts: number;
}

/** The inbox of answers: stored before they are acknowledged. */
export interface AnswerStore {
  /**
   * Stores an answer, once for its `deliveryId`.
   *
   * @returns whether it had not come before
   */
  add(options: {
    provider: string;
    answer: MessageAnswer;
    at: string;
  }): Promise<boolean>;
  /** Answers whose next attempt is due, oldest first. */
  listDue(now: string, limit: number): Promise<StoredAnswer[]>;
  /**
   * Claims an answer until a time, at which it is due again.
   *
   * @returns whether nobody else had claimed it
   */
  claim(answer: StoredAnswer, until: string): Promise<boolean>;
  /** Has it tried again at a time. */
  postpone(answer: StoredAnswer, until: string): Promise<void>;
  /** Notes what came of it, and forgets what was said. */
  markDone(
    answer: StoredAnswer,
    options: { outcome: string; at: string },
  ): Promise<void>;
  /** Removes what was done before a time. */
  deleteDone(before: string): Promise<void>;
}

interface AnswerRow {
  id: string;
  provider: string;
  delivery_id: string;
  answer: string | null;
  received_at: string;
  attempts: number;
  next_attempt_at: string;
  done_at: string | null;
  outcome: string | null;
}

/** The inbox in SQL. */
export class DatabaseAnswerStore implements AnswerStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  #rows(): Knex.QueryBuilder<AnswerRow> {
    return this.#knex<AnswerRow>('message_answers');
  }

  /** {@inheritdoc AnswerStore.add} */
  async add(options: {
    provider: string;
    answer: MessageAnswer;
    at: string;
  }): Promise<boolean> {
    const { provider, answer, at } = options;
    const stored = await this.#rows()
      .insert({
        id: randomUUID(),
        provider,
        delivery_id: answer.deliveryId,
        answer: JSON.stringify(answer),
        received_at: at,
        attempts: 0,
        next_attempt_at: at,
      })
      .onConflict(['provider', 'delivery_id'])
      .ignore()
      .returning('id');
    return stored.length === 1;
  }

  /** {@inheritdoc AnswerStore.listDue} */
  async listDue(now: string, limit: number): Promise<StoredAnswer[]> {
    const rows: AnswerRow[] = await this.#rows()
      .whereNull('done_at')
      .andWhere('next_attempt_at', '<=', now)
      .orderBy('seq')
      .limit(limit);
    return rows.map(({ id, provider, answer, attempts }) => ({
      id,
      provider,
      answer: JSON.parse(answer ?? '{}'),
      attempts,
    }));
  }

  /** {@inheritdoc AnswerStore.claim} */
  async claim({ id, attempts }: StoredAnswer, until: string): Promise<boolean> {
    const claimed = await this.#rows()
      .where({ id, attempts })
      .whereNull('done_at')
      .update({ attempts: attempts + 1, next_attempt_at: until });
    return claimed === 1;
  }

  /** {@inheritdoc AnswerStore.postpone} */
  async postpone({ id }: StoredAnswer, until: string): Promise<void> {
    await this.#rows()
      .where({ id })
      .whereNull('done_at')
      .update({ next_attempt_at: until });
  }

  /** {@inheritdoc AnswerStore.markDone} */
  async markDone(
    { id }: StoredAnswer,
    { outcome, at }: { outcome: string; at: string },
  ): Promise<void> {
    await this.#rows()
      .where({ id })
      .whereNull('done_at')
      .update({ done_at: at, outcome, answer: null });
  }

  /** {@inheritdoc AnswerStore.deleteDone} */
  async deleteDone(before: string): Promise<void> {
    await this.#rows().where('done_at', '<', before).delete();
  }
}
