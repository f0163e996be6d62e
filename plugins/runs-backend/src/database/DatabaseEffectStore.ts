import { randomUUID } from 'node:crypto';
import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  ClaimEffect,
  ClaimResult,
  CompleteEffect,
  Effect,
  EFFECT_TRANSITIONS,
  ReleaseEffect,
  RenewEffect,
} from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import { claimEffect, freeName } from './effectClaims';
import {
  EffectRow,
  NameRow,
  toEffect,
  toNameDigest,
  toUndoableEffect,
  UNDOABLE,
} from './effectRows';
import { listUnsettled, settleEffect } from './effectSettling';
import {
  EffectStore,
  Leftover,
  SettleChange,
  UndoableEffect,
  UndoChange,
} from './EffectStore';
import { toColumn } from './values';

/** {@inheritdoc EffectStore} */
export class DatabaseEffectStore implements EffectStore {
  readonly #database: Knex;

  private constructor(database: Knex) {
    this.#database = database;
  }

  static create(database: Knex): DatabaseEffectStore {
    return new DatabaseEffectStore(database);
  }

  async claim(
    claim: ClaimEffect,
    now: Date,
    leaseUntil: Date,
  ): Promise<ClaimResult> {
    return this.#database.transaction(transaction =>
      claimEffect(transaction, claim, now, leaseUntil),
    );
  }

  async renew(
    id: string,
    { attempt }: RenewEffect,
    leaseUntil: Date,
  ): Promise<void> {
    const renewed = await this.#effects()
      .where({ id, attempt, status: 'intended' })
      // What nobody wants any more is not worth finishing.
      .whereNotExists(
        this.#database('runs')
          .whereRaw('runs.task_id = effects.task_id')
          .whereNot('runs.phase', 'active')
          .select('runs.task_id'),
      )
      .update({ lease_until: leaseUntil });
    if (renewed === 0) {
      const { status } = await this.#require(id);
      throw new ConflictError(
        `Effect ${id} (${status}) is not this attempt's any more: another one has it, or its run has ended`,
      );
    }
  }

  async complete(
    id: string,
    result: CompleteEffect,
    now: Date,
  ): Promise<Effect> {
    const { attempt, url, reference } = result;
    const rows = await this.#effects()
      .where({ id, attempt })
      .whereIn('status', ['intended', 'created'])
      .update({
        status: 'created',
        updated_at: now,
        lease_until: null,
        ...(url !== undefined && { url }),
        ...(reference && { reference: JSON.stringify(reference) }),
      })
      .returning('*');
    if (rows.length === 0) {
      const { status } = await this.#require(id);
      throw new ConflictError(
        `Effect ${id} is ${status}, and another attempt of its step holds the lease`,
      );
    }
    return toEffect(rows[0]);
  }

  async release(
    id: string,
    { attempt, absent }: ReleaseEffect,
    now: Date,
  ): Promise<void> {
    const row = await this.#require(id);
    await this.#database.transaction(async transaction => {
      const released = await transaction<EffectRow>('effects')
        .where({ id, attempt, status: 'intended' })
        .update({
          attempt: null,
          lease_until: null,
          updated_at: now,
          ...(absent && { status: 'absent' }),
        });
      if (released > 0 && absent) {
        await freeName(transaction, row);
      }
    });
  }

  async findNameOwner(nameDigest: string): Promise<string | undefined> {
    const owner = await this.#database<NameRow>('effect_names')
      .where({ name_digest: nameDigest })
      .first();
    return owner?.task_id;
  }

  async list(taskId: string): Promise<Effect[]> {
    const rows = await this.#effects()
      .where({ task_id: taskId })
      .orderBy(['created_at', 'id']);
    return rows.map(toEffect);
  }

  async listLive(taskId: string): Promise<UndoableEffect[]> {
    const rows = await this.#effects()
      .where({ task_id: taskId })
      .whereIn('status', UNDOABLE)
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ]);
    return rows.map(toUndoableEffect);
  }

  async changeUndo(
    current: UndoableEffect,
    change: UndoChange,
    now: Date,
  ): Promise<UndoableEffect | undefined> {
    if (!EFFECT_TRANSITIONS[current.status].includes(change.status)) {
      throw new ConflictError(
        `Effect ${current.id} can't go from ${current.status} to ${change.status}`,
      );
    }
    return this.#database.transaction(async transaction => {
      const [row] = await transaction<EffectRow>('effects')
        .where({
          id: current.id,
          status: current.status,
          undo_attempts: current.undoAttempts,
        })
        // An attempt that holds the lease may be creating it just now.
        .andWhere(free =>
          free
            .whereNot('status', 'intended')
            .orWhereNull('lease_until')
            .orWhere('lease_until', '<=', now),
        )
        .update({
          status: change.status,
          undo_note: toColumn(change.undoNote),
          undo_url: toColumn(change.undoUrl),
          undo_attempts: change.undoAttempts,
          undo_started_at: toColumn(change.undoStartedAt),
          next_undo_at: toColumn(change.nextUndoAt),
          attempt: null,
          lease_until: null,
          updated_at: now,
        })
        .returning('*');
      if (row) {
        await freeName(transaction, row);
      }
      return row && toUndoableEffect(row);
    });
  }

  async recordLeftover(leftover: Leftover, now: Date): Promise<void> {
    const { taskId, stepId, capability, provider, kind, name } = leftover;
    await this.#effects()
      .insert({
        id: randomUUID(),
        task_id: taskId,
        step_id: stepId,
        input_digest: leftover.inputDigest,
        status: 'intended',
        capability,
        provider,
        kind,
        name,
        name_digest: toNameDigest(leftover),
        reference: JSON.stringify(leftover.reference),
        created_at: leftover.createdAt,
        updated_at: now,
      })
      .onConflict(['task_id', 'step_id', 'input_digest'])
      // A later attempt may have finished the step.
      .merge({
        reference: JSON.stringify(leftover.reference),
        status: 'intended',
        next_undo_at: null,
      })
      .whereIn('effects.status', ['intended', 'absent']);
  }

  async listUnsettled(now: Date, limit: number): Promise<UndoableEffect[]> {
    return listUnsettled(this.#database, now, limit);
  }

  async settle(
    current: UndoableEffect,
    change: SettleChange,
    now: Date,
  ): Promise<UndoableEffect | undefined> {
    return this.#database.transaction(transaction =>
      settleEffect(transaction, current, change, now),
    );
  }

  async #require(id: string): Promise<EffectRow> {
    const row = await this.#effects().where({ id }).first();
    if (!row) {
      throw new NotFoundError(`There is no effect ${id}`);
    }
    return row;
  }

  #effects() {
    return this.#database<EffectRow>('effects');
  }
}
