import { createHash, randomUUID } from 'node:crypto';
import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  ClaimEffect,
  ClaimResult,
  CompleteEffect,
  Effect,
  EffectStatus,
  effectStatusSchema,
  ReleaseEffect,
} from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import { EffectStore } from './EffectStore';
import { toColumn, toDate } from './values';

interface EffectRow {
  id: string;
  task_id: string;
  step_id: string;
  input_digest: string;
  status: string;
  capability: string;
  provider: string;
  kind: string;
  name: string;
  name_digest: string;
  url: string | null;
  reference: string | null;
  attempt: string | null;
  lease_until: Date | number | null;
  created_at: Date | number;
  updated_at: Date | number;
}

interface NameRow {
  name_digest: string;
  task_id: string;
}

/** Statuses in which something stands outside, or may. */
const LIVE: EffectStatus[] = ['intended', 'created', 'undoing', 'retained'];

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
    return this.#database.transaction(async transaction => {
      const standing = await findByKey(transaction, claim);
      if (standing && standing.status !== 'absent') {
        return claimStanding(transaction, standing, claim, now, leaseUntil);
      }
      const owner = await claimName(transaction, claim);
      if (owner) {
        return { outcome: 'taken', effect: fromRow(owner) };
      }
      const made = await insertOrRevive(transaction, {
        standing,
        claim,
        now,
        leaseUntil,
      });
      if (made) {
        return { outcome: 'acquired', effect: fromRow(made) };
      }
      // Another attempt of this step has made the row in the meantime.
      const other = await findByKey(transaction, claim);
      return claimStanding(transaction, other!, claim, now, leaseUntil);
    });
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
    return fromRow(rows[0]);
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

  async list(taskId: string): Promise<Effect[]> {
    const rows = await this.#effects()
      .where({ task_id: taskId })
      .orderBy(['created_at', 'id']);
    return rows.map(fromRow);
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

async function findByKey(
  transaction: Knex.Transaction,
  { taskId, stepId, inputDigest }: ClaimEffect,
): Promise<EffectRow | undefined> {
  return transaction<EffectRow>('effects')
    .where({ task_id: taskId, step_id: stepId, input_digest: inputDigest })
    .forUpdate()
    .first();
}

/** Answers a claim of an effect that was claimed before. */
async function claimStanding(
  transaction: Knex.Transaction,
  row: EffectRow,
  { attempt }: ClaimEffect,
  now: Date,
  leaseUntil: Date,
): Promise<ClaimResult> {
  switch (row.status) {
    case 'created':
    case 'retained':
      return { outcome: 'created', effect: fromRow(row) };
    case 'intended':
      break;
    default:
      throw new ConflictError(
        `The ${row.kind} '${row.name}' of this run was undone (${row.status}): the run was rolled back and creates nothing more. Start a new one.`,
      );
  }
  const held = row.lease_until !== null && toDate(row.lease_until) > now;
  if (held && row.attempt !== attempt) {
    return { outcome: 'busy', effect: fromRow(row) };
  }
  const [claimed] = await transaction<EffectRow>('effects')
    .where({ id: row.id })
    .update({ attempt, lease_until: leaseUntil, updated_at: now })
    .returning('*');
  return { outcome: 'acquired', effect: fromRow(claimed) };
}

/**
 * Takes a name for a run.
 *
 * @returns the live effect of another run that has it; `undefined` when the
 * name is this run's now
 */
async function claimName(
  transaction: Knex.Transaction,
  claim: ClaimEffect,
): Promise<EffectRow | undefined> {
  const nameDigest = toNameDigest(claim);
  await transaction<NameRow>('effect_names')
    .insert({ name_digest: nameDigest, task_id: claim.taskId })
    .onConflict('name_digest')
    .ignore();
  const name = await transaction<NameRow>('effect_names')
    .where({ name_digest: nameDigest })
    .forUpdate()
    .first();
  if (!name || name.task_id === claim.taskId) {
    return undefined;
  }
  const owner = await transaction<EffectRow>('effects')
    .where({ name_digest: nameDigest, task_id: name.task_id })
    .whereIn('status', LIVE)
    .orderBy('created_at', 'desc')
    .first();
  if (!owner) {
    await transaction<NameRow>('effect_names')
      .where({ name_digest: nameDigest })
      .update({ task_id: claim.taskId });
  }
  return owner;
}

/** Frees the name of an effect that ended, unless its run still uses it. */
async function freeName(
  transaction: Knex.Transaction,
  row: EffectRow,
): Promise<void> {
  await transaction<NameRow>('effect_names')
    .where({ name_digest: row.name_digest, task_id: row.task_id })
    .whereNotExists(
      transaction<EffectRow>('effects')
        .where({ name_digest: row.name_digest, task_id: row.task_id })
        .whereIn('status', LIVE)
        .select('id'),
    )
    .delete();
}

async function insertOrRevive(
  transaction: Knex.Transaction,
  options: {
    standing: EffectRow | undefined;
    claim: ClaimEffect;
    now: Date;
    leaseUntil: Date;
  },
): Promise<EffectRow | undefined> {
  const { standing, claim, now, leaseUntil } = options;
  const columns = {
    status: 'intended',
    capability: claim.capability,
    provider: claim.provider,
    kind: claim.kind,
    name: claim.name,
    name_digest: toNameDigest(claim),
    reference: toColumn(claim.reference && JSON.stringify(claim.reference)),
    attempt: claim.attempt,
    lease_until: leaseUntil,
    updated_at: now,
  };
  const rows = standing
    ? await transaction<EffectRow>('effects')
        .where({ id: standing.id, status: 'absent' })
        .update(columns)
        .returning('*')
    : await transaction<EffectRow>('effects')
        .insert({
          id: randomUUID(),
          task_id: claim.taskId,
          step_id: claim.stepId,
          input_digest: claim.inputDigest,
          created_at: now,
          ...columns,
        })
        .onConflict(['task_id', 'step_id', 'input_digest'])
        .ignore()
        .returning('*');
  return rows.at(0);
}

function toNameDigest(claim: ClaimEffect): string {
  const { capability, provider, kind, name } = claim;
  return createHash('sha256')
    .update(JSON.stringify([capability, provider, kind, name]))
    .digest('hex');
}

function fromRow(row: EffectRow): Effect {
  return {
    id: row.id,
    taskId: row.task_id,
    stepId: row.step_id,
    status: effectStatusSchema.parse(row.status),
    capability: row.capability,
    provider: row.provider,
    kind: row.kind,
    name: row.name,
    url: row.url ?? undefined,
    reference: row.reference === null ? undefined : JSON.parse(row.reference),
    createdAt: toDate(row.created_at).toISOString(),
    updatedAt: toDate(row.updated_at).toISOString(),
  };
}
