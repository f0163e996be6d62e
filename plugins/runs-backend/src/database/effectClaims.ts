import { randomUUID } from 'node:crypto';
import { ConflictError } from '@backstage/errors';
import {
  ClaimEffect,
  ClaimResult,
  RunPhase,
} from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import {
  EffectRow,
  NameRow,
  toEffect,
  toNameDigest,
  UNDOABLE,
} from './effectRows';
import { toColumn, toDate } from './values';

/** Claims an effect inside a transaction; see `EffectStore.claim`. */
export async function claimEffect(
  transaction: Knex.Transaction,
  claim: ClaimEffect,
  now: Date,
  leaseUntil: Date,
): Promise<ClaimResult> {
  await requireActive(transaction, claim.taskId);
  const standing = await findByKey(transaction, claim);
  if (standing && standing.status !== 'absent') {
    return claimStanding(transaction, standing, claim, now, leaseUntil);
  }
  const owner = await claimName(transaction, claim);
  if (owner) {
    const phase = await readPhase(transaction, owner.task_id);
    return {
      // What is being undone frees its name soon.
      outcome: phase === 'rolling-back' ? 'busy' : 'taken',
      effect: toEffect(owner),
    };
  }
  const made = await insertOrRevive(transaction, {
    standing,
    claim,
    now,
    leaseUntil,
  });
  if (made) {
    return { outcome: 'acquired', effect: toEffect(made) };
  }
  // Another attempt of this step has made the row in the meantime.
  const other = await findByKey(transaction, claim);
  return claimStanding(transaction, other!, claim, now, leaseUntil);
}

async function readPhase(
  transaction: Knex.Transaction,
  taskId: string,
): Promise<RunPhase | undefined> {
  const run = await transaction<{ task_id: string; phase: RunPhase }>('runs')
    .where({ task_id: taskId })
    .first('phase');
  return run?.phase;
}

/**
 * Lets a run act only while it is active. Its row is locked until the claim
 * is committed: whoever ends the run after it sees what was claimed.
 *
 * @throws ConflictError - the run has ended
 */
async function requireActive(
  transaction: Knex.Transaction,
  taskId: string,
): Promise<void> {
  const run = await transaction<{ task_id: string; phase: RunPhase }>('runs')
    .where({ task_id: taskId })
    .forShare()
    .first('phase');
  if (run && run.phase !== 'active') {
    throw new ConflictError(
      `Run ${taskId} is ${run.phase} and creates nothing more. Retry it from its page if it can be retried, or start a new one.`,
    );
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
      return { outcome: 'created', effect: toEffect(row) };
    case 'intended':
      break;
    default:
      throw new ConflictError(
        `The ${row.kind} '${row.name}' of this run was undone (${row.status}): the run was rolled back and creates nothing more. Start a new one.`,
      );
  }
  const held = row.lease_until !== null && toDate(row.lease_until) > now;
  if (held && row.attempt !== attempt) {
    return { outcome: 'busy', effect: toEffect(row) };
  }
  const [claimed] = await transaction<EffectRow>('effects')
    .where({ id: row.id })
    .update({ attempt, lease_until: leaseUntil, updated_at: now })
    .returning('*');
  return { outcome: 'acquired', effect: toEffect(claimed) };
}

/**
 * Takes a name for a run.
 *
 * @returns the effect of another run that has it; `undefined` when the
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
    .whereIn('status', UNDOABLE)
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
export async function freeName(
  transaction: Knex.Transaction,
  row: EffectRow,
): Promise<void> {
  await transaction<NameRow>('effect_names')
    .where({ name_digest: row.name_digest, task_id: row.task_id })
    .whereNotExists(
      transaction<EffectRow>('effects')
        .where({ name_digest: row.name_digest, task_id: row.task_id })
        .whereIn('status', UNDOABLE)
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
