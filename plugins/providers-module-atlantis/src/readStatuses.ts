import {
  CommitStatus,
  InfrastructureProject,
  InfrastructureRun,
  PlanSummary,
} from '@self-service/plugin-providers-node';
import {
  isFailure,
  parseContext,
  parsePlan,
  Phase,
  toDirectory,
} from './statusWords';

/** What an Atlantis says about one head, by phase. */
interface Report {
  overall: Partial<Record<Phase, CommitStatus>>;
  /** Project name → phase → status. */
  projects: Map<string, Partial<Record<Phase, CommitStatus>>>;
  /** Whether one status was made after another. */
  isNewer(one: CommitStatus, other: CommitStatus): boolean;
}

/** What {@link readStatuses} finds out. */
export type StatusSummary = Pick<
  InfrastructureRun,
  | 'status'
  | 'failedPhase'
  | 'description'
  | 'plan'
  | 'planUrl'
  | 'applyUrl'
  | 'projects'
> & {
  /** When the plan succeeded; ISO 8601. */
  plannedAt?: string;
  /** When the plan or the apply failed; ISO 8601. */
  failedAt?: string;
};

function sort(statuses: CommitStatus[], statusName: string): Report {
  const ranks = new Map(statuses.map((status, index) => [status, index]));
  const report: Report = {
    overall: {},
    projects: new Map(),
    isNewer(one, other) {
      const distance = Date.parse(one.updatedAt) - Date.parse(other.updatedAt);
      return distance === 0
        ? ranks.get(one)! < ranks.get(other)!
        : distance > 0;
    },
  };
  for (const status of statuses) {
    const { phase, project: name } =
      parseContext(status.context, statusName) ?? {};
    if (phase && name) {
      const project = report.projects.get(name) ?? {};
      project[phase] = status;
      report.projects.set(name, project);
    } else if (phase) {
      report.overall[phase] = status;
    }
  }
  return report;
}

function summarise(
  statuses: Partial<Record<Phase, CommitStatus>>,
  { isNewer }: Report,
): Pick<StatusSummary, 'status' | 'failedPhase' | 'description' | 'failedAt'> {
  const { plan, policy_check: policyCheck } = statuses;
  // A plan made after a failed apply is a new beginning.
  const isStale =
    isFailure(statuses.apply) && plan && isNewer(plan, statuses.apply!);
  const apply = isStale ? undefined : statuses.apply;
  if (apply) {
    const { description } = apply;
    if (isFailure(apply)) {
      return {
        status: 'failed',
        failedPhase: 'apply',
        description,
        failedAt: apply.updatedAt,
      };
    }
    return {
      status: apply.state === 'success' ? 'applied' : 'applying',
      description,
    };
  }
  for (const check of [plan, policyCheck]) {
    if (isFailure(check)) {
      return {
        status: 'failed',
        failedPhase: 'plan',
        description: check?.description,
        failedAt: check?.updatedAt,
      };
    }
  }
  if (!plan) {
    return { status: 'unknown' };
  }
  const planning = [plan, policyCheck].some(
    status => status?.state === 'pending',
  );
  return {
    status: planning ? 'planning' : 'planned',
    description: plan.description,
  };
}

const PROJECT_STATUS = {
  unknown: 'pending',
  planning: 'pending',
  planned: 'planned',
  applying: 'applying',
  applied: 'applied',
  failed: 'failed',
} as const;

function toProject(
  name: string,
  statuses: Partial<Record<Phase, CommitStatus>>,
  report: Report,
  allApplied: boolean,
): InfrastructureProject {
  const { status, description } = summarise(statuses, report);
  return {
    name,
    directory: toDirectory(name),
    // A project without changes is never applied on its own.
    status:
      allApplied && status === 'planned' ? 'applied' : PROJECT_STATUS[status],
    description,
    url: statuses.apply?.url ?? statuses.plan?.url,
  };
}

/** `undefined` unless every project's plan is known: less would mislead. */
function sumPlans(report: Report): PlanSummary | undefined {
  const sum: PlanSummary = { add: 0, change: 0, destroy: 0 };
  for (const { plan } of report.projects.values()) {
    const read = parsePlan(plan?.description);
    if (!read) {
      return undefined;
    }
    sum.add += read.add;
    sum.change += read.change;
    sum.destroy += read.destroy;
  }
  return report.projects.size > 0 ? sum : undefined;
}

/**
 * Reads where plan and apply stand from the commit statuses of a head.
 *
 * @remarks
 * Atlantis sets `<name>/plan`, `<name>/policy_check` and `<name>/apply` for
 * the whole, and `<name>/plan: <project>` and so on for each project. The
 * apply status is unset while changes are unapplied: its absence is no
 * success (https://www.runatlantis.io/docs/server-configuration.html, `--vcs-status-name`).
 *
 * @param statuses - the newest of each context, newest first
 * @param statusName - the server's `--vcs-status-name`
 */
export function readStatuses(
  statuses: CommitStatus[],
  statusName: string,
): StatusSummary {
  const report = sort(statuses, statusName);
  const { plan, apply } = report.overall;
  const summary = summarise(report.overall, report);
  return {
    ...summary,
    plan: sumPlans(report),
    planUrl: plan?.url,
    applyUrl: apply?.url,
    plannedAt: plan?.state === 'success' ? plan.updatedAt : undefined,
    projects: [...report.projects].map(([name, projectStatuses]) =>
      toProject(name, projectStatuses, report, summary.status === 'applied'),
    ),
  };
}
