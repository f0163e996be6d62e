import {
  Admission,
  admissionQuestionSchema,
  closeRunSchema,
  GateResult,
  openGateSchema,
  reviewRunSchema,
  waitsQuestionSchema,
} from '@self-service/plugin-approvals-common';
import { RetryDecision } from '@self-service/plugin-runs-common';
import { PluginOperation } from '@self-service/plugin-runs-node';
import { parse } from './routes/parse';
import { AdmissionService } from './services/AdmissionService';
import { GateService } from './services/GateService';
import { OutboxDispatcher } from './services/OutboxDispatcher';
import { RequestService } from './services/RequestService';
import { ReviewService } from './services/ReviewService';

/** What other plugins may ask for, over HTTP and in process alike. */
export function createPluginOperations(services: {
  gates: GateService;
  admissions: AdmissionService;
  requests: RequestService;
  reviews: ReviewService;
  /** Tells people of new requests at once. */
  dispatcher: Pick<OutboxDispatcher, 'deliverSoon'>;
}): PluginOperation[] {
  const { gates, admissions, requests, reviews, dispatcher } = services;
  return [
    {
      method: 'POST',
      route: '/gates',
      run: async ({ body, caller }): Promise<GateResult> => {
        const result = await gates.openGate(
          parse(openGateSchema, body),
          caller,
        );
        if (result.request) {
          dispatcher.deliverSoon();
        }
        return result;
      },
    },
    {
      method: 'POST',
      route: '/admissions',
      run: async ({ body }): Promise<Admission> =>
        admissions.admit(parse(admissionQuestionSchema, body)),
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
