import { ConflictError } from '@backstage/errors';
import { explain } from '@self-service/plugin-approvals-common';
import { RetryDecision } from '@self-service/plugin-runs-common';
import {
  ApprovalsStore,
  DecisionRecord,
  PolicyArchive,
  RequestRecord,
} from '../database';
import { inForce } from './AdmissionService';
import { AuditTrail } from './AuditTrail';
import { DecisionMaker, RunAtGate } from './DecisionMaker';
import { describeChanges, isSame } from './describeChanges';
import { Notifier } from './Notifier';
import { describeEnd } from './presentation';

/** How often a review starts over when somebody else was faster. */
const MAXIMUM_TRIES = 5;

/** From the best to the worst. */
const OUTCOMES: readonly RetryDecision['outcome'][] = [
  'unchanged',
  'approved',
  'pending',
  'denied',
];

/** A decision that was made anew, and has yet to be stored. */
interface Fresh {
  run: RunAtGate;
  record: DecisionRecord;
  artifacts?: PolicyArchive;
}

/**
 * Asks policy again about a run that is to be retried.
 *
 * @remarks
 * A gate that was passed is skipped by a retry for ever. So what has changed
 * since it was passed is looked at here, and a decision that differs is
 * stored in its place, where admission finds it.
 */
export class ReviewService {
  readonly #store: ApprovalsStore;
  readonly #maker: DecisionMaker;
  readonly #audit: AuditTrail;
  readonly #notifier: Notifier;

  constructor(
    options: ConstructorParameters<typeof DecisionMaker>[0] & {
      audit: AuditTrail;
      notifier: Notifier;
    },
  ) {
    this.#store = options.store;
    this.#maker = new DecisionMaker(options);
    this.#audit = options.audit;
    this.#notifier = options.notifier;
  }

  /**
   * Decides anew on every gate that the run has asked at. Asked again while
   * nothing changes, it returns what stands.
   *
   * @param options.dryRun - says what would come of it, and stores nothing
   * @param caller - subject of the service that asks
   * @throws when task or catalog can't be read; then nothing is stored
   */
  async review(
    taskId: string,
    { dryRun }: { dryRun: boolean },
    caller: string,
  ): Promise<RetryDecision> {
    if (await this.#store.isRunClosed(taskId)) {
      return {
        outcome: 'denied',
        changes: [],
        explanations: [
          'The run was cancelled or rolled back. Start a new run to ask again.',
        ],
      };
    }
    if (dryRun) {
      return this.#review(taskId, true);
    }
    const decision = await this.#audit.record(
      { eventId: 'run-review', actor: caller, meta: { taskId } },
      () => this.#review(taskId, false),
    );
    if (decision.outcome !== 'unchanged') {
      await this.#notifier.requestsChanged();
    }
    return decision;
  }

  async #review(taskId: string, dryRun: boolean): Promise<RetryDecision> {
    const decisions = await this.#store.listDecisions(taskId);
    const requests = await this.#store.listRequestsOfRun(taskId);
    const counting = inForce(decisions, requests);
    const reviews: RetryDecision[] = [];
    for (const stepId of new Set(counting.map(decision => decision.stepId))) {
      const newest = counting.filter(one => one.stepId === stepId).at(-1);
      if (newest) {
        reviews.push(await this.#reviewOne(newest, dryRun));
      }
    }
    return combine(reviews);
  }

  async #reviewOne(
    decision: DecisionRecord,
    dryRun: boolean,
  ): Promise<RetryDecision> {
    let standing: DecisionRecord | undefined = decision;
    for (let tries = 0; standing && tries < MAXIMUM_TRIES; tries++) {
      const request = await this.#store.findRequestOfDecision(standing.id);
      const settled = settle(standing, request);
      if (settled) {
        return settled;
      }
      const fresh = await this.#decide(standing);
      const changes = describeChanges(standing, fresh.record);
      const kept = keep(standing, fresh.record, request, changes);
      if (kept) {
        return kept;
      }
      const stored = await this.#replace(standing, fresh, dryRun);
      if (stored) {
        return { ...stored, changes };
      }
      standing = await this.#store.findDecision(standing);
    }
    throw new ConflictError(
      `The decision of gate ${decision.stepId} of run ${decision.taskId} keeps changing`,
    );
  }

  async #decide(standing: DecisionRecord): Promise<Fresh> {
    const run = await this.#maker.readRun(standing);
    // One decision replaces another one: the key says which.
    const inputDigest = `review:${standing.id}`;
    return {
      run,
      ...(await this.#maker.decide({ ...standing, inputDigest }, run)),
    };
  }

  /** Returns `undefined` when somebody else was faster. */
  async #replace(
    standing: DecisionRecord,
    { run, record, artifacts }: Fresh,
    dryRun: boolean,
  ): Promise<Omit<RetryDecision, 'changes'> | undefined> {
    const { outcome } = record.result;
    const request = dryRun
      ? undefined
      : await this.#maker.newRequest(record, run);
    if (!dryRun) {
      await this.#maker.archivePolicy(artifacts);
      if (!(await this.#store.replaceDecision(standing, record, request))) {
        return undefined;
      }
    }
    const explanations = explain(record.result);
    switch (outcome) {
      case 'auto-approve':
        return { outcome: 'approved', explanations };
      case 'require-approval':
        return { outcome: 'pending', explanations, requestId: request?.id };
      default:
        return { outcome: 'denied', explanations };
    }
  }
}

