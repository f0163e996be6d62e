import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JsonCollection } from '../common/JsonCollection';
import { Mutex } from '../common/Mutex';
import { FaultSwitch } from '../faults/FaultSwitch';
import { parseProject } from './configuration';
import { Databases } from './Databases';
import { CommentSummary, GitHostClient, PullReference } from './GitHostClient';
import * as messages from './messages';
import { appliedSummary, isEmpty, planProject, summary } from './plan';
import { Reporter } from './Reporter';
import { ProjectRun, PullRun, runKey } from './runs';
import { databaseIn, nextState, StateStore } from './StateStore';

/** How long a plan and an apply take at least, in milliseconds. */
export interface RunnerDelays {
  planMs: number;
  applyMs: number;
}

/** What the runner is told by the git host. */
export type RunnerNotice =
  | { kind: 'head'; pull: PullReference }
  | { kind: 'comment'; pull: PullReference; comment: CommentSummary };

interface RunnerOptions {
  client: GitHostClient;
  databases: Databases;
  states: StateStore;
  runs: JsonCollection<PullRun>;
  /** The last comment dealt with, by pull request. */
  handled: JsonCollection<number>;
  faults: FaultSwitch;
  /** Base URL of the plan and apply pages. */
  url: string;
  delays: RunnerDelays;
}

