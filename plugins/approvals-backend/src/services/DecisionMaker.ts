import { randomUUID } from 'node:crypto';
import { InputError, NotFoundError } from '@backstage/errors';
import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import {
  Decision,
  GATE_ACTION,
  initialStageStatus,
  isGate,
  OpenGate,
} from '@self-service/plugin-approvals-common';
import {
  ApprovalsStore,
  DecisionRecord,
  NewRequest,
  PolicyArchive,
} from '../database';
import { teamsOf } from '../permissions';
import { ApproverResolver, normaliseUserRef } from './ApproverResolver';
import { Clock } from './Clock';
import { Decider } from './Decider';
import { linksOf, titleOf } from './presentation';
import { RunReader } from './RunReader';

/** A run at a gate: what it was started with and what it declares. */
export interface RunAtGate {
  spec: TaskSpec;
  selfService: unknown;
}

/**
 * Makes decisions and requests of runs that exist, for gates and for reviews;
 * stores nothing but the policy.
 */
export class DecisionMaker {
  readonly #store: ApprovalsStore;
  readonly #decider: Decider;
  readonly #runs: RunReader;
  readonly #newResolver: () => ApproverResolver;
  readonly #clock: Clock;
  readonly #archived = new Set<string>();

  constructor(options: {
    store: ApprovalsStore;
    decider: Decider;
    runs: RunReader;
    newResolver: () => ApproverResolver;
    clock: Clock;
  }) {
    this.#store = options.store;
    this.#decider = options.decider;
    this.#runs = options.runs;
    this.#newResolver = options.newResolver;
    this.#clock = options.clock;
  }

  /**
   * Decides with today's facts, policy and data.
   *
   * @throws when task or catalog can't be read
   */
  async decide(
    gate: Pick<OpenGate, 'taskId' | 'stepId' | 'inputDigest' | 'subject'>,
    { spec, selfService }: RunAtGate,
  ): Promise<{ record: DecisionRecord; artifacts?: PolicyArchive }> {
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
    return { record, artifacts };
  }

  /**
   * Reads the run, and the declaration that its gate decides on.
   *
   * @throws NotFoundError, InputError - it has no such step, or no gate
   */
  async readRun(gate: Pick<OpenGate, 'taskId' | 'stepId'>): Promise<RunAtGate> {
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

  /** The request that a decision asks for, if it asks for one. */
  async newRequest(
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
    const resource = await this.#decider.nameResource(
      selfService,
      spec.parameters,
    );
    return {
      id: randomUUID(),
      decisionId: record.id,
      taskId,
      title: titleOf({ taskId, spec, selfService, facts, resource }),
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

  /** Keeps what a decision was made with, once. */
  async archivePolicy(artifacts: PolicyArchive | undefined): Promise<void> {
    if (!artifacts) {
      return;
    }
    const key = `${artifacts.bundleDigest} ${artifacts.dataDigest}`;
    if (!this.#archived.has(key)) {
      await this.#store.archivePolicy(artifacts);
      this.#archived.add(key);
    }
  }
}
