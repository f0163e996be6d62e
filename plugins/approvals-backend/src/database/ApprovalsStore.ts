import { PermissionCriteria } from '@backstage/plugin-permission-common';
import {
  Decision,
  DecisionRisk,
  DecisionStage,
  HistoryEntry,
  PolicyInput,
  RequestStatus,
  Stage,
  StageState,
  StageStatus,
  TimerKind,
  Subject,
  Transition,
  Verdict,
  Vote,
} from '@self-service/plugin-approvals-common';

/** What identifies a gate: asked again, it finds its own record by it. */
export interface GateKey {
  taskId: string;
  stepId: string;
  inputDigest: string;
}

/** A stored answer of the policy. */
export interface DecisionRecord extends GateKey {
  id: string;
  input: PolicyInput;
  result: Decision;
  bundleDigest: string;
  dataDigest: string;
  subject?: Subject;
  /** The decision of a later review, which counts in its place. */
  replacedBy?: string;
  /** ISO 8601, as every time here. */
  createdAt: string;
}

/** Who may decide a stage, as looked up in the catalog. */
export interface StageApprovers {
  /** User refs; the requester is never among them. */
  users: string[];
  /** What could not be found, with what to change. */
  unresolved?: string;
}

/** A stage as stored. */
export interface StageRecord
  extends Omit<Stage, 'problem' | 'approvers' | 'escalatedTo'> {
  approvers: DecisionStage['approvers'];
  /** Whom an escalation adds. */
  escalateTo: DecisionStage['escalateTo'];
  unresolved?: string;
}

/** Who may decide a stage now: backups as well, once it has escalated. */
export function approversOf(
  stage: Pick<StageRecord, 'approvers' | 'escalateTo' | 'escalatedAt'>,
): DecisionStage['approvers'] {
  return stage.escalatedAt
    ? [...stage.approvers, ...stage.escalateTo]
    : stage.approvers;
}

/** A request as stored, with everything that belongs to it. */
export interface RequestRecord {
  id: string;
  taskId: string;
  status: RequestStatus;
  title: string;
  requester: string;
  links: { title: string; url: string }[];
  outcomeComment?: string;
  outcomeBy?: string;
  /** The decision on a newer head, for which this one was cancelled. */
  supersededBy?: string;
  createdAt: string;
  decidedAt?: string;
  decision: DecisionRecord;
  stages: StageRecord[];
}

/** A request to be stored; its stages are in the order of the decision. */
export interface NewRequest {
  id: string;
  decisionId: string;
  taskId: string;
  title: string;
  requester: string;
  links: { title: string; url: string }[];
  createdAt: string;
  /** What lists are filtered by. */
  facets: {
    environment?: string;
    team?: string;
    risk?: DecisionRisk;
    /** Every team that it concerns. */
    teams: string[];
  };
  stages: (DecisionStage & {
    status: 'open' | 'waiting';
    approvers: DecisionStage['approvers'];
    eligible: StageApprovers;
  })[];
}

/** Bundle and data of a policy, to be archived by their digests. */
export interface PolicyArchive {
  bundleDigest: string;
  bundle: Uint8Array;
  dataDigest: string;
  data: unknown;
}

/** A vote to be counted. */
export interface NewVote {
  requestId: string;
  stageId: string;
  voter: string;
  verdict: Verdict;
  comment?: string;
  /** Hash of the link in a mail that is used up by it. */
  link?: string;
  at: string;
}

/** What became of a vote. */
export type VoteOutcome =
  | { outcome: 'counted'; decided?: 'approved' | 'rejected' }
  | {
      outcome:
        | 'voted-already'
        | 'stage-not-open'
        | 'request-decided'
        | 'link-used';
    };

/** What became of taking a vote back. */
export type WithdrawalOutcome =
  | { outcome: 'withdrawn' | 'not-voted' | 'request-decided' }
  | { outcome: 'stage-not-open'; stage: string; status: StageStatus };

/** A condition of the permission policy: one of these refs is in the field. */
export interface RequestCondition {
  field: 'requester' | 'approver' | 'team';
  refs: string[];
}

/** Which requests to list; newest first. */
export interface RequestFilter {
  /** Pending, with an open stage that this person may still vote in. */
  waitingFor?: string;
  requester?: string;
  status?: RequestStatus;
  environment?: string;
  risk?: DecisionRisk;
  /** A team that it concerns. */
  team?: string;
  /** Part of the title, in whatever case. */
  text?: string;
  /** What the permission policy allows to be seen; everything if absent. */
  allowed?: PermissionCriteria<RequestCondition>;
  limit: number;
  /** The last request of the page before. */
  after?: { createdAt: string; id: string };
}

/** A message to another plugin that still has to be delivered. */
export interface OutboxMessage {
  id: string;
  kind: string;
  payload: Record<string, string>;
  /** How often delivery was tried before. */
  attempts: number;
}

/** What people may have to be told of. */
export const ANNOUNCED_EVENTS = [
  'request-created',
  'stage-opened',
  'stage-reminded',
  'stage-escalated',
  'stage-stuck',
  'stage-approved',
  'votes-changed',
  'approvers-changed',
  'request-ended',
] as const;

/** Something that people should hear of, or see in what they were sent. */
export interface Announcement {
  event: (typeof ANNOUNCED_EVENTS)[number];
  requestId: string;
  stageId?: string;
}

/** Kind of the outbox message that carries an {@link Announcement}. */
export const ANNOUNCEMENT = 'announcement';

/** Kind of the outbox message that says that a request is decided. */
export const REQUEST_DECIDED = 'request-decided';

/** A place in a list of requests. */
export interface RequestCursor {
  createdAt: string;
  id: string;
}

