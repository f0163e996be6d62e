import { z } from 'zod';
import { decisionSchema } from './decision';

/** Status of a request. @public */
export const requestStatusSchema = z.enum([
  'pending',
  'approved',
  'rejected',
  'expired',
  'cancelled',
]);
/** Status of a stage; `closed`: the request was decided elsewhere. @public */
export const stageStatusSchema = z.enum([
  'waiting',
  'open',
  'approved',
  'rejected',
  'expired',
  'closed',
]);
/** What one person says in a stage. @public */
export const verdictSchema = z.enum(['approve', 'reject']);

/** One person's vote in one stage. @public */
export const voteSchema = z.object({
  id: z.string(),
  stageId: z.string(),
  /** Entity ref of the voter. */
  voter: z.string(),
  verdict: verdictSchema,
  comment: z.string().optional(),
  /** ISO 8601. */
  createdAt: z.string(),
});

/** One approver group inside a request. @public */
export const stageSchema = z.object({
  id: z.string(),
  /** Id that the policy gave, for example `security`. */
  name: z.string(),
  kind: z.string(),
  position: z.number().int(),
  status: stageStatusSchema,
  quorum: z.number().int(),
  /** As the policy said it: who decides. */
  approvers: z.array(z.record(z.string(), z.string())),
  /** User refs who may decide now, resolved from the catalog. */
  eligible: z.array(z.string()),
  /** Why nobody can decide, with what to change; absent when somebody can. */
  problem: z.string().optional(),
  reasons: z.array(z.string()),
  openedAt: z.string().optional(),
  dueAt: z.string().optional(),
  /** When nobody had decided for too long, and backups were added. */
  escalatedAt: z.string().optional(),
  /** Whom the escalation added to the approvers. */
  escalatedTo: z.array(z.record(z.string(), z.string())).optional(),
  decidedAt: z.string().optional(),
  votes: z.array(voteSchema),
});

/** Something the approver can look at. @public */
export const linkSchema = z.object({ title: z.string(), url: z.string() });

/**
 * What a gate placed after a pull request decides on: this head and no other.
 *
 * @public
 */
export const subjectSchema = z.object({
  pullRequestUrl: z.string(),
  /** Commit id of the head that was planned. */
  head: z.string(),
  plan: z
    .object({
      add: z.number().int(),
      change: z.number().int(),
      destroy: z.number().int(),
      url: z.string().optional(),
    })
    .optional(),
  /** What the plan is estimated to cost a month, in the policy's currency. */
  monthlyCost: z.number().nonnegative().optional(),
});

/** Facts as stored with a decision. @public */
export const factsSchema = z.object({
  template: z.string(),
  operation: z.string().optional(),
  environment: z.string().optional(),
  monthlyCost: z.number().optional(),
  team: z.string().optional(),
  affectedTeams: z.array(z.string()),
  requester: z.object({
    ref: z.string().optional(),
    teams: z.array(z.string()),
  }),
  parameters: z.record(z.string(), z.any()),
});

/** A stored decision: one answer of the policy to one gate. @public */
export const storedDecisionSchema = z.object({
  id: z.string(),
  taskId: z.string(),
  stepId: z.string(),
  facts: factsSchema,
  decision: decisionSchema,
  /** Plain words for `decision.reasons`, in the same order. */
  explanations: z.array(z.string()),
  subject: subjectSchema.optional(),
  bundleDigest: z.string(),
  dataDigest: z.string(),
  createdAt: z.string(),
});

/** One approval request with everything its page shows. @public */
export const requestSchema = z.object({
  id: z.string(),
  taskId: z.string(),
  stepId: z.string(),
  status: requestStatusSchema,
  title: z.string(),
  requester: z.string(),
  decision: storedDecisionSchema,
  stages: z.array(stageSchema),
  links: z.array(linkSchema),
  /** Comment of the rejection, or why it was cancelled. */
  outcomeComment: z.string().optional(),
  /** Entity ref of who rejected or cancelled. */
  outcomeBy: z.string().optional(),
  createdAt: z.string(),
  decidedAt: z.string().optional(),
});

/** A line of the append-only history of a request. @public */
export const historyEntrySchema = z.object({
  at: z.string(),
  /** User ref, or the name of the service that acted. */
  actor: z.string(),
  event: z.string(),
  detail: z.string().optional(),
});

/** What the signed-in person may do with a request, and why not. @public */
export const viewerSchema = z.object({
  /** Stage ids in which this person may vote now. */
  votableStages: z.array(z.string()),
  /** Why this person can't vote, in words; absent when they can. */
  cannotVoteBecause: z.string().optional(),
  /** Whether this person has a vote in an open stage to take back. */
  canWithdraw: z.boolean().optional(),
  canCancel: z.boolean(),
  /** Whether this person may have failed messages sent again. */
  canRetryDeliveries: z.boolean().optional(),
});

/** @public */
export type RequestStatus = z.infer<typeof requestStatusSchema>;
/** @public */
export type StageStatus = z.infer<typeof stageStatusSchema>;
/** @public */
export type Verdict = z.infer<typeof verdictSchema>;
/** @public */
export type Vote = z.infer<typeof voteSchema>;
/** @public */
export type Stage = z.infer<typeof stageSchema>;
/** @public */
export type Subject = z.infer<typeof subjectSchema>;
/** @public */
export type StoredDecision = z.infer<typeof storedDecisionSchema>;
/** @public */
export type ApprovalRequest = z.infer<typeof requestSchema>;
/** @public */
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
/** @public */
export type Viewer = z.infer<typeof viewerSchema>;
