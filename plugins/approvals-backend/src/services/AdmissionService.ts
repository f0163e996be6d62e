import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import {
  Admission,
  AdmissionQuestion,
  GateStep,
  isGate,
  isGated,
  isProposing,
} from '@self-service/plugin-approvals-common';
import { ApprovalsStore, DecisionRecord, RequestRecord } from '../database';
import { describeEnd } from './presentation';
import { RunReader } from './RunReader';

type Refusal = Extract<Admission, { admitted: false }>;

const ADMITTED: Admission = { admitted: true };

function refuse(code: Refusal['code'], message: string): Refusal {
  return { admitted: false, code, message };
}

/**
 * What the records of a run say against one of its decisions; `undefined` if
 * the decision lets the run go on.
 */
function objection(
  decision: DecisionRecord,
  requests: readonly RequestRecord[],
): Refusal | undefined {
  const { outcome } = decision.result;
  if (outcome === 'auto-approve') {
    return undefined;
  }
  if (outcome === 'deny') {
    return refuse(
      'denied',
      'Policy denied this run; its gate says why. Correct that and start a new run.',
    );
  }
  const request = requests.find(({ decision: { id } }) => id === decision.id);
  switch (request?.status) {
    case 'approved':
      return undefined;
    case 'pending':
      return refuse(
        'pending',
        `Approval of "${request.title}" is still pending. The run goes on by itself once it is given.`,
      );
    case 'rejected':
    case 'expired':
    case 'cancelled':
      return refuse(request.status, describeEnd(request));
    case undefined:
      return refuse(
        'gate-not-passed',
        'People have to approve this run, and they were not asked, because the run could not wait. Its gate says why; correct that and retry from there.',
      );
    default:
      return refuse(
        'unreadable',
        `The request "${request?.title}" has a status that this version does not know. Whoever runs the portal has to look at it.`,
      );
  }
}

/**
 * Those decisions of a run that still count: not what a review has replaced,
 * and not what was asked for an older head of the pull request.
 */
export function inForce(
  decisions: readonly DecisionRecord[],
  requests: readonly RequestRecord[],
): DecisionRecord[] {
  const superseded = new Set(
    requests
      .filter(({ supersededBy }) => supersededBy)
      .map(({ decision }) => decision.id),
  );
  return decisions.filter(
    ({ id, replacedBy }) => !replacedBy && !superseded.has(id),
  );
}

/**
 * Answers whether a run may act now. Anything that is not plainly a yes is a
 * no.
 */
export class AdmissionService {
  readonly #store: ApprovalsStore;
  readonly #runs: RunReader;
  readonly #logger: LoggerService;

  constructor(options: {
    store: ApprovalsStore;
    runs: RunReader;
    logger: LoggerService;
  }) {
    this.#store = options.store;
    this.#runs = options.runs;
    this.#logger = options.logger;
  }

  /**
   * May this step of this run act?
   *
   * @throws when the database can't be read: no answer is no admission
   */
  async admit(question: AdmissionQuestion): Promise<Admission> {
    const { taskId } = question;
    let spec: TaskSpec;
    try {
      spec = await this.#runs.getSpec(taskId);
    } catch (error) {
      this.#logger.warn(`Run ${taskId} is not readable`, toError(error));
      return refuse(
        'unreadable',
        `Run ${taskId} could not be read from the scaffolder, so nothing may be created. Retry when the scaffolder answers again.`,
      );
    }
    const position = this.#judgePosition(question, spec.steps);
    if (!position.admitted) {
      return position;
    }
    return this.#judgeRecords(question, position.gates);
  }

  /** What the order of the steps says: which gates must have been passed. */
  #judgePosition(
    { stepId, action }: AdmissionQuestion,
    steps: readonly GateStep[],
  ): Refusal | { admitted: true; gates: string[] } {
    const index = steps.findIndex(({ id }) => id === stepId);
    if (index < 0 || steps[index].action !== action) {
      return refuse(
        'no-gate',
        `The run has no step '${stepId}' with the action ${action}. Start a new run.`,
      );
    }
    const gates = steps
      .slice(0, index)
      .filter(isGate)
      .map(({ id = '' }) => id);
    // Before its gate a run may propose a change, so that approvers see it.
    const mayStand = gates.length > 0 || isProposing(action);
    if (!mayStand || !isGated(steps)) {
      return refuse(
        'no-gate',
        'No approval gate stands before this step, or something is created before the gate. Have the template processed by the catalog again, then start a new run.',
      );
    }
    return { admitted: true, gates };
  }

  async #judgeRecords(
    { taskId, head }: AdmissionQuestion,
    gates: readonly string[],
  ): Promise<Admission> {
    if (await this.#store.isRunClosed(taskId)) {
      return refuse(
        'cancelled',
        'The run was cancelled. Start a new run to ask again.',
      );
    }
    const decisions = await this.#store.listDecisions(taskId);
    const requests = await this.#store.listRequestsOfRun(taskId);
    const final = inForce(decisions, requests)
      .map(decision => objection(decision, requests))
      .find(
        refusal =>
          refusal &&
          ['denied', 'rejected', 'expired', 'cancelled'].includes(refusal.code),
      );
    if (final) {
      return final;
    }
    for (const gate of gates) {
      const newest = decisions.filter(({ stepId }) => stepId === gate).at(-1);
      const refusal = newest
        ? objection(newest, requests)
        : refuse(
            'gate-not-passed',
            `The gate '${gate}' has not been passed. Retry the run from there.`,
          );
      if (refusal) {
        return refusal;
      }
    }
    // A wait may have asked anew, because the head moved: its answer counts
    // as much as that of the gate.
    const onHead = decisions.filter(({ subject }) => subject).at(-1);
    if (head !== undefined && onHead?.subject && onHead.subject.head !== head) {
      return refuse(
        'head-moved',
        `The decision was made for commit ${onHead.subject.head}, but the head is now ${head}. Ask for approval of the new head.`,
      );
    }
    return (onHead && objection(onHead, requests)) ?? ADMITTED;
  }
}
