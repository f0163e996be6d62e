import {
  Admission,
  AdmissionQuestion,
  admissionSchema,
  CloseRun,
  GateResult,
  gateResultSchema,
  OpenGate,
  ReviewRun,
  waitsSchema,
} from '@self-service/plugin-approvals-common';
import {
  RetryDecision,
  retryDecisionSchema,
} from '@self-service/plugin-runs-common';
import {
  BackendCaller,
  BackendCallerOptions,
} from '@self-service/plugin-runs-node';
import { ApprovalsService } from './ApprovalsService';

const MAXIMUM_WAITS = 500;

/**
 * Asks the approvals backend with the calling plugin's own service
 * credentials.
 *
 * @remarks
 * Repeats nothing by itself: every call is safe to repeat, and the caller
 * knows for how long it is worth it.
 *
 * @public
 */
export class DefaultApprovalsService implements ApprovalsService {
  readonly #backend: BackendCaller;

  /** Makes a client; nothing is called yet. */
  static create(
    options: Omit<BackendCallerOptions, 'pluginId'>,
  ): DefaultApprovalsService {
    return new DefaultApprovalsService(options);
  }

  private constructor(options: Omit<BackendCallerOptions, 'pluginId'>) {
    this.#backend = new BackendCaller({ ...options, pluginId: 'approvals' });
  }

  /** {@inheritdoc ApprovalsService.openGate} */
  async openGate(gate: OpenGate): Promise<GateResult> {
    return gateResultSchema.parse(
      await this.#backend.call('POST', '/gates', { body: gate }),
    );
  }

  /** {@inheritdoc ApprovalsService.admit} */
  async admit(question: AdmissionQuestion): Promise<Admission> {
    return admissionSchema.parse(
      await this.#backend.call('POST', '/admissions', { body: question }),
    );
  }

  /** {@inheritdoc ApprovalsService.closeRun} */
  async closeRun(taskId: string, reason: CloseRun): Promise<void> {
    await this.#backend.call('POST', '/runs/:taskId/close', {
      params: { taskId },
      body: reason,
    });
  }

  /** {@inheritdoc ApprovalsService.reviewRun} */
  async reviewRun(taskId: string, options: ReviewRun): Promise<RetryDecision> {
    return retryDecisionSchema.parse(
      await this.#backend.call('POST', '/runs/:taskId/review', {
        params: { taskId },
        body: options,
      }),
    );
  }

  /** {@inheritdoc ApprovalsService.decidedAmong} */
  async decidedAmong(requestIds: string[]): Promise<string[]> {
    const over: string[] = [];
    for (let at = 0; at < requestIds.length; at += MAXIMUM_WAITS) {
      const batch = requestIds.slice(at, at + MAXIMUM_WAITS);
      const answer = await this.#backend.call('POST', '/waits', {
        body: { requestIds: batch },
      });
      over.push(...waitsSchema.parse(answer).over);
    }
    return over;
  }
}
