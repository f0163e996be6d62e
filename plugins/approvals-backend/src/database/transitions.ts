import { randomUUID } from 'node:crypto';
import {
  Calendar,
  closeStages,
  StageState,
  StageTransition,
  Transition,
  Vote,
} from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';
import {
  DecisionRecord,
  NewRequest,
  NewVote,
  REQUEST_DECIDED,
  VoteOutcome,
  WithdrawalOutcome,
} from './ApprovalsStore';
import { announce, writeToOutbox } from './DatabaseOutbox';
import { useLink } from './LinkStore';
import { refreshInbox } from './inbox';
import { noteProblems } from './problems';
import { fromNewStage, RequestRow, StageRow, toVote, VoteRow } from './rows';
import { openStage, removeTimers } from './timers';
import { lockPending, SELF, writeHistory } from './turn';

/**
 * Stores a request with its stages, their approvers and its first history.
 *
 * @returns whether the decision had no request before
 */
export async function insertRequest(
  tx: Knex.Transaction,
  request: NewRequest,
  calendar: Calendar,
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
      environment: request.facets.environment,
      team: request.facets.team,
      risk: request.facets.risk,
      created_at: request.createdAt,
    })
    .onConflict('decision_id')
    .ignore()
    .returning('seq');
  if (stored.length === 0) {
    return false;
  }
  const { id: requestId, createdAt: at } = request;
  if (request.facets.teams.length > 0) {
    await tx('request_teams').insert(
      request.facets.teams.map(team => ({ request_id: requestId, team })),
    );
  }
  await writeHistory(tx, {
    requestId,
    at,
    actor: request.requester,
    event: 'created',
  });
  await announce(tx, { event: 'request-created', requestId, at });
  for (const [position, stage] of request.stages.entries()) {
    const id = randomUUID();
    const row = fromNewStage(request, position, id);
    await tx<StageRow>('stages').insert(row);
    if (stage.eligible.users.length > 0) {
      await tx('stage_approvers').insert(
        stage.eligible.users.map(user_ref => ({ stage_id: id, user_ref })),
      );
    }
    if (stage.status === 'open') {
      await openStage(tx, row, at, calendar);
    }
  }
  await refreshInbox(tx, requestId);
  await noteProblems(tx, requestId, at);
  return true;
}

/**
 * Ends a pending request: compare-and-set, history, and word to the run.
 */
export async function endRequest(
  tx: Knex.Transaction,
  end: {
    requestId: string;
    status: 'approved' | 'rejected' | 'expired' | 'cancelled';
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
  await refreshInbox(tx, requestId);
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
  await announce(tx, { event: 'request-ended', requestId, at });
}

/**
 * Applies transitions to the stages of a request whose turn was taken.
 */
export async function applyToStages(
  tx: Knex.Transaction,
  stages: StageRow[],
  transitions: StageTransition[],
  { at, calendar }: { at: string; calendar: Calendar },
): Promise<void> {
  for (const { stageId, from, to } of transitions) {
    const stage = stages.find(({ id }) => id === stageId);
    const changed = await tx<StageRow>('stages')
      .where({ id: stageId, status: from })
      .update({ status: to, ...(to !== 'open' && { decided_at: at }) });
    if (changed !== 1 || !stage) {
      continue;
    }
    if (to === 'open') {
      await openStage(tx, stage, at, calendar);
      continue;
    }
    await removeTimers(tx, stageId);
    if (to !== 'closed') {
      await writeHistory(tx, {
        requestId: stage.request_id,
        at,
        actor: SELF,
        event: `stage ${to}`,
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
  calendar: Calendar,
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
  const { link } = vote;
  if (link && !(await useLink(tx, { ...vote, tokenHash: link }))) {
    return { outcome: 'link-used' };
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
  await applyToStages(tx, stages, transition.stages, { at, calendar });
  await refreshInbox(tx, requestId);
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
  } else {
    const isApproved = transition.stages.some(({ to }) => to === 'approved');
    await announce(tx, {
      event: isApproved ? 'stage-approved' : 'votes-changed',
      requestId,
      stage,
      at,
    });
  }
  // A vote uses its voter up for the other stages.
  await noteProblems(tx, requestId, at);
  return { outcome: 'counted', decided: transition.request };
}

/**
 * Cancels what is pending of the same step for another head: nobody should
 * approve what is not there any more.
 */
export async function supersede(
  tx: Knex.Transaction,
  decision: DecisionRecord,
  calendar: Calendar,
): Promise<void> {
  const { id, taskId, stepId, subject, createdAt: at } = decision;
  if (!subject) {
    return;
  }
  const pending = await tx<RequestRow>('requests')
    .join('decisions', 'decisions.id', 'requests.decision_id')
    .where('requests.status', 'pending')
    .andWhere('decisions.task_id', taskId)
    .andWhere('decisions.step_id', stepId)
    .whereNot('decisions.id', id)
    .select('requests.id', 'decisions.subject');
  for (const { id: requestId, subject: older } of pending) {
    if (older && JSON.parse(older).head !== subject.head) {
      const comment = `The pull request has a new head, ${subject.head}; this one asked for another.`;
      if (await closePending(tx, { requestId, comment, at }, calendar)) {
        await tx<RequestRow>('requests')
          .where({ id: requestId })
          .update({ superseded_by: id });
      }
    }
  }
}

/**
 * Takes a vote back inside a transaction; see `ApprovalsStore.withdrawVote`.
 */
export async function withdrawVote(
  tx: Knex.Transaction,
  withdrawal: { requestId: string; voter: string; at: string },
): Promise<WithdrawalOutcome> {
  const { requestId, voter, at } = withdrawal;
  if (!(await lockPending(tx, requestId))) {
    return { outcome: 'request-decided' };
  }
  const vote = await tx<VoteRow>('votes')
    .where({ request_id: requestId, voter })
    .first();
  if (!vote) {
    return { outcome: 'not-voted' };
  }
  const stage = await tx<StageRow>('stages')
    .where({ id: vote.stage_id })
    .first();
  if (stage?.status !== 'open') {
    const { name = '', status = 'closed' } = stage ?? {};
    return { outcome: 'stage-not-open', stage: name, status };
  }
  await tx<VoteRow>('votes').where({ id: vote.id }).delete();
  await writeHistory(tx, {
    requestId,
    at,
    actor: voter,
    event: 'vote withdrawn',
    detail: stage.name,
  });
  await announce(tx, { event: 'votes-changed', requestId, stage, at });
  await refreshInbox(tx, requestId);
  await noteProblems(tx, requestId, at);
  return { outcome: 'withdrawn' };
}

/**
 * Cancels a pending request and closes its stages.
 *
 * @returns whether it was pending
 */
export async function closePending(
  tx: Knex.Transaction,
  cancel: { requestId: string; by?: string; comment?: string; at: string },
  calendar: Calendar,
): Promise<boolean> {
  const { requestId, by, comment, at } = cancel;
  if (!(await lockPending(tx, requestId))) {
    return false;
  }
  const stages = await tx<StageRow>('stages').where({ request_id: requestId });
  await applyToStages(tx, stages, closeStages(stages), { at, calendar });
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
