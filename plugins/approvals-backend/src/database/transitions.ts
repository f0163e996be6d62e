import { randomUUID } from 'node:crypto';
import {
  addDuration,
  closeStages,
  StageState,
  StageTransition,
  Transition,
  Vote,
} from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';
import {
  NewRequest,
  NewVote,
  REQUEST_DECIDED,
  VoteOutcome,
} from './ApprovalsStore';
import { writeToOutbox } from './DatabaseOutbox';
import {
  ApproverRow,
  fromNewStage,
  RequestRow,
  StageRow,
  toVote,
  VoteRow,
} from './rows';

/** Actor of what follows from other events by itself. */
const SELF = 'approvals';

async function writeHistory(
  tx: Knex.Transaction,
  entry: {
    requestId: string;
    at: string;
    actor: string;
    event: string;
    detail?: string;
  },
): Promise<void> {
  await tx('request_history').insert({
    request_id: entry.requestId,
    at: entry.at,
    actor: entry.actor,
    event: entry.event,
    detail: entry.detail,
  });
}

/**
 * Stores a request with its stages, their approvers and its first history.
 *
 * @returns whether the decision had no request before
 */
export async function insertRequest(
  tx: Knex.Transaction,
  request: NewRequest,
): Promise<boolean> {
  const stored = await tx('requests')
    .insert({
      id: request.id,
      decision_id: request.decisionId,
      task_id: request.taskId,
      status: 'pending',
      revision: 0,
      title: request.title,
      requester: request.requester,
      links: JSON.stringify(request.links),
      created_at: request.createdAt,
    })
    .onConflict('decision_id')
    .ignore()
    .returning('seq');
  if (stored.length === 0) {
    return false;
  }
  const { id: requestId, createdAt: at } = request;
  await writeHistory(tx, {
    requestId,
    at,
    actor: request.requester,
    event: 'created',
  });
  for (const [position, stage] of request.stages.entries()) {
    const id = randomUUID();
    await tx('stages').insert(fromNewStage(request, position, id));
    if (stage.eligible.users.length > 0) {
      await tx('stage_approvers').insert(
        stage.eligible.users.map(user_ref => ({ stage_id: id, user_ref })),
      );
    }
    if (stage.status === 'open') {
      await writeHistory(tx, {
        requestId,
        at,
        actor: SELF,
        event: 'stage opened',
        detail: stage.id,
      });
    }
  }
  return true;
}

/**
 * Takes the turn of a pending request: until the transaction ends, nobody
 * else can change it, its stages or its votes.
 *
 * @remarks
 * PostgreSQL lets concurrent transactions wait at this update and then see
 * the new status; SQLite has one writer anyway.
 */
async function lockPending(
  tx: Knex.Transaction,
  requestId: string,
): Promise<boolean> {
  const locked = await tx('requests')
    .where({ id: requestId, status: 'pending' })
    .increment('revision', 1);
  return locked === 1;
}

/**
 * Ends a pending request: compare-and-set, history, and word to the run.
 */
async function endRequest(
  tx: Knex.Transaction,
  end: {
    requestId: string;
    status: 'approved' | 'rejected' | 'cancelled';
    actor: string;
    outcomeBy?: string;
    comment?: string;
    at: string;
  },
): Promise<void> {
  const { requestId, status, at } = end;
  await tx<RequestRow>('requests')
    .where({ id: requestId, status: 'pending' })
    .update({
      status,
      decided_at: at,
      outcome_comment: end.comment ?? null,
      outcome_by: end.outcomeBy ?? null,
    });
  await writeHistory(tx, {
    requestId,
    at,
    actor: end.actor,
    event: status,
    detail: end.comment,
  });
  await writeToOutbox(tx, {
    kind: REQUEST_DECIDED,
    payload: { requestId },
    at,
  });
}

async function applyToStages(
  tx: Knex.Transaction,
  stages: StageRow[],
  transitions: StageTransition[],
  at: string,
): Promise<void> {
  for (const { stageId, from, to } of transitions) {
    const stage = stages.find(({ id }) => id === stageId);
    const times =
      to === 'open' && stage
        ? {
            opened_at: at,
            due_at: addDuration(new Date(at), stage.due).toISOString(),
          }
        : { decided_at: at };
    const changed = await tx<StageRow>('stages')
      .where({ id: stageId, status: from })
      .update({ status: to, ...times });
    if (changed === 1 && to !== 'open') {
      await tx<ApproverRow>('stage_approvers')
        .where({ stage_id: stageId })
        .update({ undecided: false });
    }
    if (changed === 1 && stage && to !== 'closed') {
      await writeHistory(tx, {
        requestId: stage.request_id,
        at,
        actor: SELF,
        event: to === 'open' ? 'stage opened' : `stage ${to}`,
        detail: stage.name,
      });
    }
  }
}

/**
 * Counts a vote inside a transaction; see `ApprovalsStore.castVote`.
 */
export async function castVote(
  tx: Knex.Transaction,
  vote: NewVote,
  decide: (stages: StageState[], votes: Vote[]) => Transition,
): Promise<VoteOutcome> {
  const { requestId, stageId, voter, verdict, comment, at } = vote;
  if (!(await lockPending(tx, requestId))) {
    return { outcome: 'request-decided' };
  }
  const stages = await tx<StageRow>('stages')
    .where({ request_id: requestId })
    .orderBy('position');
  const stage = stages.find(({ id }) => id === stageId);
  if (stage?.status !== 'open') {
    return { outcome: 'stage-not-open' };
  }
  const counted = await tx('votes')
    .insert({
      id: randomUUID(),
      request_id: requestId,
      stage_id: stageId,
      voter,
      verdict,
      comment,
      created_at: at,
    })
    .onConflict(['request_id', 'voter'])
    .ignore()
    .returning('id');
  if (counted.length === 0) {
    return { outcome: 'voted-already' };
  }
  const verb = verdict === 'approve' ? 'approved' : 'rejected';
  await writeHistory(tx, {
    requestId,
    at,
    actor: voter,
    event: 'voted',
    detail: `${verb} ${stage.name}${comment ? `: ${comment}` : ''}`,
  });
  const votes = await tx<VoteRow>('votes').where({ stage_id: stageId });
  const transition = decide(stages, votes.map(toVote));
  await applyToStages(tx, stages, transition.stages, at);
  if (transition.request) {
    const rejected = transition.request === 'rejected';
    await endRequest(tx, {
      requestId,
      status: transition.request,
      actor: voter,
      outcomeBy: rejected ? voter : undefined,
      comment: rejected ? comment : undefined,
      at,
    });
  }
  return { outcome: 'counted', decided: transition.request };
}

/**
 * Cancels a pending request and closes its stages.
 *
 * @returns whether it was pending
 */
export async function closePending(
  tx: Knex.Transaction,
  cancel: { requestId: string; by?: string; comment?: string; at: string },
): Promise<boolean> {
  const { requestId, by, comment, at } = cancel;
  if (!(await lockPending(tx, requestId))) {
    return false;
  }
  const stages = await tx<StageRow>('stages').where({ request_id: requestId });
  await applyToStages(tx, stages, closeStages(stages), at);
  await endRequest(tx, {
    requestId,
    status: 'cancelled',
    actor: by ?? SELF,
    outcomeBy: by,
    comment,
    at,
  });
  return true;
}
