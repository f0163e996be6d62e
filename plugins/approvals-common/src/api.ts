import { z } from 'zod';
import { messageDeliverySchema } from './messages';
import {
  historyEntrySchema,
  requestSchema,
  requestStatusSchema,
  storedDecisionSchema,
  subjectSchema,
  verdictSchema,
  viewerSchema,
} from './requests';

/**
 * HTTP contract of the approvals backend: one schema source that types the
 * clients and validates the server.
 *
 * @remarks
 * For plugins (service principals only):
 *
 * - `POST /gates` {@link openGateSchema} → {@link gateResultSchema}
 * - `POST /admissions` {@link admissionQuestionSchema} → {@link admissionSchema}
 * - `POST /runs/:taskId/close` {@link closeRunSchema} → 204
 * - `POST /runs/:taskId/review` {@link reviewRunSchema} →
 *   `retryDecisionSchema` of runs-common
 * - `POST /waits` `{ requestIds }` → {@link waitsSchema}
 *
 * For people (user principals):
 *
 * - `GET /requests` {@link listQuerySchema} → {@link listSchema}
 * - `GET /requests/count` → {@link countSchema}
 * - `GET /requests/:id` → {@link requestDetailSchema}
 * - `POST /requests/:id/votes` {@link castVoteSchema} → {@link requestDetailSchema}
 * - `DELETE /requests/:id/votes`: the caller's own vote → {@link requestDetailSchema}
 * - `POST /requests/:id/cancel` {@link cancelSchema} → {@link requestDetailSchema}
 * - `GET /runs/:taskId` → {@link runApprovalsSchema}
 * - `POST /form-previews` `formPreviewQuestionSchema` → `formPreviewSchema`
 *
 * @public
 */
export const openGateSchema = z.object({
  taskId: z.string().min(1),
  stepId: z.string().min(1),
  /** Digest of the rendered step input: a gate finds its own record by it. */
  inputDigest: z.string().min(1),
  /** What a gate after a pull request decides on. */
  subject: subjectSchema.optional(),
  /**
   * Why this run could not wait if it had to, in words; empty or absent when
   * it can. With a problem a `require-approval` makes no request.
   */
  waitProblems: z.array(z.string()).optional(),
});

/** Answer to a gate. @public */
export const gateResultSchema = z.object({
  decision: storedDecisionSchema,
  /** Present exactly when the decision is `require-approval` and it can wait. */
  request: requestSchema.optional(),
});

/** May this run act now? @public */
export const admissionQuestionSchema = z.object({
  taskId: z.string().min(1),
  stepId: z.string().min(1),
  /** Id of the action that asks. */
  action: z.string().min(1),
  /** Head commit that the step is about to apply. */
  head: z.string().optional(),
});

/** @public */
export const admissionSchema = z.discriminatedUnion('admitted', [
  z.object({ admitted: z.literal(true) }),
  z.object({
    admitted: z.literal(false),
    code: z.enum([
      'no-gate',
      'gate-not-passed',
      'denied',
      'pending',
      'rejected',
      'expired',
      'cancelled',
      'head-moved',
      'unreadable',
    ]),
    /** Why, and what to do. */
    message: z.string(),
  }),
]);

/** Why a run's open requests end. @public */
export const closeRunSchema = z.object({
  comment: z.string().min(1),
  /** Entity ref of who ended it, where known. */
  by: z.string().optional(),
});

/**
 * Asks policy again about a run that is to be retried. `dryRun`: says what
 * would come of it, and stores nothing.
 *
 * @public
 */
export const reviewRunSchema = z.object({ dryRun: z.boolean() });

/** Which of these requests are decided (or gone)? @public */
export const waitsQuestionSchema = z.object({
  requestIds: z.array(z.string()).max(500),
});
/** @public */
export const waitsSchema = z.object({ over: z.array(z.string()) });

/** `inbox`: waits for me; `mine`: I asked; `all`: every one I may read. @public */
export const listQuerySchema = z.object({
  view: z.enum(['inbox', 'mine', 'all']).default('inbox'),
  status: requestStatusSchema.optional(),
  environment: z.string().optional(),
  risk: z.enum(['low', 'elevated', 'high']).optional(),
  /** Entity ref of a group that the request concerns. */
  team: z.string().optional(),
  /** Entity ref of who asked; the view `mine` sets it itself. */
  requester: z.string().optional(),
  /** Part of the title, in whatever case. */
  text: z.string().trim().min(1).max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: z.string().optional(),
});
/** @public */
export const listSchema = z.object({
  items: z.array(requestSchema),
  total: z.number().int(),
  nextCursor: z.string().optional(),
});
/** @public */
export const countSchema = z.object({ inbox: z.number().int() });
/** @public */
export const requestDetailSchema = z.object({
  request: requestSchema,
  history: z.array(historyEntrySchema),
  viewer: viewerSchema,
  /**
   * What people were told of it; for the requester, the approvers and the
   * platform team.
   */
  deliveries: z.array(messageDeliverySchema).optional(),
});
/** A rejection needs a comment. @public */
export const castVoteSchema = z
  .object({
    verdict: verdictSchema,
    comment: z.string().trim().max(4000).optional(),
    /** Needed only where the person may vote in several stages. */
    stageId: z.string().optional(),
  })
  .refine(vote => vote.verdict === 'approve' || vote.comment, {
    path: ['comment'],
    message: 'a rejection needs a comment: say why, and what would help',
  });
/** @public */
export const cancelSchema = z.object({
  comment: z.string().trim().max(4000).optional(),
});
/** @public */
export const runApprovalsSchema = z.object({
  decisions: z.array(storedDecisionSchema),
  requests: z.array(requestSchema),
});

/** @public */
export type OpenGate = z.infer<typeof openGateSchema>;
/** @public */
export type GateResult = z.infer<typeof gateResultSchema>;
/** @public */
export type AdmissionQuestion = z.infer<typeof admissionQuestionSchema>;
/** @public */
export type Admission = z.infer<typeof admissionSchema>;
/** @public */
export type CloseRun = z.infer<typeof closeRunSchema>;
/** @public */
export type ReviewRun = z.infer<typeof reviewRunSchema>;
/** @public */
export type ListQuery = z.input<typeof listQuerySchema>;
/** @public */
export type RequestList = z.infer<typeof listSchema>;
/** @public */
export type RequestDetail = z.infer<typeof requestDetailSchema>;
/** @public */
export type CastVote = z.infer<typeof castVoteSchema>;
/** @public */
export type RunApprovals = z.infer<typeof runApprovalsSchema>;

/** Channel on which the backend says that requests have changed. @public */
export const APPROVALS_SIGNAL = 'approvals:changed';