/** A stage that is open or waiting, with the approvers that are stored. */
export interface UndecidedStage {
  stageId: string;
  approvers: DecisionStage['approvers'];
  requester: string;
  /** Sorted user refs. */
  eligible: string[];
  unresolved?: string;
}

/**
 * Decisions, requests, stages, votes and history.
 *
 * @remarks
 * Every change of a status is a compare-and-set inside one transaction with
 * its history and, where a run has to hear of it, its outbox message. Times
 * are passed in: they come from the clock service.
 */
export interface ApprovalsStore {
  /** Keeps a bundle and its data, once per digest. */
  archivePolicy(archive: PolicyArchive): Promise<void>;

  /** The decision of a gate, or that of its newest review. */
  findDecision(key: GateKey): Promise<DecisionRecord | undefined>;
  /**
   * Stores a decision, with a request if one is given. Where a decision
   * stands for that gate, nothing is stored. What is pending of the same step
   * for another head of the pull request is cancelled.
   *
   * @returns whether it was stored
   */
  saveDecision(
    decision: DecisionRecord,
    request?: NewRequest,
  ): Promise<boolean>;
  /**
   * Stores the decision of a review, with a request if one is given, in place
   * of one that nothing has replaced yet, and cancels what is pending of that.
   *
   * @returns whether it was stored
   */
  replaceDecision(
    replaced: DecisionRecord,
    decision: DecisionRecord,
    request?: NewRequest,
  ): Promise<boolean>;
  /** Adds the request of a stored decision; nothing where one stands. */
  saveRequest(request: NewRequest): Promise<boolean>;
  /** Every decision of a run, oldest first. */
  listDecisions(taskId: string): Promise<DecisionRecord[]>;

  findRequest(id: string): Promise<RequestRecord | undefined>;
  findRequestOfDecision(decisionId: string): Promise<RequestRecord | undefined>;
  /** Every request of a run, oldest first. */
  listRequestsOfRun(taskId: string): Promise<RequestRecord[]>;
  listRequests(
    filter: RequestFilter,
  ): Promise<{ items: RequestRecord[]; total: number }>;
  countRequests(
    filter: Omit<RequestFilter, 'limit' | 'after'>,
  ): Promise<number>;
  listHistory(requestId: string): Promise<HistoryEntry[]>;
  /** Of these ids, those of pending requests. */
  pendingAmong(ids: string[]): Promise<string[]>;

  /**
   * Counts a vote and applies what follows from it.
   *
   * @param decide - the rule, asked with the stages and the votes of the
   * stage, this one included, while no other writer can change them
   */
  castVote(
    vote: NewVote,
    decide: (stages: StageState[], votes: Vote[]) => Transition,
  ): Promise<VoteOutcome>;
  /**
   * Takes a person's vote back while its stage is open; the history keeps it.
   */
  withdrawVote(withdrawal: {
    requestId: string;
    voter: string;
    at: string;
  }): Promise<WithdrawalOutcome>;
  /**
   * `pending → cancelled`, and closes the stages.
   *
   * @returns whether it was pending
   */
  cancelRequest(cancel: {
    requestId: string;
    by: string;
    comment?: string;
    at: string;
  }): Promise<boolean>;
  /**
   * Marks a run as ended and cancels what is pending of it.
   *
   * @returns ids of the requests that were cancelled
   */
  closeRun(close: {
    taskId: string;
    by?: string;
    comment: string;
    at: string;
  }): Promise<string[]>;
  /** Whether a run was ended. */
  isRunClosed(taskId: string): Promise<boolean>;

  /**
   * Stages of pending requests whose approvers may still change, those of the
   * oldest requests first.
   *
   * @param page - how many requests to look at, and `next` of the page before
   */
  listUndecidedStages(page: {
    limit: number;
    after?: RequestCursor;
  }): Promise<{ stages: UndecidedStage[]; next?: RequestCursor }>;
  /**
   * Replaces who may decide a stage.
   *
   * @returns whether anything changed
   */
  replaceApprovers(
    stageId: string,
    approvers: StageApprovers,
    at: string,
  ): Promise<boolean>;
}

/** A stage whose time has come for something. */
export interface DueStage {
  requestId: string;
  stageId: string;
}

/**
 * What happens to open stages by itself, each with its moment.
 *
 * @remarks
 * A stage gets its timers in the transaction that opens it, and loses those
 * that have not fired in the one that ends it.
 */
export interface TimerStore {
  /** Stages with a timer whose moment has come, the longest waiting first. */
  listDue(now: string, limit: number): Promise<DueStage[]>;
  /**
   * Fires what is due of a stage, with its effect and history in the same
   * transaction.
   *
   * @remarks
   * Where several are due because nobody looked for a while, the last one
   * takes effect and the others lapse: nobody is reminded of a stage that
   * expires.
   *
   * @returns which one took effect; `undefined` when the stage was decided, or
   * another process was faster
   */
  fire(stage: DueStage, at: string): Promise<TimerKind | undefined>;
}

/**
 * Messages to other plugins, each written in the transaction that caused it.
 */
export interface Outbox {
  /**
   * Messages whose next attempt is due: those to runs first, then by age.
   *
   * @param who - those to people alone, or all the others alone
   */
  listDue(
    now: string,
    limit: number,
    who?: 'people' | 'plugins',
  ): Promise<OutboxMessage[]>;
  /**
   * Claims a message until a time, at which it is due again.
   *
   * @returns whether nobody else had claimed it
   */
  claim(message: OutboxMessage, until: string): Promise<boolean>;
  markDelivered(id: string, at: string): Promise<void>;
  markFailed(id: string, error: string, nextAttemptAt: string): Promise<void>;
  /** Removes what was delivered before a time. */
  deleteDelivered(before: string): Promise<void>;
}
