import { Knex } from 'knex';
import { TimerKind, Vote } from '@self-service/plugin-approvals-common';
import {
  DecisionRecord,
  NewRequest,
  RequestRecord,
  StageRecord,
} from './ApprovalsStore';

type Nullable<T> = T | null;

/** Row of `decisions`. */
export interface DecisionRow {
  id: string;
  task_id: string;
  step_id: string;
  input_digest: string;
  input: string;
  result: string;
  bundle_digest: string;
  data_digest: string;
  subject: Nullable<string>;
  replaced_by: Nullable<string>;
  created_at: string;
}

/** Row of `requests`. */
export interface RequestRow {
  id: string;
  decision_id: string;
  task_id: string;
  status: RequestRecord['status'];
  title: string;
  requester: string;
  links: string;
  outcome_comment: Nullable<string>;
  outcome_by: Nullable<string>;
  superseded_by: Nullable<string>;
  created_at: string;
  decided_at: Nullable<string>;
}

/** Row of `stages`. */
export interface StageRow {
  id: string;
  request_id: string;
  position: number;
  name: string;
  kind: string;
  status: StageRecord['status'];
  quorum: number;
  approvers: string;
  reasons: string;
  due: string;
  escalate_after: string;
  escalate_to: string;
  unresolved: Nullable<string>;
  opened_at: Nullable<string>;
  due_at: Nullable<string>;
  escalated_at: Nullable<string>;
  problem_since: Nullable<string>;
  decided_at: Nullable<string>;
}

/** Row of `timers`. */
export interface TimerRow {
  id: string;
  request_id: string;
  stage_id: string;
  kind: TimerKind;
  fires_at: string;
  fired_at: Nullable<string>;
}

/** Row of `votes`. */
export interface VoteRow {
  id: string;
  request_id: string;
  stage_id: string;
  voter: string;
  verdict: Vote['verdict'];
  comment: Nullable<string>;
  created_at: string;
}

/** Row of `stage_approvers`. */
export interface ApproverRow {
  stage_id: string;
  user_ref: string;
}

/** A decision as a row. */
export function fromDecision(decision: DecisionRecord): DecisionRow {
  return {
    id: decision.id,
    task_id: decision.taskId,
    step_id: decision.stepId,
    input_digest: decision.inputDigest,
    input: JSON.stringify(decision.input),
    result: JSON.stringify(decision.result),
    bundle_digest: decision.bundleDigest,
    data_digest: decision.dataDigest,
    subject: decision.subject ? JSON.stringify(decision.subject) : null,
    replaced_by: decision.replacedBy ?? null,
    created_at: decision.createdAt,
  };
}

/** A row as a decision. */
export function toDecision(row: DecisionRow): DecisionRecord {
  return {
    id: row.id,
    taskId: row.task_id,
    stepId: row.step_id,
    inputDigest: row.input_digest,
    input: JSON.parse(row.input),
    result: JSON.parse(row.result),
    bundleDigest: row.bundle_digest,
    dataDigest: row.data_digest,
    subject: row.subject ? JSON.parse(row.subject) : undefined,
    replacedBy: row.replaced_by ?? undefined,
    createdAt: row.created_at,
  };
}

/** A row as a vote. */
export function toVote(row: VoteRow): Vote {
  return {
    id: row.id,
    stageId: row.stage_id,
    voter: row.voter,
    verdict: row.verdict,
    comment: row.comment ?? undefined,
    createdAt: row.created_at,
  };
}

/** The row of a new stage. */
export function fromNewStage(
  request: NewRequest,
  position: number,
  id: string,
): StageRow {
  const stage = request.stages[position];
  return {
    id,
    request_id: request.id,
    position,
    name: stage.id,
    kind: stage.kind,
    status: stage.status,
    quorum: stage.quorum,
    approvers: JSON.stringify(stage.approvers),
    reasons: JSON.stringify(stage.reasons),
    due: stage.due,
    escalate_after: stage.escalateAfter,
    escalate_to: JSON.stringify(stage.escalateTo),
    unresolved: stage.eligible.unresolved ?? null,
    opened_at: null,
    due_at: null,
    escalated_at: null,
    problem_since: null,
    decided_at: null,
  };
}

function toStage(
  row: StageRow,
  votes: VoteRow[],
  approvers: ApproverRow[],
): StageRecord {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    position: row.position,
    status: row.status,
    quorum: row.quorum,
    approvers: JSON.parse(row.approvers),
    reasons: JSON.parse(row.reasons),
    escalateTo: JSON.parse(row.escalate_to),
    unresolved: row.unresolved ?? undefined,
    openedAt: row.opened_at ?? undefined,
    dueAt: row.due_at ?? undefined,
    escalatedAt: row.escalated_at ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    eligible: approvers
      .filter(({ stage_id }) => stage_id === row.id)
      .map(({ user_ref }) => user_ref),
    votes: votes.filter(({ stage_id }) => stage_id === row.id).map(toVote),
  };
}

/**
 * Reads everything that belongs to some requests: five queries, however many
 * there are.
 */
export async function loadRequests(
  knex: Knex,
  rows: RequestRow[],
): Promise<RequestRecord[]> {
  if (rows.length === 0) {
    return [];
  }
  const ids = rows.map(({ id }) => id);
  // One after the other: within a transaction they share a connection.
  const stages = await knex<StageRow>('stages')
    .whereIn('request_id', ids)
    .orderBy('position');
  const votes = await knex<VoteRow>('votes')
    .whereIn('request_id', ids)
    .orderBy(['created_at', 'id']);
  const decisions = await knex<DecisionRow>('decisions').whereIn(
    'id',
    rows.map(row => row.decision_id),
  );
  const approvers = await knex<ApproverRow>('stage_approvers')
    .whereIn(
      'stage_id',
      stages.map(({ id }) => id),
    )
    .orderBy('user_ref');
  const decisionById = new Map(decisions.map(row => [row.id, toDecision(row)]));
  return rows.flatMap(row => {
    const decision = decisionById.get(row.decision_id);
    // A foreign key guarantees it; a row without it would be no request.
    if (!decision) {
      return [];
    }
    return {
      id: row.id,
      taskId: row.task_id,
      status: row.status,
      title: row.title,
      requester: row.requester,
      links: JSON.parse(row.links),
      outcomeComment: row.outcome_comment ?? undefined,
      outcomeBy: row.outcome_by ?? undefined,
      supersededBy: row.superseded_by ?? undefined,
      createdAt: row.created_at,
      decidedAt: row.decided_at ?? undefined,
      decision,
      stages: stages
        .filter(({ request_id }) => request_id === row.id)
        .map(stage => toStage(stage, votes, approvers)),
    };
  });
}
