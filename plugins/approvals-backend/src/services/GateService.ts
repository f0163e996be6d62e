import { randomUUID } from 'node:crypto';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import {
  Decision,
  explain,
  GATE_ACTION,
  GateResult,
  initialStageStatus,
  isGate,
  OpenGate,
  Preview,
  PreviewQuestion,
} from '@self-service/plugin-approvals-common';
import {
  ApprovalsStore,
  DecisionRecord,
  NewRequest,
  PolicyArchive,
} from '../database';
import { teamsOf } from '../permissions';
import { ApproverResolver, normaliseUserRef } from './ApproverResolver';
import { AuditTrail } from './AuditTrail';
import { Clock } from './Clock';
import { Decider } from './Decider';
import { Notifier } from './Notifier';
import { linksOf, titleOf, toRequest, toStoredDecision } from './presentation';
import { RunReader } from './RunReader';

/** A run at a gate: what it was started with and what it declares. */
interface RunAtGate {
  spec: TaskSpec;
  selfService: unknown;
}

/**
 * Opens gates: asks policy, stores every decision, and makes a request where
 * people must decide.
 */
export class GateService {
  readonly #store: ApprovalsStore;
  readonly #decider: Decider;
  readonly #runs: RunReader;
  readonly #newResolver: () => ApproverResolver;
  readonly #clock: Clock;
  readonly #audit: AuditTrail;
  readonly #notifier: Notifier;
  readonly #archived = new Set<string>();

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
    this.#decider = options.decider;
    this.#runs = options.runs;
    this.#newResolver = options.newResolver;
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

  /** The decision that a gate would give; stores nothing. */
  async preview(question: PreviewQuestion): Promise<Preview> {
    const { templateRef, selfService, parameters } = question;
    const requester =
      question.requester && normaliseUserRef(question.requester);
    const { decision } = await this.#decider.decide({
      templateRef,
      selfService,
      parameters,
      requester: {
        ref: requester,
        teams: requester ? await this.#newResolver().teamsOf(requester) : [],
      },
      now: await this.#clock.now(),
    });
    return { decision, explanations: explain(decision) };
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
      const run = await this.#readRun(gate);
      const request = await this.#newRequest(existing, run);
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
    const run = await this.#readRun(gate);
    const { spec, selfService } = run;
    const requester = spec.user?.ref && normaliseUserRef(spec.user.ref);
    const now = await this.#clock.now();
    const { decision, artifacts, ...basis } = await this.#decider.decide({
      templateRef: spec.templateInfo?.entityRef ?? '',
      selfService,
      parameters: spec.parameters,
      requester: {
        ref: requester,
        teams: requester ? await this.#newResolver().teamsOf(requester) : [],
      },
      estimatedMonthlyCost: gate.subject?.monthlyCost,
      now,
    });
    const record: DecisionRecord = {
      id: randomUUID(),
      taskId: gate.taskId,
      stepId: gate.stepId,
      inputDigest: gate.inputDigest,
      subject: gate.subject,
      result: decision,
      ...basis,
      createdAt: now.toISOString(),
    };
    const request = gate.waitProblems?.length
      ? undefined
      : await this.#newRequest(record, run);
    await this.#archivePolicy(artifacts);
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

  async #readRun(gate: OpenGate): Promise<RunAtGate> {
    const { taskId, stepId } = gate;
    const spec = await this.#runs.getSpec(taskId);
    const step = spec.steps.find(({ id }) => id === stepId);
    if (!step) {
      throw new NotFoundError(`Run ${taskId} has no step '${stepId}'`);
    }
    // A wait that asks anew, because the head moved, decides on the facts
    // that the run's own gate declares.
    const declaring =
      step.action === GATE_ACTION ? step : spec.steps.find(isGate);
    if (!declaring) {
      throw new InputError(`Run ${taskId} has no gate to take its facts from`);
    }
    return { spec, selfService: declaring.input?.selfService };
  }

  async #newRequest(
    record: DecisionRecord,
    { spec, selfService }: RunAtGate,
  ): Promise<NewRequest | undefined> {
    const requester = record.input.request.requester.ref;
    if (record.result.outcome !== 'require-approval' || !requester) {
      return undefined;
    }
    const { taskId, subject } = record;
    const now = await this.#clock.now();
    const facts = record.input.request;
    return {
      id: randomUUID(),
      decisionId: record.id,
      taskId,
      title: titleOf({ taskId, spec, selfService, facts }),
      requester,
      links: linksOf(subject),
      createdAt: now.toISOString(),
      facets: {
        environment: facts.environment,
        team: facts.team,
        risk: record.result.risk,
        teams: teamsOf(record),
      },
      stages: await this.#newStages(record.result, requester),
    };
  }

  async #newStages(
    decision: Decision & { outcome: 'require-approval' },
    requester: string,
  ): Promise<NewRequest['stages']> {
    const resolver = this.#newResolver();
    const stages: NewRequest['stages'] = [];
    for (const [position, stage] of decision.stages.entries()) {
      stages.push({
        ...stage,
        status: initialStageStatus(decision.type, position),
        eligible: await resolver.resolve(stage.approvers, requester),
      });
    }
    return stages;
  }

  async #archivePolicy(artifacts: PolicyArchive | undefined): Promise<void> {
    if (!artifacts) {
      return;
    }
    const key = `${artifacts.bundleDigest} ${artifacts.dataDigest}`;
    if (!this.#archived.has(key)) {
      await this.#store.archivePolicy(artifacts);
      this.#archived.add(key);
    }
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
