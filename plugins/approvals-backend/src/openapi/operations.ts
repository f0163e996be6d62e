import {
  admissionQuestionSchema,
  admissionSchema,
  backtestQuestionSchema,
  backtestSchema,
  cancelSchema,
  castVoteSchema,
  closeRunSchema,
  countSchema,
  freezeListSchema,
  gateResultSchema,
  listQuerySchema,
  listSchema,
  newExemptionSchema,
  newFreezeSchema,
  openGateSchema,
  policyStatusSchema,
  previewQuestionSchema,
  previewSchema,
  replayQuerySchema,
  replaySchema,
  requestDetailSchema,
  reviewRunSchema,
  runApprovalsSchema,
  waitsQuestionSchema,
  waitsSchema,
} from '@self-service/plugin-approvals-common';
import { retryDecisionSchema } from '@self-service/plugin-runs-common';
import { z } from 'zod';

/** One route of the API, as its document tells of it. */
export interface Operation {
  method: 'get' | 'post' | 'delete';
  /** As express takes it: parameters are `:name`. */
  path: string;
  summary: string;
  /** Who may call: people, plugins with service credentials, or both. */
  callers: 'people' | 'plugins' | 'both';
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Status of success and what comes with it; nothing where it is absent. */
  status?: 200 | 201 | 204;
  answer?: z.ZodType;
}

const forPlugins: Operation[] = [
  {
    method: 'post',
    path: '/gates',
    summary: 'Open a gate: decide by policy, and ask people if need be',
    callers: 'plugins',
    body: openGateSchema,
    answer: gateResultSchema,
  },
  {
    method: 'post',
    path: '/admissions',
    summary: 'May this step of this run act now?',
    callers: 'plugins',
    body: admissionQuestionSchema,
    answer: admissionSchema,
  },
  {
    method: 'post',
    path: '/previews',
    summary: 'The decision that a gate would give; stores nothing',
    callers: 'plugins',
    body: previewQuestionSchema,
    answer: previewSchema,
  },
  {
    method: 'post',
    path: '/runs/:taskId/close',
    summary: 'End what is pending of a run',
    callers: 'plugins',
    body: closeRunSchema,
    status: 204,
  },
  {
    method: 'post',
    path: '/runs/:taskId/review',
    summary: 'Ask policy again about a run that is to be retried',
    callers: 'plugins',
    body: reviewRunSchema,
    answer: retryDecisionSchema,
  },
  {
    method: 'post',
    path: '/waits',
    summary: 'Which of these requests are decided or unknown',
    callers: 'plugins',
    body: waitsQuestionSchema,
    answer: waitsSchema,
  },
];

const forPeople: Operation[] = [
  {
    method: 'get',
    path: '/requests',
    summary: 'List the requests that the caller may read, newest first',
    callers: 'people',
    query: listQuerySchema,
    answer: listSchema,
  },
  {
    method: 'get',
    path: '/requests/count',
    summary: 'How many requests wait for the caller',
    callers: 'people',
    answer: countSchema,
  },
  {
    method: 'get',
    path: '/requests/:id',
    summary: 'A request, its history, and what the caller may do with it',
    callers: 'people',
    answer: requestDetailSchema,
  },
  {
    method: 'post',
    path: '/requests/:id/votes',
    summary: 'Approve or reject',
    callers: 'people',
    body: castVoteSchema,
    answer: requestDetailSchema,
  },
  {
    method: 'delete',
    path: '/requests/:id/votes',
    summary: 'Take the own vote back while its stage is open',
    callers: 'people',
    answer: requestDetailSchema,
  },
  {
    method: 'post',
    path: '/requests/:id/cancel',
    summary: 'Cancel a pending request',
    callers: 'people',
    body: cancelSchema,
    answer: requestDetailSchema,
  },
  {
    method: 'get',
    path: '/runs/:taskId',
    summary: 'Decisions and requests of a run',
    callers: 'people',
    answer: runApprovalsSchema,
  },
  {
    method: 'get',
    path: '/freezes',
    summary: 'List change freezes',
    callers: 'people',
    answer: freezeListSchema,
  },
  {
    method: 'post',
    path: '/freezes',
    summary: 'Create a change freeze',
    callers: 'people',
    body: newFreezeSchema,
    status: 201,
    answer: z.object({ id: z.string() }),
  },
  {
    method: 'post',
    path: '/freezes/:id/end',
    summary: 'End a change freeze now',
    callers: 'people',
    status: 204,
  },
  {
    method: 'post',
    path: '/freezes/:id/exemptions',
    summary: 'Exempt something from a change freeze',
    callers: 'people',
    body: newExemptionSchema,
    status: 204,
  },
];

const forBoth: Operation[] = [
  {
    method: 'get',
    path: '/policy/status',
    summary: 'Which policy decides, and what went wrong last',
    callers: 'both',
    answer: policyStatusSchema,
  },
  {
    method: 'get',
    path: '/policy/replay',
    summary: 'Evaluate stored decisions again as they were made',
    callers: 'both',
    query: replayQuerySchema,
    answer: replaySchema,
  },
  {
    method: 'post',
    path: '/policy/backtest',
    summary: 'What another policy would have decided',
    callers: 'both',
    body: backtestQuestionSchema,
    answer: backtestSchema,
  },
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    callers: 'both',
    answer: z.record(z.string(), z.unknown()),
  },
];

/** Every route of the API. */
export const operations: readonly Operation[] = [
  ...forPlugins,
  ...forPeople,
  ...forBoth,
];
