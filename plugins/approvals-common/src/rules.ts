import { ApprovalRequest, Stage, StageStatus, Verdict } from './requests';

/** The part of a stage that the transition rules look at. @public */
export type StageState = Pick<Stage, 'id' | 'position' | 'status' | 'quorum'>;

/** One compare-and-set of a stage's status. @public */
export interface StageTransition {
  stageId: string;
  from: StageStatus;
  to: StageStatus;
}

/** What follows from an event, to be applied as a whole or not at all. @public */
export interface Transition {
  stages: StageTransition[];
  /** Present when the request is decided by it. */
  request?: 'approved' | 'rejected';
}

/**
 * Tells in which status a stage starts: in a sequential decision only the
 * first one is open, otherwise all are.
 *
 * @param position - from 0, in the order in which the policy lists the stages
 * @public
 */
export function initialStageStatus(
  type: 'single' | 'multiple' | 'sequential',
  position: number,
): 'open' | 'waiting' {
  return type === 'sequential' && position > 0 ? 'waiting' : 'open';
}

function isUndecided({ status }: Pick<Stage, 'status'>): boolean {
  return status === 'open' || status === 'waiting';
}

/**
 * Transitions that end every stage which is not decided yet, because the
 * request was decided elsewhere.
 *
 * @public
 */
export function closeStages(stages: readonly StageState[]): StageTransition[] {
  return stages
    .filter(isUndecided)
    .map(({ id, status }) => ({ stageId: id, from: status, to: 'closed' }));
}

/**
 * Says what a vote that was just counted changes.
 *
 * @remarks
 * Any rejection rejects its stage and the request, and closes the other
 * stages. A stage is approved when its quorum is reached; when every stage is
 * approved, so is the request. In a sequential decision the next stage opens
 * when the one before is approved.
 *
 * @param options.stages - every stage of the request, before the vote
 * @param options.stageId - the open stage in which the vote was cast
 * @param options.approvals - approving votes in that stage, this one included
 * @public
 */
export function decideAfterVote(options: {
  stages: readonly StageState[];
  stageId: string;
  verdict: Verdict;
  approvals: number;
}): Transition {
  const { stages, stageId, verdict, approvals } = options;
  const stage = stages.find(({ id }) => id === stageId);
  if (stage?.status !== 'open') {
    return { stages: [] };
  }
  const others = stages.filter(({ id }) => id !== stageId);
  if (verdict === 'reject') {
    return {
      stages: [
        { stageId, from: 'open', to: 'rejected' },
        ...closeStages(others),
      ],
      request: 'rejected',
    };
  }
  if (approvals < stage.quorum) {
    return { stages: [] };
  }
  const approved: StageTransition = { stageId, from: 'open', to: 'approved' };
  if (others.every(({ status }) => status === 'approved')) {
    return { stages: [approved], request: 'approved' };
  }
  const next = others
    .filter(({ status }) => status === 'waiting')
    .sort((a, b) => a.position - b.position)[0];
  const opens = next && !others.some(({ status }) => status === 'open');
  return {
    stages: opens
      ? [approved, { stageId: next.id, from: 'waiting', to: 'open' }]
      : [approved],
  };
}

/**
 * Whether a person has a vote that can still be taken back: one in a stage
 * that is open.
 *
 * @public
 */
export function canWithdraw(
  request: Pick<ApprovalRequest, 'status' | 'stages'>,
  voter: string,
): boolean {
  return (
    request.status === 'pending' &&
    request.stages.some(
      ({ status, votes }) =>
        status === 'open' && votes.some(vote => vote.voter === voter),
    )
  );
}

const durationPattern =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * Adds an ISO 8601 duration (`PT4H`, `P1DT12H`) to a time, in UTC.
 *
 * @throws RangeError for a text that is no such duration.
 * @public
 */
export function addDuration(start: Date, duration: string): Date {
  const match = durationPattern.exec(duration);
  if (!match || /[PT]$/.test(duration)) {
    throw new RangeError(`'${duration}' is not an ISO 8601 duration`);
  }
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map(part => Number(part ?? 0));
  const end = new Date(start);
  end.setUTCFullYear(end.getUTCFullYear() + years, end.getUTCMonth() + months);
  const elapsedSeconds =
    (weeks * 7 + days) * 86_400 + hours * 3_600 + minutes * 60 + seconds;
  return new Date(end.getTime() + elapsedSeconds * 1_000);
}

/**
 * Says why a stage can't be decided, with what to change; `undefined` when
 * enough people can still vote, or nobody has to any more.
 *
 * @param options.voted - who has voted in any stage of the request: their one
 * vote is used up
 * @param options.unresolved - what went wrong when the approvers were looked up
 * @public
 */
export function stageProblem(options: {
  stage: Pick<Stage, 'status' | 'quorum' | 'eligible' | 'votes'>;
  voted: readonly string[];
  unresolved?: string;
}): string | undefined {
  const { stage, voted, unresolved } = options;
  if (!isUndecided(stage)) {
    return undefined;
  }
  const able = stage.eligible.filter(ref => !voted.includes(ref)).length;
  const missing =
    stage.quorum -
    stage.votes.filter(({ verdict }) => verdict === 'approve').length;
  if (able >= missing) {
    return undefined;
  }
  if (stage.eligible.length === 0) {
    return (
      unresolved ??
      'Nobody but the requester may decide this stage: add somebody to the approver group.'
    );
  }
  return able === 0
    ? 'Everybody who may decide this stage has voted already, and a vote counts once in a request: add somebody to the approver group.'
    : `${missing} approvals are still needed, but only ${able} of the people who may decide are left: add somebody to the approver group.`;
}

/**
 * In which stages a person may vote now.
 *
 * @remarks
 * The requester may vote in none, and nobody twice in one request.
 *
 * @returns the open stages, or why there is none
 * @public
 */
export function votableStages(
  request: Pick<ApprovalRequest, 'status' | 'requester' | 'stages'>,
  viewer: string,
): { stages: string[]; because?: string } {
  const none = (because: string) => ({ stages: [], because });
  if (request.status !== 'pending') {
    return none(`The request is ${request.status}.`);
  }
  if (viewer === request.requester) {
    return none('You asked for this yourself; somebody else decides.');
  }
  const votes = request.stages.flatMap(stage => stage.votes);
  if (votes.some(({ voter }) => voter === viewer)) {
    return none('You have voted; a vote counts in one stage of a request.');
  }
  const mine = request.stages.filter(({ eligible }) =>
    eligible.includes(viewer),
  );
  const open = mine.filter(({ status }) => status === 'open');
  if (open.length > 0) {
    return { stages: open.map(({ id }) => id) };
  }
  return mine.some(({ status }) => status === 'waiting')
    ? none('Your stage opens when the one before it is approved.')
    : none('You are not one of the approvers of an open stage.');
}