/** What no change of facts or policy makes different. */
function settle(
  { result }: DecisionRecord,
  request: RequestRecord | undefined,
): RetryDecision | undefined {
  if (result.outcome !== 'require-approval') {
    return undefined;
  }
  switch (request?.status) {
    case undefined:
      // Nobody was asked yet: the gate is not passed, and will ask.
      return { outcome: 'unchanged', changes: [], explanations: [] };
    case 'rejected':
    case 'expired':
    case 'cancelled':
      return {
        outcome: 'denied',
        changes: [],
        explanations: [describeEnd(request)],
      };
    default:
      return undefined;
  }
}

/** What stands, where it still counts. */
function keep(
  standing: DecisionRecord,
  fresh: DecisionRecord,
  request: RequestRecord | undefined,
  changes: string[],
): RetryDecision | undefined {
  const { result } = standing;
  const explanations = explain(result);
  if (result.outcome === 'require-approval') {
    // What people said of the same facts in the same stages stays said.
    const isAsked =
      fresh.result.outcome === 'require-approval' &&
      isSame(standing.input.request, fresh.input.request) &&
      isSame(stagesOf(standing), stagesOf(fresh));
    if (!isAsked) {
      return undefined;
    }
    return request?.status === 'approved'
      ? { outcome: 'unchanged', changes, explanations }
      : { outcome: 'pending', changes, explanations, requestId: request?.id };
  }
  if (changes.length > 0) {
    return undefined;
  }
  return result.outcome === 'deny'
    ? { outcome: 'denied', changes, explanations }
    : { outcome: 'unchanged', changes, explanations };
}

function stagesOf({ result }: DecisionRecord) {
  return {
    type: result.type,
    stages: result.stages.map(({ id, approvers, quorum }) => ({
      id,
      approvers,
      quorum,
    })),
  };
}

/** The worst of the gates counts; what is said of all of them is shown. */
function combine(reviews: readonly RetryDecision[]): RetryDecision {
  const worst = Math.max(
    0,
    ...reviews.map(({ outcome }) => OUTCOMES.indexOf(outcome)),
  );
  const outcome = OUTCOMES[worst];
  const unique = (texts: string[]) => [...new Set(texts)];
  return {
    outcome,
    changes: unique(reviews.flatMap(({ changes }) => changes)),
    explanations: unique(
      reviews
        .filter(review => review.outcome === outcome)
        .flatMap(({ explanations }) => explanations),
    ),
    requestId: reviews.find(
      review => review.outcome === outcome && review.requestId,
    )?.requestId,
  };
}
