import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import {
  Admission,
  AdmissionQuestion,
  CloseRun,
  GateResult,
  OpenGate,
  ReviewRun,
} from '@self-service/plugin-approvals-common';
import { RetryDecision } from '@self-service/plugin-runs-common';
import { localBackendsServiceRef } from '@self-service/plugin-runs-node';
import { DefaultApprovalsService } from './DefaultApprovalsService';

/**
 * What other plugins ask of the approvals backend. Every call is made with
 * the calling plugin's own service credentials.
 *
 * @public
 */
export interface ApprovalsService {
  /**
   * Asks for the decision of a gate, and makes a request if people must
   * decide. Idempotent by task, step and input digest: asked again, it
   * returns what stands.
   */
  openGate(gate: OpenGate): Promise<GateResult>;
  /** May this run act now? Fails closed: a failure to answer throws. */
  admit(question: AdmissionQuestion): Promise<Admission>;
  /** Cancels what is still pending of a run that ended. Idempotent. */
  closeRun(taskId: string, reason: CloseRun): Promise<void>;
  /**
   * Asks policy again about a run that is to be retried, on each of its gates,
   * and people where policy says so. Asked again while nothing changes, it
   * returns what stands.
   */
  reviewRun(taskId: string, options: ReviewRun): Promise<RetryDecision>;
  /** Of these requests, the ids of those that are decided or unknown. */
  decidedAmong(requestIds: string[]): Promise<string[]>;
}

/** @public */
export const approvalsServiceRef = createServiceRef<ApprovalsService>({
  id: 'self-service.approvals',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {
        discovery: coreServices.discovery,
        auth: coreServices.auth,
        localBackends: localBackendsServiceRef,
      },
      factory: deps => DefaultApprovalsService.create(deps),
    }),
});
