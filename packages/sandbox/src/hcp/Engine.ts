import { setTimeout as sleep } from 'node:timers/promises';
import { Mutex } from '../common/Mutex';
import { FaultSwitch } from '../faults/FaultSwitch';
import { parseProject } from '../terraform/configuration';
import { Databases } from '../terraform/Databases';
import {
  appliedSummary,
  isEmpty,
  planProject,
  summary,
} from '../terraform/plan';
import { RunnerDelays } from '../terraform/Runner';
import { databaseIn, nextState } from '../terraform/StateStore';
import {
  ConfigurationVersionRecord,
  FINAL,
  newId,
  RunRecord,
  RunRequest,
  RunStatus,
  WorkspaceRecord,
} from './model';
import { Notifier } from './Notifier';
import { monthlyCost } from './prices';
import { Store } from './Store';
import { VcsClient } from './vcs';

/** Events of notifications, by the status that sends them. */
const TRIGGERS: Partial<Record<RunStatus, string>> = {
  pending: 'run:created',
  planning: 'run:planning',
  applying: 'run:applying',
  applied: 'run:completed',
  planned_and_finished: 'run:completed',
  discarded: 'run:completed',
  errored: 'run:errored',
  // As the vendor has it: a cancelled run is told as one that went wrong.
  canceled: 'run:errored',
};

/**
 * Nothing is destroyed because its directory is gone. Destroy runs are refused
 * too: nobody promises that they go where there is no directory. Source: the log
 * in https://github.com/hashicorp/tfc-workflows-tooling/issues/108.
 */
const NO_CONFIGURATION = `Error: No Terraform configuration files found in working directory

Terraform requires configuration files to plan changes. Planning without a
configuration would mark everything for destruction, which is normally not what
is desired. If you would like to destroy everything, queue a destroy plan
instead.`;

interface EngineOptions {
  store: Store;
  databases: Databases;
  faults: FaultSwitch;
  delays: RunnerDelays;
  notifier: Notifier;
  /** By the account that a workspace is connected with. */
  vcs(workspace: WorkspaceRecord): VcsClient | undefined;
  /** The page of a run. */
  runUrl(workspace: WorkspaceRecord, run: RunRecord): string;
  organization: string;
  now: () => Date;
}

/** What to run. */
export interface NewRun {
  workspace: WorkspaceRecord;
  configurationVersion: ConfigurationVersionRecord;
  planOnly: boolean;
  isDestroy?: boolean;
  message: string;
  source: RunRecord['source'];
}

/** Where an apply can be confirmed. */
export function isConfirmable({
  planOnly,
  status,
  request,
}: RunRecord): boolean {
  return !planOnly && status === 'cost_estimated' && request === undefined;
}

/** Where a run can be cancelled. */
export function isCancelable({ status, request }: RunRecord): boolean {
  return (
    request === undefined &&
    (
      ['pending', 'plan_queued', 'planning', 'applying'] as RunStatus[]
    ).includes(status)
  );
}

