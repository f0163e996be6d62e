import { ConflictError } from '@backstage/errors';
import { GateResult, OpenGate } from '@self-service/plugin-approvals-common';
import { ApprovalsStore } from '../database';
import { ApproverResolver } from './ApproverResolver';
import { AuditTrail } from './AuditTrail';
import { Clock } from './Clock';
import { Decider } from './Decider';
import { DecisionMaker } from './DecisionMaker';
import { Notifier } from './Notifier';
import { toRequest, toStoredDecision } from './presentation';
import { RunReader } from './RunReader';

/**
 * Opens gates: asks policy, stores every decision, and makes a request where
 * people must decide.
 */
export class GateService {
  readonly #store: ApprovalsStore;
  readonly #maker: DecisionMaker;
  readonly #clock: Clock;
  readonly #audit: AuditTrail;
  readonly #notifier: Notifier;

  constructor(options: {
    store: ApprovalsStore;
    decider: Decider;
    runs: RunReader;
    newResolver: () => ApproverResolver;
    clock: Clock;
    audit: AuditTrail;
    notifier: Notifier;
  }) {
    this.#store = options.store;
    this.#maker = new DecisionMaker(options);
    this.#clock = options.clock;
    this.#audit = options.audit;
    this.#notifier = options.notifier;
  }

  /**
   * Decides on a gate, once: asked again, it returns what stands.
   *
   * @param caller - subject of the service that asks
   * @throws when task or catalog can't be read; then nothing is stored
   */
  async openGate(gate: OpenGate, caller: string): Promise<GateResult> {
    const standing = await this.#standing(gate);
    if (standing) {
      return standing;
    }
    const { taskId, stepId } = gate;
    return this.#audit.record(
      { eventId: 'gate-open', actor: caller, meta: { taskId, stepId } },
      () => this.#open(gate),
    );
  }

  async #open(gate: OpenGate): Promise<GateResult> {
    const { taskId } = gate;
    if (await this.#store.isRunClosed(taskId)) {
      throw new ConflictError(
        `Run ${taskId} was cancelled and takes no further decision; start a new run`,
      );
    }
    const existing = await this.#store.findDecision(gate);
    if (!existing) {
      await this.#decide(gate);
    } else if (!gate.waitProblems?.length) {
      // Decided while the run could not have waited; now it can.
      const run = await this.#maker.readRun(gate);
      const request = await this.#maker.newRequest(existing, run);
      if (request) {
        await this.#store.saveRequest(request);
      }
    }
    await this.#cancelIfClosed(taskId);
    const standing =
      (await this.#standing(gate)) ?? (await this.#withoutRequest(gate));
    if (!standing) {
      throw new Error(`The decision of gate ${gate.stepId} was not stored`);
    }
    // A run that policy lets pass changes no list. One with a plan may: it ends
    // what is pending for an older one.
    if (standing.request || gate.subject) {
      await this.#notifier.requestsChanged();
    }
    return standing;
  }

  async #decide(gate: OpenGate): Promise<void> {
    const run = await this.#maker.readRun(gate);
    const { record, artifacts } = await this.#maker.decide(gate, run);
    const request = gate.waitProblems?.length
      ? undefined
      : await this.#maker.newRequest(record, run);
    await this.#maker.archivePolicy(artifacts);
    await this.#store.saveDecision(record, request);
  }

  /** What stands for a gate, if nothing has to be added to it. */
  async #standing(gate: OpenGate): Promise<GateResult | undefined> {
    const result = await this.#withoutRequest(gate);
    if (!result || result.decision.decision.outcome !== 'require-approval') {
      return result;
    }
    const request = await this.#store.findRequestOfDecision(result.decision.id);
    if (request) {
      return { ...result, request: toRequest(request) };
    }
    return gate.waitProblems?.length ? result : undefined;
  }

  async #withoutRequest(gate: OpenGate): Promise<GateResult | undefined> {
    const record = await this.#store.findDecision(gate);
    return record && { decision: toStoredDecision(record) };
  }

  /** The run may have been ended while its gate was being opened. */
  async #cancelIfClosed(taskId: string): Promise<void> {
    if (await this.#store.isRunClosed(taskId)) {
      await this.#store.closeRun({
        taskId,
        comment: 'The run was cancelled.',
        at: (await this.#clock.now()).toISOString(),
      });
    }
  }
}
