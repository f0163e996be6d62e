import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { JsonObject } from '@backstage/types';
import {
  Admission,
  ApprovalRequest,
  GateResult,
  RequestStatus,
  StoredDecision,
} from '@self-service/plugin-approvals-common';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { Pause } from '../run/Pause';
import { AnyActionContext, TaskStep } from '../run/RunContext';
import { NOW } from './fakeValues';

export * from './fakeValues';
export * from './FakeRuns';
export * from './FakeInfrastructure';
export * from './FakeSecrets';
export * from './FakeGit';

/** A decision as the approvals backend would store it. */
export function decisionOf(
  outcome: 'auto-approve' | 'require-approval' | 'deny',
): StoredDecision {
  return {
    id: 'decision-1',
    taskId: 'task-1',
    stepId: 'gate',
    facts: {
      template: 'template:default/database',
      affectedTeams: [],
      requester: { teams: [] },
      parameters: {},
    },
    decision: {
      outcome,
      ...(outcome === 'deny' ? {} : { type: 'single', risk: 'low' }),
      stages: [],
      reasons: [],
      warnings: [],
    } as StoredDecision['decision'],
    explanations: outcome === 'deny' ? ['No such environment.'] : [],
    bundleDigest: 'b',
    dataDigest: 'd',
    createdAt: NOW,
  };
}

/** Approvals that answer as they are told, and remember the questions. */
export class FakeApprovals implements ApprovalsService {
  outcome: 'auto-approve' | 'require-approval' | 'deny' = 'auto-approve';
  status: RequestStatus = 'pending';
  admission: Admission | ((head?: string) => Admission) = { admitted: true };
  comment?: string;
  readonly gates: Parameters<ApprovalsService['openGate']>[0][] = [];
  readonly admissions: Parameters<ApprovalsService['admit']>[0][] = [];

  async openGate(
    gate: Parameters<ApprovalsService['openGate']>[0],
  ): Promise<GateResult> {
    this.gates.push(gate);
    const decision = decisionOf(this.outcome);
    if (this.outcome !== 'require-approval' || gate.waitProblems?.length) {
      return { decision };
    }
    const request: ApprovalRequest = {
      id: 'request-1',
      taskId: gate.taskId,
      stepId: gate.stepId,
      status: this.status,
      title: 'Database orders',
      requester: 'user:default/dana',
      decision,
      stages: [],
      links: [],
      outcomeBy: 'user:default/leo',
      outcomeComment: this.comment,
      createdAt: NOW,
    };
    return { decision, request };
  }

  async admit(
    question: Parameters<ApprovalsService['admit']>[0],
  ): Promise<Admission> {
    this.admissions.push(question);
    return typeof this.admission === 'function'
      ? this.admission(question.head)
      : this.admission;
  }

  async closeRun(): Promise<void> {}
  async reviewRun(): Promise<never> {
    throw new Error('not asked for');
  }
  async decidedAmong(): Promise<string[]> {
    return [];
  }
}

/** A clock that only moves when somebody sleeps. */
export class FakePause implements Pause {
  #now = 0;
  onSleep: () => void = () => {};
  now(): number {
    return this.#now;
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += ms;
    this.onSleep();
  }
  readonly #repeated = new Set<{ ms: number; work: () => void }>();
  every(ms: number, work: () => void): () => void {
    const entry = { ms, work };
    this.#repeated.add(entry);
    return () => this.#repeated.delete(entry);
  }
  /** How many things are repeated now. */
  get repeated(): number {
    return this.#repeated.size;
  }
  /** Lets the time of what is repeated pass once, or `ms` as one stall. */
  async beat(ms?: number): Promise<void> {
    for (const { ms: own, work } of [...this.#repeated]) {
      this.#now += ms ?? own;
      work();
    }
    await new Promise(setImmediate);
  }
}

/** A scaffolder that holds one task with these steps. */
export function scaffolderWith(
  steps: Partial<TaskStep>[],
  parameters: JsonObject = {},
  events: { id: number; type: string; body: object }[] = [],
): ScaffolderService {
  return {
    getTask: async () => ({
      id: 'task-1',
      spec: {
        steps,
        parameters,
        user: { ref: 'user:default/dana' },
      },
    }),
    getLogs: async ({ after = -1 }: { after?: number }) =>
      events.filter(({ id }) => id > after),
  } as unknown as ScaffolderService;
}

/** A context for one attempt of a step, with what the action did to it. */
export function attemptOf(
  stepId: string,
  options: {
    by?: 'requester' | 'other-user' | 'service' | 'none';
    input?: JsonObject;
    secrets?: Record<string, string>;
    isDryRun?: boolean;
    workspacePath?: string;
    /** The task's checkpoints, to be shared by the attempts of one run. */
    checkpoints?: Record<string, unknown>;
  } = {},
) {
  const credentials = {
    requester: mockCredentials.user('user:default/dana'),
    'other-user': mockCredentials.user('user:default/mallory'),
    service: mockCredentials.service('plugin:runs'),
    none: mockCredentials.none(),
  }[options.by ?? 'requester'];
  const abort = new AbortController();
  const outputs: Record<string, unknown> = {};
  const lines: string[] = [];
  const checkpoints = options.checkpoints ?? {};
  // The scaffolder reads them once, when the step begins.
  const standing = { ...checkpoints };
  const context = {
    // It takes over only some of the options that it accepts.
    ...createMockActionContext({
      ...(options.workspacePath && { workspacePath: options.workspacePath }),
    }),
    input: options.input ?? {},
    secrets: options.secrets,
    isDryRun: options.isDryRun,
    task: { id: 'task-1' },
    step: { id: stepId, name: stepId },
    user: { ref: 'user:default/dana' },
    templateInfo: { entityRef: 'template:default/database' },
    signal: abort.signal,
    getInitiatorCredentials: async () => credentials,
    output: (name: string, value: unknown) => {
      outputs[name] = value;
    },
    checkpoint: async ({
      key,
      fn,
    }: {
      key: string;
      fn: () => Promise<unknown>;
    }) => {
      const value = standing[key] ?? (await fn());
      checkpoints[key] = value;
      return value;
    },
  } as unknown as AnyActionContext;
  context.logger = mockServices.logger.mock({
    info: line => lines.push(line),
  });
  return { context, abort, outputs, lines, checkpoints };
}