/**
 * Plans and applies runs as HCP Terraform does.
 *
 * @remarks
 * Every status is stored before the next begins; `resume` goes on where a
 * killed process stopped. Runs of a workspace that can apply have their turn
 * one after the other; plan-only runs wait for nobody. Source: HCP Terraform,
 * "Run states and stages" and the Runs API.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #queues = new Map<string, Mutex>();
  readonly #stopping = new AbortController();
  readonly #work = new Set<Promise<void>>();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Stores a run and begins with it in the background. */
  create(wanted: NewRun): RunRecord {
    const { workspace, configurationVersion, isDestroy, ...rest } = wanted;
    const run: RunRecord = {
      ...rest,
      id: newId('run'),
      workspaceId: workspace.id,
      configurationVersionId: configurationVersion.id,
      isDestroy: isDestroy ?? false,
      status: 'pending',
      createdAt: this.#options.now().toISOString(),
      timestamps: {},
      plan: { id: newId('plan'), status: 'pending', log: '' },
      apply: { id: newId('apply'), status: 'pending', log: '' },
      costEstimate: {
        id: newId('ce'),
        status: 'pending',
        prior: 0,
        proposed: 0,
      },
    };
    this.#options.store.runs.set(run.id, run);
    this.#start(run);
    return run;
  }

  /** Takes an order for a run, which takes effect later. */
  request(run: RunRecord, request: RunRequest): void {
    run.request = request;
    this.#options.store.runs.set(run.id, run);
    this.#start(run);
  }

  /** Goes on with what a killed process left. */
  resume(): void {
    for (const run of this.#options.store.runsOf().reverse()) {
      this.#start(run);
    }
  }

  /** Resolves when nothing is being planned or applied. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) {
      await Promise.all(this.#work);
    }
  }

  /** Stops after the current small step; what is unfinished is stored as such. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.idle();
  }

  #start(run: RunRecord): void {
    const key = run.planOnly ? run.id : run.workspaceId;
    const queue = this.#queues.get(key) ?? new Mutex();
    this.#queues.set(key, queue);
    const running = queue
      .run(() => this.#proceed(run))
      .catch(error => {
        if (!this.#stopping.signal.aborted) {
          process.stderr.write(`HCP Terraform: ${messageOf(error)}\n`);
        }
      });
    this.#work.add(running);
    running.finally(() => this.#work.delete(running));
  }

  async #proceed(run: RunRecord): Promise<void> {
    const { store } = this.#options;
    const workspace = store.workspaces.get(run.workspaceId);
    if (!workspace || FINAL.includes(run.status)) {
      return;
    }
    if (run.request === 'discard' || run.request === 'cancel') {
      await this.#end(workspace, run, run.request);
    } else if (isPlanning(run.status)) {
      const current = store.currentRun(workspace.id);
      if (!run.planOnly && current && current.id !== run.id) {
        return; // has its turn when that one has ended
      }
      await this.#plan(workspace, run);
    }
    const confirmed = run.request === 'apply' || workspace.autoApply;
    if (run.status === 'cost_estimated' && confirmed) {
      await this.#apply(workspace, run);
    } else if (['confirmed', 'apply_queued', 'applying'].includes(run.status)) {
      await this.#apply(workspace, run);
    }
    const next = FINAL.includes(run.status) && store.currentRun(workspace.id);
    if (next) {
      this.#start(next);
    }
  }

  async #end(
    workspace: WorkspaceRecord,
    run: RunRecord,
    request: 'discard' | 'cancel',
  ): Promise<void> {
    const status = request === 'discard' ? 'discarded' : 'canceled';
    if (run.plan.status === 'pending' || run.plan.status === 'running') {
      run.plan.status = 'canceled';
    }
    run.apply.status = 'unreachable';
    await this.#enter(workspace, run, status);
  }

  async #plan(workspace: WorkspaceRecord, run: RunRecord): Promise<void> {
    const { store, delays } = this.#options;
    await this.#enter(workspace, run, 'plan_queued');
    run.plan.status = 'running';
    await this.#enter(workspace, run, 'planning');
    await this.#report(workspace, run, 'pending', 'Terraform plan: pending');
    await this.#pause(delays.planMs);
    if ((run.request as RunRequest | undefined) === 'cancel') {
      await this.#end(workspace, run, 'cancel');
      return;
    }
    const current = databaseIn(store.states.get(workspace.id));
    try {
      await this.#meetFaults('plan', workspace);
      const desired = await this.#readConfiguration(workspace, run);
      const { counts, text } = planProject(current, desired);
      run.plan = {
        ...run.plan,
        status: 'finished',
        counts,
        desired,
        log: text,
      };
    } catch (error) {
      run.plan = { ...run.plan, status: 'errored', log: messageOf(error) };
      run.apply.status = 'unreachable';
      await this.#enter(workspace, run, 'errored');
      await this.#report(workspace, run, 'failure', 'Terraform plan errored');
      return;
    }
    await this.#enter(workspace, run, 'cost_estimating');
    run.costEstimate = {
      ...run.costEstimate,
      status: 'finished',
      prior: monthlyCost(current),
      proposed: monthlyCost(run.plan.desired),
    };
    await this.#enter(workspace, run, 'cost_estimated');
    const ends = run.planOnly || isEmpty(run.plan.counts!);
    if (ends) {
      run.apply.status = 'unreachable';
      await this.#enter(workspace, run, 'planned_and_finished');
    } else {
      this.#notify(workspace, run, 'run:needs_attention');
    }
    const line = summary(run.plan.counts!).replace(/^Plan: |\.$/g, '');
    await this.#report(
      workspace,
      run,
      ends ? 'success' : 'pending',
      `Terraform plan: ${line}`,
    );
  }

  async #readConfiguration(workspace: WorkspaceRecord, run: RunRecord) {
    const { store, vcs } = this.#options;
    const { identifier, commitSha } = store.configurationVersions.get(
      run.configurationVersionId,
    )!;
    const { workingDirectory } = workspace;
    const files = await vcs(workspace)!.terraformFiles(
      identifier,
      workingDirectory,
      commitSha,
    );
    if (Object.keys(files).length === 0) {
      throw new Error(NO_CONFIGURATION);
    }
    return run.isDestroy ? undefined : parseProject(workingDirectory, files);
  }

  async #apply(workspace: WorkspaceRecord, run: RunRecord): Promise<void> {
    const { store, databases, delays } = this.#options;
    await this.#enter(workspace, run, 'confirmed');
    await this.#enter(workspace, run, 'apply_queued');
    run.apply.status = 'running';
    await this.#enter(workspace, run, 'applying');
    await this.#pause(delays.applyMs);
    try {
      await this.#meetFaults('apply', workspace);
      const state = store.states.get(workspace.id);
      const current = databaseIn(state);
      const { desired } = run.plan;
      const { counts, text } = planProject(current, desired);
      if (current && current.name !== desired?.name) {
        await databases.drop(current);
      }
      const project = projectKey(workspace);
      const database =
        desired && (await databases.ensure(project, desired, current));
      const next = nextState(state, database);
      store.states.set(workspace.id, next);
      this.#keepStateVersion(workspace, run);
      run.apply = {
        ...run.apply,
        status: 'finished',
        log: `${text}\n${appliedSummary(counts)}\n`,
      };
      await this.#enter(workspace, run, 'applied');
      await this.#report(workspace, run, 'success', appliedSummary(counts));
    } catch (error) {
      run.apply = { ...run.apply, status: 'errored', log: messageOf(error) };
      await this.#enter(workspace, run, 'errored');
      await this.#report(workspace, run, 'failure', 'Terraform apply errored');
    }
  }

  /** Outputs are read out of a new state some time later. */
  #keepStateVersion(workspace: WorkspaceRecord, run: RunRecord): void {
    const { store, now } = this.#options;
    const state = store.states.get(workspace.id)!;
    const version = {
      id: newId('sv'),
      workspaceId: workspace.id,
      runId: run.id,
      serial: state.serial,
      createdAt: now().toISOString(),
      processed: false,
      resources: state.resources.length,
      outputs: Object.entries(state.outputs).map(([name, output]) => ({
        id: newId('wsout'),
        name,
        value: output.value,
        type: output.type,
        sensitive: output.sensitive ?? false,
      })),
    };
    store.stateVersions.set(version.id, version);
    const processing = this.#pause(this.#options.delays.applyMs / 2)
      .catch(() => undefined)
      .then(() => {
        if (store.stateVersions.get(version.id)) {
          store.stateVersions.set(version.id, { ...version, processed: true });
        }
      });
    this.#work.add(processing);
    processing.finally(() => this.#work.delete(processing));
  }

  async #enter(
    workspace: WorkspaceRecord,
    run: RunRecord,
    status: RunStatus,
  ): Promise<void> {
    const { store, now } = this.#options;
    run.status = status;
    run.timestamps[`${status.replaceAll('_', '-')}-at`] = now().toISOString();
    if (FINAL.includes(status)) {
      run.request = undefined;
    }
    if (store.workspaces.get(workspace.id)) {
      store.runs.set(run.id, run);
    }
    const trigger = TRIGGERS[status];
    if (trigger) {
      this.#notify(workspace, run, trigger);
    }
  }

  #notify(workspace: WorkspaceRecord, run: RunRecord, trigger: string): void {
    this.#options.notifier.send(workspace, run, trigger);
  }

  async #report(
    workspace: WorkspaceRecord,
    run: RunRecord,
    state: 'pending' | 'success' | 'failure',
    description: string,
  ): Promise<void> {
    const { store, vcs, organization, runUrl } = this.#options;
    const version = store.configurationVersions.get(run.configurationVersionId);
    if (!version || run.source !== 'tfe-configuration-version') {
      return;
    }
    try {
      await vcs(workspace)?.setStatus(version.identifier, version.commitSha, {
        state,
        context: `Terraform Cloud/${organization}/${workspace.name}`,
        description,
        url: runUrl(workspace, run),
      });
    } catch (error) {
      // The run goes on though nobody hears of it.
      process.stderr.write(`HCP Terraform: ${messageOf(error)}\n`);
    }
  }

  /** Faults set for `/jobs/plan/…` and `/jobs/apply/…` hit the work itself. */
  async #meetFaults(
    phase: 'plan' | 'apply',
    workspace: WorkspaceRecord,
  ): Promise<void> {
    const path = `/jobs/${phase}/${projectKey(workspace)}`;
    for (const rule of this.#options.faults.take('hcp', 'POST', path)) {
      if (rule.kind === 'slow') {
        await this.#pause(rule.delayMs ?? 3000);
      } else {
        throw new Error(
          `Error: ${phase} failed\n\nThe fault switch of the sandbox is on (${rule.kind}).`,
        );
      }
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stopping.signal });
  }
}

function isPlanning(status: RunStatus): boolean {
  return ['pending', 'plan_queued', 'planning', 'cost_estimating'].includes(
    status,
  );
}

/** `owner/name/directory`: whose databases are whose. */
function projectKey({ vcsRepo, workingDirectory }: WorkspaceRecord): string {
  return `${vcsRepo?.identifier}/${workingDirectory}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
