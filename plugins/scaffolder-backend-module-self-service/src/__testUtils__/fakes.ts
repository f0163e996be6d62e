import { randomUUID } from 'node:crypto';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { JsonObject, JsonValue } from '@backstage/types';
import {
  Admission,
  ApprovalRequest,
  GateResult,
  RequestStatus,
  StoredDecision,
} from '@self-service/plugin-approvals-common';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import {
  GitProvider,
  InfrastructureFeature,
  InfrastructureProvider,
  InfrastructureRun,
  Provider,
  PullRequest,
  Repository,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import {
  ChangedResource,
  Effect,
  FindResource,
  Removal,
  ResourceRecord,
  RunRecord,
} from '@self-service/plugin-runs-common';
import { RunsService } from '@self-service/plugin-runs-node';
import { Pause } from '../run/Pause';
import { AnyActionContext, TaskStep } from '../run/RunContext';

const NOW = '2026-11-22T10:00:00.000Z';

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

/** A runs backend in memory, with the rules of its effects ledger. */
export class FakeRuns implements RunsService {
  record?: RunRecord;
  suspendOutcome: 'parking' | 'signalled' = 'parking';
  readonly suspensions: Parameters<RunsService['suspend']>[0][] = [];
  readonly settled: Parameters<RunsService['settle']>[0][] = [];
  readonly effects: (Effect & { attempt?: string; digest: string })[] = [];
  readonly reports: ({ taskId: string } & Parameters<
    RunsService['reportStep']
  >[1])[] = [];
  readonly questions: Parameters<RunsService['askPerson']>[0][] = [];
  /** What the person who was asked has answered, if anything. */
  answer: Partial<Awaited<ReturnType<RunsService['askPerson']>>> = {};
  onSuspend: () => void = () => {};

  async register(
    taskId: string,
    run: Parameters<RunsService['register']>[1],
  ): Promise<RunRecord> {
    const standing = this.record;
    this.record = {
      ...run,
      ...standing,
      authorised: standing?.authorised || run.authorised,
      entityRefs: [...(standing?.entityRefs ?? []), ...(run.entityRefs ?? [])],
      taskId,
      createdAt: NOW,
    };
    return this.record;
  }
  async get(): Promise<RunRecord | undefined> {
    return this.record;
  }
  async suspend(
    suspension: Parameters<RunsService['suspend']>[0],
  ): ReturnType<RunsService['suspend']> {
    this.suspensions.push(suspension);
    this.onSuspend();
    return {
      outcome: this.suspendOutcome,
      suspension: {
        id: 's',
        status: 'parking',
        createdAt: NOW,
        taskId: suspension.taskId,
        stepId: suspension.stepId,
        wait: suspension.wait,
        title: suspension.title,
      },
    };
  }
  async settle(wait: Parameters<RunsService['settle']>[0]): Promise<void> {
    this.settled.push(wait);
  }
  async signal(): Promise<void> {}

  async claimEffect(
    claim: Parameters<RunsService['claimEffect']>[0],
  ): ReturnType<RunsService['claimEffect']> {
    const { inputDigest: digest, attempt, ...rest } = claim;
    const existing = this.effects.filter(({ status }) => status !== 'absent');
    // As the ledger does: a step has one effect of each digest.
    const live =
      existing.find(
        effect =>
          effect.taskId === claim.taskId &&
          effect.stepId === claim.stepId &&
          effect.digest === digest,
      ) ??
      existing.find(
        ({ name, kind }) => name === claim.name && kind === claim.kind,
      );
    if (live && live.taskId !== claim.taskId) {
      return { outcome: 'taken', effect: live };
    }
    if (live) {
      const busy = live.attempt && live.attempt !== attempt;
      if (live.status === 'created') {
        return { outcome: 'created', effect: live };
      }
      live.attempt = busy ? live.attempt : attempt;
      return { outcome: busy ? 'busy' : 'acquired', effect: live };
    }
    const effect = {
      ...rest,
      id: randomUUID(),
      status: 'intended' as const,
      createdAt: NOW,
      updatedAt: NOW,
      attempt,
      digest,
    };
    this.effects.push(effect);
    return { outcome: 'acquired', effect };
  }
  async renewEffect(
    id: string,
    { attempt }: Parameters<RunsService['renewEffect']>[1],
  ): Promise<void> {
    this.#held(id, attempt);
  }
  async completeEffect(
    id: string,
    { attempt, ...result }: Parameters<RunsService['completeEffect']>[1],
  ): Promise<Effect> {
    const effect = this.#held(id, attempt);
    return Object.assign(effect, result, { status: 'created' });
  }
  async releaseEffect(
    id: string,
    { attempt, absent }: Parameters<RunsService['releaseEffect']>[1],
  ): Promise<void> {
    const effect = this.#held(id, attempt);
    effect.attempt = undefined;
    effect.status = absent ? 'absent' : effect.status;
  }
  async reportStep(
    taskId: string,
    report: Parameters<RunsService['reportStep']>[1],
  ): Promise<void> {
    this.reports.push({ taskId, ...report });
  }
  async askPerson(
    question: Parameters<RunsService['askPerson']>[0],
  ): ReturnType<RunsService['askPerson']> {
    this.questions.push(question);
    const { inputDigest: _digest, ...asked } = question;
    return { id: 'intervention-1', createdAt: NOW, ...asked, ...this.answer };
  }

  /** What is known of resources, by id and by path of a secret. */
  readonly resources = new Map<string, ChangedResource>();
  /** What each question about a removal is answered, the last one for ever. */
  readonly removals: Removal[] = [];
  /** Throw to refuse what is asked about a resource. */
  onResource: (call: string, id: string, taskId: string) => void = () => {};

  async findResource(
    reference: FindResource,
  ): Promise<ResourceRecord | undefined> {
    return this.resources.get(Object.values(reference)[0]);
  }
  async changeResource(
    id: string,
    { taskId }: { taskId: string },
  ): Promise<ChangedResource> {
    this.onResource('change', id, taskId);
    return this.resources.get(id)!;
  }
  async removeResource(
    id: string,
    { taskId }: { taskId: string },
  ): Promise<Removal> {
    this.onResource('remove', id, taskId);
    return this.removals.length > 1 ? this.removals.shift()! : this.removals[0];
  }
  async extendResource(
    id: string,
    { taskId, until }: { taskId: string; until: string },
  ): ReturnType<RunsService['extendResource']> {
    this.onResource('extend', id, taskId);
    return { expiresAt: `${until}T00:00:00.000Z` };
  }

  async listEffects(): Promise<Effect[]> {
    return this.effects;
  }

  #held(id: string, attempt: string) {
    const effect = this.effects.find(entry => entry.id === id);
    if (!effect) {
      throw new NotFoundError(id);
    }
    if (effect.attempt !== attempt) {
      throw new ConflictError('lease lost');
    }
    return effect;
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

/** Stands for a secret value: no test may find it outside the vault. */
export const CANARY = 'canary-7f3a91';

export const PR_URL = 'https://github.com/myorg/infrastructure/pull/1';

/** An infrastructure vendor whose state the test sets. */
export class FakeInfrastructure implements InfrastructureProvider {
  readonly id = 'fake-infrastructure';
  readonly capability = 'infrastructure';
  readonly vendor = 'Fake';
  readonly endpoint = 'https://plans';
  get features(): readonly InfrastructureFeature[] {
    return this.needsWorkspaces ? ['workspaces'] : [];
  }
  /** Name of each workspace, with the run that made it. */
  readonly workspaces = new Map<string, string>();
  /** Whether directories need workspaces. */
  needsWorkspaces = false;
  state: InfrastructureRun = {
    pullRequestUrl: PR_URL,
    head: 'aaaaaaa1',
    status: 'planned',
    plan: { add: 3, change: 0, destroy: 0 },
    planUrl: 'https://plans/1',
    projects: [],
    merged: false,
  };
  readonly applied: string[] = [];
  serves(url: string): boolean {
    return url.startsWith('https://github.com/');
  }
  async getRun(): Promise<InfrastructureRun> {
    return { ...this.state };
  }
  async findRun(
    _repository: Repository,
    commit: string,
  ): Promise<InfrastructureRun | undefined> {
    return commit === this.state.head ? { ...this.state } : undefined;
  }
  async getRuns(
    urls: readonly string[],
    _options?: Parameters<InfrastructureProvider['getRuns']>[1],
  ): ReturnType<InfrastructureProvider['getRuns']> {
    return urls.map(pullRequestUrl => ({ ...this.state, pullRequestUrl }));
  }
  async checkHealth(): ReturnType<InfrastructureProvider['checkHealth']> {
    return { status: 'ok', description: 'Fine.' };
  }
  servesRepository({ host }: Repository): boolean {
    return host === 'github.com';
  }
  async createWorkspaces(
    { name }: Repository,
    directories: readonly string[],
    { runKey }: { runKey: string },
  ): ReturnType<InfrastructureProvider['createWorkspaces']> {
    if (!this.needsWorkspaces) {
      return [];
    }
    return directories.flatMap(directory => {
      const workspace = `${name}-${directory.replaceAll('/', '-')}`;
      const owner = this.workspaces.get(workspace) ?? runKey;
      this.workspaces.set(workspace, owner);
      return owner === runKey
        ? [{ name: workspace, directory, url: `https://plans/${workspace}` }]
        : [];
    });
  }
  async findWorkspace(
    { name: repository }: Repository,
    directory: string,
    { runKey }: { runKey: string },
  ): ReturnType<InfrastructureProvider['findWorkspace']> {
    const name = `${repository}-${directory.replaceAll('/', '-')}`;
    return this.workspaces.get(name) === runKey
      ? { name, directory, url: `https://plans/${name}` }
      : undefined;
  }
  async removeWorkspace(
    { name: repository }: Repository,
    directory: string,
  ): ReturnType<InfrastructureProvider['removeWorkspace']> {
    const name = `${repository}-${directory.replaceAll('/', '-')}`;
    return this.workspaces.delete(name) ? 'removed' : 'absent';
  }
  readonly cancelled: string[] = [];
  async cancel(url: string): Promise<void> {
    this.cancelled.push(url);
  }
  readonly destroyed: string[] = [];
  async destroy(url: string): ReturnType<InfrastructureProvider['destroy']> {
    if (this.state.merged) {
      throw new ConflictError('merged');
    }
    this.destroyed.push(url);
    const status = this.state.status === 'applied' ? 'destroyed' : 'absent';
    return { status, description: status };
  }
  async startApply(_url: string, { head }: { head: string }): Promise<void> {
    if (head !== this.state.head) {
      throw new ConflictError('moved');
    }
    this.applied.push(head);
    this.state.status = 'applied';
  }
  async getOutputs(): ReturnType<InfrastructureProvider['getOutputs']> {
    return {
      values: { host: 'db.local' },
      sensitive: {
        password: { provider: this.id, state: 's', output: 'password' },
      },
    };
  }
  async readSensitive(
    references: Parameters<InfrastructureProvider['readSensitive']>[0],
  ): Promise<Record<string, string>> {
    return Object.fromEntries(
      Object.keys(references).map(name => [name, `${CANARY}-${name}`]),
    );
  }
}

/** A vault that keeps what it is given, each write as a version. */
export class FakeSecrets implements SecretsProvider {
  readonly id: string = 'fake-vault';
  readonly capability = 'secrets';
  readonly vendor = 'Fake vault';
  readonly endpoint = 'https://vault';
  readonly features: readonly string[] = ['access'];
  readonly written: { path: string; data: JsonObject; runKey: string }[] = [];
  /** Grants by path, team and the run that gave them. */
  readonly grants: { path: string; team: string; runKey: string }[] = [];
  serves(path: string): boolean {
    return !path.startsWith('elsewhere/');
  }
  async checkHealth(): ReturnType<SecretsProvider['checkHealth']> {
    return { status: 'ok', description: 'Fine.' };
  }
  async create({
    path,
    data,
    runKey,
  }: Parameters<SecretsProvider['create']>[0]): ReturnType<
    SecretsProvider['create']
  > {
    this.written.push({ path, data, runKey });
    return this.#toStored(path);
  }
  async find(path: string): ReturnType<SecretsProvider['find']> {
    return this.#versions(path).length > 0 ? this.#toStored(path) : undefined;
  }
  async read(path: string): ReturnType<SecretsProvider['read']> {
    const newest = this.#versions(path).at(-1);
    if (!newest) {
      throw new NotFoundError(path);
    }
    return {
      version: String(this.#versions(path).length),
      data: newest.data as Record<string, JsonValue>,
    };
  }
  async remove(
    path: string,
    { runKey }: { runKey: string },
  ): ReturnType<SecretsProvider['remove']> {
    const index = this.written.findIndex(secret => secret.path === path);
    if (index < 0) {
      return 'absent';
    }
    if (this.written[index].runKey !== runKey) {
      throw new ConflictError('not this run');
    }
    this.written.splice(index, 1);
    return 'removed';
  }
  async rotate({
    path,
    data,
    from,
    runKey,
  }: Parameters<SecretsProvider['rotate']>[0]): ReturnType<
    SecretsProvider['rotate']
  > {
    const versions = this.#versions(path);
    if (from !== undefined && from !== String(versions.length)) {
      throw new ConflictError('written meanwhile');
    }
    this.written.push({ path, data, runKey });
    return {
      ...this.#toStored(path),
      previousVersion: String(versions.length),
    };
  }
  async undoRotation(): ReturnType<SecretsProvider['undoRotation']> {
    return 'absent';
  }
  async listVersions(): ReturnType<SecretsProvider['listVersions']> {
    return [];
  }
  grantAccess: SecretsProvider['grantAccess'] = async grant => {
    const { path, team, access, runKey } = grant;
    this.grants.push({ path, team, runKey });
    return { path, team, access, grant: 'policy', url: 'https://vault/policy' };
  };
  #versions(path: string) {
    return this.written.filter(secret => secret.path === path);
  }
  #toStored(path: string) {
    return {
      path,
      version: String(this.#versions(path).length),
      url: `https://vault/${path}`,
    };
  }
}

type Created = Parameters<GitProvider['createRepository']>[0];
type FoundRepository = Awaited<ReturnType<GitProvider['createRepository']>>;

/** A git host that opens pull request 1, and keeps repositories. */
export class FakeGit
  implements
    Omit<
      GitProvider,
      | Exclude<keyof Provider, 'id'>
      | 'listCommitStatuses'
      | 'listPullRequestStates'
      | 'listComments'
      | 'addComment'
      | 'findPullRequestOfCommit'
      | 'findCommit'
      | 'listTeamPermissions'
      | 'revokeTeamPermission'
    >
{
  readonly id = 'fake-git';
  parsePullRequestUrl(url: string) {
    return url === PR_URL
      ? {
          repository: {
            host: 'github.com',
            owner: 'myorg',
            name: 'infrastructure',
          },
          number: 1,
        }
      : undefined;
  }
  readonly opened: Parameters<GitProvider['createPullRequest']>[0][] = [];
  state: PullRequest['state'] = 'open';
  readonly closed: string[] = [];
  readonly reverted: string[] = [];
  readonly repositories: Created[] = [];
  /** Whether the account may delete repositories. */
  mayDelete = true;
  readonly archived = new Set<string>();
  /** What teams may do, by team and name of the repository. */
  readonly permissions = new Map<string, string>();
  grantTeamPermission: GitProvider['grantTeamPermission'] = async (
    { owner, name },
    team,
    permission,
  ) => {
    this.permissions.set(`${team} ${name}`, permission);
    return { team: `${owner}/${team}`, permission };
  };
  serves(host: string): boolean {
    return host === 'github.com';
  }
  async createPullRequest(
    options: Parameters<GitProvider['createPullRequest']>[0],
  ): ReturnType<GitProvider['createPullRequest']> {
    this.opened.push(options);
    return this.#show(options);
  }
  async getPullRequest(): Promise<PullRequest> {
    return this.#show(this.#first());
  }
  async findPullRequest(
    _repository: Repository,
    branch: string,
  ): Promise<PullRequest | undefined> {
    const found = this.opened.find(options => options.branch === branch);
    return found && this.#show(found);
  }
  async closePullRequest(url: string): Promise<void> {
    if (this.state === 'merged') {
      throw new ConflictError('merged');
    }
    this.state = 'closed';
    this.closed.push(url);
  }
  readonly committed: Parameters<GitProvider['commitFiles']>[0][] = [];
  async commitFiles(
    options: Parameters<GitProvider['commitFiles']>[0],
  ): ReturnType<GitProvider['commitFiles']> {
    const { repository, branch = 'main', runKey } = options;
    const known = this.committed.findIndex(made => made.runKey === runKey);
    const index = known < 0 ? this.committed.push(options) - 1 : known;
    const commit = `bbbbbbb${index + 1}`;
    const { host, owner, name } = repository;
    const url = `https://${host}/${owner}/${name}/commit/${commit}`;
    return { branch, commit, url };
  }
  readonly removedBranches: string[] = [];
  async findBranch(): Promise<undefined> {
    return undefined;
  }
  async listFiles(): Promise<string[]> {
    return [];
  }
  async removeBranch(
    _repository: Repository,
    branch: string,
  ): Promise<'removed'> {
    this.removedBranches.push(branch);
    return 'removed';
  }
  async revertPullRequest(url: string): Promise<PullRequest> {
    if (this.state !== 'merged') {
      throw new ConflictError('not merged');
    }
    this.reverted.push(url);
    return {
      ...this.#show(this.#first()),
      number: 2,
      url: PR_URL.replace(/1$/, '2'),
      title: 'Revert',
      state: 'open',
    };
  }
  async mergePullRequest(
    _url: string,
    { head }: { head: string },
  ): Promise<void> {
    if (head !== 'aaaaaaa1' || this.state === 'closed') {
      throw new ConflictError('moved or closed');
    }
    this.state = 'merged';
  }
  async createRepository(options: Created): Promise<FoundRepository> {
    const found = this.#findRepository(options.repository);
    if (found && found.runKey !== options.runKey) {
      throw new ConflictError('exists');
    }
    if (!found) {
      this.repositories.push(options);
    }
    return this.#showRepository(options.repository);
  }
  async findRepository(
    repository: Repository,
  ): Promise<FoundRepository | undefined> {
    return this.#findRepository(repository) && this.#showRepository(repository);
  }
  async removeRepository(
    repository: Repository,
    { runKey }: { runKey: string },
  ): ReturnType<GitProvider['removeRepository']> {
    const found = this.#findRepository(repository);
    if (!found) {
      return 'absent';
    }
    if (found.runKey !== runKey) {
      throw new ConflictError('not this run');
    }
    if (!this.mayDelete) {
      this.archived.add(repository.name);
      return 'archived';
    }
    this.repositories.splice(this.repositories.indexOf(found), 1);
    return 'deleted';
  }

  #first() {
    const [first] = this.opened;
    if (!first) {
      throw new NotFoundError(PR_URL);
    }
    return first;
  }
  #show(options: (typeof this.opened)[number]): PullRequest {
    return {
      repository: options.repository,
      number: 1,
      url: PR_URL,
      title: options.title,
      state: this.state,
      head: { branch: options.branch, commit: 'aaaaaaa1' },
      base: options.base ?? 'main',
    };
  }
  #findRepository({ owner, name }: Repository): Created | undefined {
    return this.repositories.find(
      ({ repository }) =>
        repository.owner === owner && repository.name === name,
    );
  }
  #showRepository(repository: Repository): FoundRepository {
    const url = `https://${repository.host}/${repository.owner}/${repository.name}`;
    return {
      repository,
      url,
      cloneUrl: `${url}.git`,
      defaultBranch: 'main',
      archived: this.archived.has(repository.name),
      createdBy: this.#findRepository(repository)?.runKey,
    };
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
