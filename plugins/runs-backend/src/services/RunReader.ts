import { NotAllowedError } from '@backstage/errors';
import {
  Effect,
  Run,
  RunFilter,
  RunList,
  RunPage,
  runsRunListPermission,
  RunState,
  RunStatus,
  RunSummary,
  Suspension,
  toRunOptions,
  toRunStatus,
} from '@self-service/plugin-runs-common';
import { EffectStore } from '../database/EffectStore';
import { RunQuery, RunRows, RunStore, StoredRun } from '../database/RunStore';
import { StepStore } from '../database/StepStore';
import { SuspensionStore } from '../database/SuspensionStore';
import { RunAccess, UserCredentials } from './RunAccess';
import { toSuspension } from './toSuspension';

/** Most pages of an entity's runs that one request reads in vain. */
const MAX_UNREADABLE_PAGES = 5;

/** Statuses of effects that exist, or may exist. */
const LIVE: readonly Effect['status'][] = [
  'intended',
  'created',
  'undoing',
  'undo-failed',
];

/** Shows runs to those who may read them. */
export class RunReader {
  readonly #deps: RunReaderDeps;

  private constructor(deps: RunReaderDeps) {
    this.#deps = deps;
  }

  static create(deps: RunReaderDeps): RunReader {
    return new RunReader(deps);
  }

  /**
   * One run; empty lists and no state where the suite knows nothing of it.
   *
   * @throws the scaffolder's answer when the user may not read the task
   */
  async read(taskId: string, credentials: UserCredentials): Promise<Run> {
    const { access, suspensions, effects, runs } = this.#deps;
    const taskStatus = await access.readTaskStatus(taskId, credentials);
    const [stored, made, run] = await Promise.all([
      suspensions.listByTask(taskId),
      effects.list(taskId),
      runs.find(taskId),
    ]);
    const [newest] = await suspensions.listNewest(
      stored.length > 0 ? [taskId] : [],
    );
    return {
      taskId,
      suspensions: stored.map(toSuspension),
      effects: made,
      state:
        run &&
        (await this.#toState(
          { ...run, taskStatus },
          { effects: made, suspension: newest && toSuspension(newest) },
          credentials,
        )),
    };
  }

  /** The newest suspension of each of these runs that the user may read. */
  async list(
    taskIds: string[],
    credentials: UserCredentials,
  ): Promise<RunList> {
    const rows = await this.#deps.suspensions.listNewest(taskIds);
    const readable = await this.#filterReadable(rows, credentials);
    return {
      items: readable.map(row => ({
        taskId: row.taskId,
        suspension: toSuspension(row),
      })),
    };
  }

  /**
   * A page of runs, newest first.
   *
   * @remarks
   * Of the runs about an entity, those are shown that the user may read in the
   * scaffolder, and nothing tells how many others there are.
   *
   * @throws NotAllowedError - everybody's runs without `runs.run.list`
   */
  async page(
    filter: RunFilter,
    credentials: UserCredentials,
  ): Promise<RunPage> {
    const { runs, suspensions } = this.#deps;
    const query = await this.#toQuery(filter, credentials);
    const { items, total, nextCursor } =
      filter.entityRef === undefined
        ? await runs.list(query)
        : await this.#listReadable(query, credentials);
    const newest = new Map(
      (await suspensions.listNewest(items.map(({ taskId }) => taskId))).map(
        row => [row.taskId, toSuspension(row)],
      ),
    );
    return {
      items: items.map(run => toSummary(run, newest.get(run.taskId))),
      total,
      nextCursor,
    };
  }

  /** Goes over pages of which the user may read nothing. */
  async #listReadable(
    query: RunQuery,
    credentials: UserCredentials,
  ): Promise<Omit<RunRows, 'total'> & { total: undefined }> {
    let { cursor } = query;
    for (let pages = 1; ; pages++) {
      const { items, nextCursor } = await this.#deps.runs.list({
        ...query,
        cursor,
      });
      const readable = await this.#filterReadable(items, credentials);
      const isLast = nextCursor === undefined || pages === MAX_UNREADABLE_PAGES;
      if (readable.length > 0 || isLast) {
        return { items: readable, nextCursor, total: undefined };
      }
      cursor = nextCursor;
    }
  }

  async #toQuery(
    { scope, ...filter }: RunFilter,
    credentials: UserCredentials,
  ): Promise<RunQuery> {
    const { access } = this.#deps;
    if (filter.entityRef !== undefined) {
      return filter;
    }
    switch (scope) {
      case 'all':
        if (!(await access.holds(runsRunListPermission, credentials))) {
          throw new NotAllowedError(
            `You don't have the permission ${runsRunListPermission.name}`,
          );
        }
        return filter;
      case 'team':
        return { ...filter, teams: await access.teamsOf(credentials) };
      default:
        return { ...filter, requester: credentials.principal.userEntityRef };
    }
  }

  async #toState(
    run: StoredRun,
    seen: { effects: Effect[]; suspension?: Suspension },
    credentials: UserCredentials,
  ): Promise<RunState> {
    const { runs, steps, access } = this.#deps;
    const { taskId, templateRef } = run;
    const [entityRefs, stepReports, interventions, expectedSeconds, inCharge] =
      await Promise.all([
        runs.listEntities(taskId),
        steps.listReports(taskId),
        steps.listInterventions(taskId),
        templateRef ? steps.expectedSeconds(templateRef) : {},
        access.isInCharge(run, credentials),
      ]);
    return {
      ...toSummary(run, seen.suspension),
      failure: run.failure,
      heldUntil: run.heldUntil?.toISOString(),
      endedBy: run.endedBy,
      endComment: run.endComment,
      replaces: run.replaces,
      replacedBy: run.replacedBy,
      entityRefs,
      stepReports,
      interventions,
      expectedSeconds,
      options: toRunOptions({
        phase: run.phase,
        isCancelled: run.cancelledAt !== undefined,
        hasEffects: seen.effects.some(({ status }) => LIVE.includes(status)),
        refused: run.failure?.problem.refused,
        replacedBy: run.replacedBy,
        isInCharge: inCharge,
      }),
    };
  }

  async #filterReadable<T extends { taskId: string }>(
    items: T[],
    credentials: UserCredentials,
  ): Promise<T[]> {
    const readable = await Promise.all(
      items.map(({ taskId }) => this.#deps.access.mayRead(taskId, credentials)),
    );
    return items.filter((_, index) => readable[index]);
  }
}