/**
 * Plans and applies pull requests as Atlantis does.
 *
 * @remarks
 * Every step is stored before the next begins; `resume` goes on where a killed
 * process stopped. `atlantis/apply` stays unset until an apply is asked for,
 * except where there is nothing to apply. A directory that a pull request takes
 * away is not planned (https://github.com/runatlantis/atlantis/issues/1178): what
 * is in its state stays. Source: Atlantis documentation, "Using Atlantis" and
 * "Automerging", and its commit statuses on GitHub.
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #reporter: Reporter;
  readonly #queues = new Map<string, Mutex>();
  readonly #stopping = new AbortController();
  readonly #work = new Set<Promise<void>>();

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#reporter = new Reporter(options.client, options.url);
  }

  /** Deals with what happened on the git host, in the background. */
  notify(notice: RunnerNotice): void {
    if (notice.kind === 'head') {
      this.#start(notice.pull, () => this.#plan(notice.pull));
      return;
    }
    this.#onComment(notice.pull, notice.comment);
  }

  /** Goes on with what a killed process left, for the given repositories. */
  async resume(repositories: { owner: string; name: string }[]): Promise<void> {
    const { client, runs } = this.#options;
    for (const { owner, name } of repositories) {
      for (const open of await client.openPulls(owner, name)) {
        const pull = { owner, repo: name, number: open.number };
        const run = runs.get(runKey(pull, open.head.sha));
        if (!run || !run.planReported) {
          this.#start(pull, () => this.#plan(pull, run?.destroys));
        } else if (run.phase === 'applying') {
          this.#start(pull, () => this.#apply(run));
        }
        for (const comment of await client.comments(pull)) {
          this.#onComment(pull, comment);
        }
      }
    }
  }

  /** The run of one head, or undefined. */
  run(pull: PullReference, head: string): PullRun | undefined {
    return this.#options.runs.get(runKey(pull, head));
  }

  /** All runs. */
  runs(): PullRun[] {
    return this.#options.runs.values();
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

  /** Forgets all runs. Nothing may be under way. */
  reset(): void {
    this.#options.runs.clear();
    this.#options.handled.clear();
  }

  #onComment(pull: PullReference, comment: CommentSummary): void {
    const { handled } = this.#options;
    const key = `${pull.owner}/${pull.repo}#${pull.number}`;
    if (comment.id <= (handled.get(key) ?? 0)) {
      return;
    }
    const command = comment.body.trim();
    const finish = () =>
      handled.set(key, Math.max(comment.id, handled.get(key) ?? 0));
    if (/^atlantis apply( -d \S+)?( --auto-merge-disabled)?$/.test(command)) {
      this.#startUnqueued(async () => {
        await this.#requestApply(pull, comment);
        finish();
      });
    } else if (/^atlantis plan( -- -destroy)?$/.test(command)) {
      finish();
      this.#start(pull, () => this.#plan(pull, command.endsWith('-destroy')));
    } else {
      finish();
    }
  }

  async #requestApply(
    pull: PullReference,
    comment: CommentSummary,
  ): Promise<void> {
    const { client, runs } = this.#options;
    if (
      !['MEMBER', 'OWNER', 'COLLABORATOR'].includes(comment.author_association)
    ) {
      await client.comment(pull, messages.notPermitted(comment.user.login));
      return;
    }
    const { state, head } = await client.pull(pull);
    if (state !== 'open') {
      await client.comment(pull, messages.CLOSED);
      return;
    }
    const run = runs.get(runKey(pull, head.sha));
    if (run?.phase === 'planning' || run?.phase === 'applying') {
      await client.comment(pull, `**Apply Failed**: ${messages.LOCKED}`);
      return;
    }
    if (!run || run.phase === 'plan-failed' || run.projects.length === 0) {
      await client.comment(pull, messages.NOTHING_TO_APPLY);
      return;
    }
    run.phase = 'applying';
    run.keepOpen = comment.body.includes('--auto-merge-disabled');
    this.#save(run);
    this.#start(pull, () => this.#apply(run));
  }

  /** @param destroys - plans the end of every project */
  async #plan(pull: PullReference, destroys = false): Promise<void> {
    const { client, delays } = this.#options;
    const { head, state } = await client.pull(pull);
    if (state !== 'open') {
      return;
    }
    const directories = await this.#findProjects(pull, head.sha);
    const run: PullRun = {
      ...pull,
      head: head.sha,
      phase: 'planning',
      planReported: false,
      destroys,
      projects: directories.map(directory => ({
        directory,
        planLog: '',
        applied: false,
        applyLog: '',
      })),
    };
    this.#save(run);
    await this.#reporter.all(run, 'plan', 'pending');
    await this.#pause(delays.planMs);
    for (const project of run.projects) {
      await this.#planOne(run, project);
    }
    const planned = run.projects.filter(project => !project.planError);
    const good = planned.length === run.projects.length;
    run.phase = good ? 'planned' : 'plan-failed';
    this.#save(run);
    if (run.projects.length > 0) {
      const reports = run.projects.map(project => ({
        directory: project.directory,
        text: project.planLog,
        error: project.planError,
      }));
      await client.comment(pull, messages.planComment(reports));
    }
    await this.#reporter.all(
      run,
      'plan',
      good ? 'success' : 'failure',
      planned.length,
    );
    const nothingToDo =
      good && planned.every(({ counts }) => counts && isEmpty(counts));
    if (nothingToDo) {
      await this.#reporter.all(run, 'apply', 'success', planned.length);
    }
    run.planReported = true;
    this.#save(run);
  }

  /** Directories that a head changes; one that is gone is no project any more. */
  async #findProjects(pull: PullReference, head: string): Promise<string[]> {
    const { client } = this.#options;
    const projects: string[] = [];
    for (const directory of projectsOf(await client.changedPaths(pull))) {
      if (await client.hasDirectory(pull, directory, head)) {
        projects.push(directory);
      }
    }
    return projects;
  }

  async #planOne(run: PullRun, project: ProjectRun): Promise<void> {
    const { client, states } = this.#options;
    try {
      await this.#meetFaults('plan', run, project);
      const { directory } = project;
      const files = await client.terraformFiles(run, directory, run.head);
      const desired = parseProject(directory, files);
      project.desired = run.destroys ? undefined : desired;
      const current = databaseIn(states.get(stateKey(run, directory)));
      const { counts, text } = planProject(current, project.desired);
      project.counts = counts;
      project.planLog = text;
      await this.#reporter.one(
        run,
        project,
        'plan',
        'success',
        summary(counts),
      );
    } catch (error) {
      project.planError = messageOf(error);
      project.planLog = project.planError;
      await this.#reporter.one(run, project, 'plan', 'failure', 'Plan failed.');
    }
  }

  async #apply(run: PullRun): Promise<void> {
    const { client, delays } = this.#options;
    const { head, merged } = await client.pull(run);
    if (head.sha !== run.head && !merged) {
      run.phase = 'apply-failed';
      this.#save(run);
      await client.comment(run, messages.NOTHING_TO_APPLY);
      return;
    }
    await this.#reporter.all(run, 'apply', 'pending');
    for (const project of run.projects.filter(({ applied }) => !applied)) {
      await this.#reporter.one(
        run,
        project,
        'apply',
        'pending',
        messages.progressDescription('apply'),
      );
      await this.#pause(delays.applyMs);
      await this.#applyOne(run, project);
    }
    const applied = run.projects.filter(project => project.applied);
    const good = applied.length === run.projects.length;
    const reports = run.projects.map(project => ({
      directory: project.directory,
      text: project.applyLog,
      error: project.applyError,
    }));
    await client.comment(run, messages.applyComment(reports));
    await this.#reporter.all(
      run,
      'apply',
      good ? 'success' : 'failure',
      applied.length,
    );
    if (good && !run.keepOpen) {
      await this.#merge(run);
    }
    run.phase = good ? 'applied' : 'apply-failed';
    this.#save(run);
  }

  async #applyOne(run: PullRun, project: ProjectRun): Promise<void> {
    const { states, databases } = this.#options;
    const key = stateKey(run, project.directory);
    project.applyError = undefined;
    try {
      await this.#meetFaults('apply', run, project);
      const state = states.get(key);
      const current = databaseIn(state);
      const { desired } = project;
      const { counts, text } = planProject(current, desired);
      if (current && current.name !== desired?.name) {
        await databases.drop(current);
      }
      const database =
        desired && (await databases.ensure(key, desired, current));
      if (!isEmpty(counts) || !state) {
        states.set(key, nextState(state, database));
      }
      project.applied = true;
      project.applyLog = `${text}\n${appliedSummary(counts)}\n`;
      this.#save(run);
      const line = appliedSummary(counts);
      await this.#reporter.one(run, project, 'apply', 'success', line);
    } catch (error) {
      project.applyError = messageOf(error);
      project.applyLog = project.applyError;
      this.#save(run);
      await this.#reporter.one(
        run,
        project,
        'apply',
        'failure',
        'Apply failed.',
      );
    }
  }

  async #merge(run: PullRun): Promise<void> {
    const { client } = this.#options;
    if ((await client.pull(run)).merged) {
      return;
    }
    try {
      await client.merge(run, run.head);
    } catch (error) {
      const reason = messageOf(error);
      await client.comment(
        run,
        `Automerging failed:\n\`\`\`\n${reason}\n\`\`\``,
      );
    }
  }

  /** Faults set for `/jobs/plan/…` and `/jobs/apply/…` hit the work itself. */
  async #meetFaults(
    command: messages.Command,
    run: PullRun,
    project: ProjectRun,
  ): Promise<void> {
    const path = `/jobs/${command}/${stateKey(run, project.directory)}`;
    for (const rule of this.#options.faults.take('terraform', 'POST', path)) {
      if (rule.kind === 'slow') {
        await this.#pause(rule.delayMs ?? 3000);
      } else {
        throw new Error(
          `Error: ${command} failed\n\nThe fault switch of the sandbox is on (${rule.kind}).`,
        );
      }
    }
  }

  #save(run: PullRun): void {
    this.#options.runs.set(runKey(run, run.head), run);
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stopping.signal });
  }

  #start(pull: PullReference, work: () => Promise<void>): void {
    const key = `${pull.owner}/${pull.repo}#${pull.number}`;
    const queue = this.#queues.get(key) ?? new Mutex();
    this.#queues.set(key, queue);
    this.#startUnqueued(() => queue.run(work));
  }

  #startUnqueued(work: () => Promise<void>): void {
    const running = work().catch(error => {
      if (!this.#stopping.signal.aborted) {
        process.stderr.write(`Terraform runner: ${messageOf(error)}\n`);
      }
    });
    this.#work.add(running);
    running.finally(() => this.#work.delete(running));
  }
}

/** Directories with changed Terraform files, modules left out as Atlantis does. */
function projectsOf(paths: string[]): string[] {
  const directories = paths
    .filter(path => path.endsWith('.tf') && !path.startsWith('modules/'))
    .map(path => posix.dirname(path));
  return [...new Set(directories)].sort();
}

function stateKey({ owner, repo }: PullReference, directory: string): string {
  return `${owner}/${repo}/${directory}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
