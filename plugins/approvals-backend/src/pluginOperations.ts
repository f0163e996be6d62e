import {
  Admission,
  admissionQuestionSchema,
  closeRunSchema,
  GateResult,
  openGateSchema,
  Preview,
  previewQuestionSchema,
  reviewRunSchema,
  waitsQuestionSchema,
} from '@self-service/plugin-approvals-common';
import { RetryDecision } from '@self-service/plugin-runs-common';
import { PluginOperation } from '@self-service/plugin-runs-node';
import { parse } from './routes/parse';
import { AdmissionService } from './services/AdmissionService';
import { GateService } from './services/GateService';
import { RequestService } from './services/RequestService';
import { ReviewService } from './services/ReviewService';

/** What other plugins may ask for, over HTTP and in process alike. */
export function createPluginOperations(services: {
  gates: GateService;
  admissions: AdmissionService;
  requests: RequestService;
  reviews: ReviewService;
}): PluginOperation[] {
  const { gates, admissions, requests, reviews } = services;
  return [
    {
      method: 'POST',
      route: '/gates',
      run: ({ body, caller }): Promise<GateResult> =>
        gates.openGate(parse(openGateSchema, body), caller),
    },
    {
      method: 'POST',
      route: '/admissions',
      run: async ({ body }): Promise<Admission> =>
        admissions.admit(parse(admissionQuestionSchema, body)),
    },
    {
      method: 'POST',
      route: '/previews',
      run: async ({ body }): Promise<Preview> =>
        gates.preview(parse(previewQuestionSchema, body)),
    },
    {
      method: 'POST',
      route: '/runs/:taskId/close',
      run: async ({ params, body, caller }) =>
        requests.closeRun(params.taskId, parse(closeRunSchema, body), caller),
    },
    {
      method: 'POST',
      route: '/runs/:taskId/review',
      run: async ({ params, body, caller }): Promise<RetryDecision> =>
        reviews.review(params.taskId, parse(reviewRunSchema, body), caller),
    },
    {
      method: 'POST',
      route: '/waits',
      run: async ({ body }) => {
        const { requestIds } = parse(waitsQuestionSchema, body);
        return { over: await requests.decidedAmong(requestIds) };
      },
    },
  ];
}