function toSummary(run: StoredRun, suspension?: Suspension): RunSummary {
  // A run that a gate has registered has been taken by a worker.
  const { taskStatus = 'processing' } = run;
  const status = toRunStatus(taskStatus, suspension, run.phase);
  return {
    taskId: run.taskId,
    status,
    phase: run.phase,
    templateRef: run.templateRef,
    title: run.title ?? `Run ${run.taskId.slice(0, 8)}`,
    requester: run.requester,
    team: run.team,
    createdAt: run.createdAt.toISOString(),
    endedAt: run.endedAt?.toISOString(),
    waitsFor: status === 'waiting' ? suspension?.title : undefined,
    problem: shorten(describeProblem(run, status, suspension)),
  };
}

/** Most of it that a line of the list has room for. */
const MAX_PROBLEM = 300;

/** What went wrong, as the page of the run says it too. */
function describeProblem(
  { phase, failure, cancelledAt }: StoredRun,
  status: RunStatus,
  suspension: Suspension | undefined,
): string | undefined {
  if (status !== 'needs-attention' && status !== 'failed') {
    return undefined;
  }
  switch (phase) {
    case 'active':
      return suspension?.attention;
    case 'rollback-failed':
      return 'Something that it made could not be undone.';
    default:
      return (
        failure?.problem.what ??
        (cancelledAt && 'It was cancelled, and some of it still exists.')
      );
  }
}

function shorten(text: string | undefined): string | undefined {
  return text && text.length > MAX_PROBLEM
    ? `${text.slice(0, MAX_PROBLEM - 1).trimEnd()}…`
    : text;
}

interface RunReaderDeps {
  access: RunAccess;
  runs: RunStore;
  steps: StepStore;
  suspensions: SuspensionStore;
  effects: EffectStore;
}
