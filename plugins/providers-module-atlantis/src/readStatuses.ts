import {
  CommitStatus,
  InfrastructureProject,
  InfrastructureRun,
  PlanSummary,
} from '@self-service/plugin-providers-node';

type Phase = 'plan' | 'apply' | 'policy_check';

/** What an Atlantis says about one head, by phase. */
interface Report {
  overall: Partial<Record<Phase, CommitStatus>>;
  /** Project name → phase → status. */
  projects: Map<string, Partial<Record<Phase, CommitStatus>>>;
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
};

const PHASES: readonly Phase[] = ['plan', 'policy_check', 'apply'];
const PLAN = /(\d+) to add, (\d+) to change, (\d+) to destroy/;
const NO_CHANGES = /no changes/i;

function sort(statuses: CommitStatus[], statusName: string): Report {
  const report: Report = { overall: {}, projects: new Map() };
  for (const status of statuses) {
    for (const phase of PHASES) {
      const context = `${statusName}/${phase}`;
      if (status.context === context) {
        report.overall[phase] = status;
      } else if (status.context.startsWith(`${context}: `)) {
        const name = status.context.slice(`${context}: `.length);
        const project = report.projects.get(name) ?? {};
        project[phase] = status;
        report.projects.set(name, project);
      }
    }
  }
  return report;
}

function hasFailed(status: CommitStatus | undefined): boolean {
  return status?.state === 'failure' || status?.state === 'error';
}

/** A plan made after a failed apply is a new beginning. */
function isStale(apply: CommitStatus, plan: CommitStatus | undefined) {
  return hasFailed(apply) && plan !== undefined
    ? Date.parse(plan.updatedAt) > Date.parse(apply.updatedAt)
    : false;
}

function summarise(
  statuses: Partial<Record<Phase, CommitStatus>>,
): Pick<StatusSummary, 'status' | 'failedPhase' | 'description'> {
  const { plan, policy_check: policyCheck } = statuses;
  const apply =
    statuses.apply && !isStale(statuses.apply, plan)
      ? statuses.apply
      : undefined;
  if (apply) {
    const { description } = apply;
    if (hasFailed(apply)) {
      return { status: 'failed', failedPhase: 'apply', description };
    }
    return {
      status: apply.state === 'success' ? 'applied' : 'applying',
      description,
    };
  }
  for (const check of [plan, policyCheck]) {
    if (hasFailed(check)) {
      return {
        status: 'failed',
        failedPhase: 'plan',
        description: check?.description,
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
  allApplied: boolean,
): InfrastructureProject {
  const { status, description } = summarise(statuses);
  return {
    name,
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
    const description = plan?.description ?? '';
    const numbers = description.match(PLAN);
    if (numbers) {
      sum.add += Number(numbers[1]);
      sum.change += Number(numbers[2]);
      sum.destroy += Number(numbers[3]);
    } else if (!NO_CHANGES.test(description)) {
      return undefined;
    }
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
 * @param statuses - the newest of each context
 * @param statusName - the server's `--vcs-status-name`
 */
export function readStatuses(
  statuses: CommitStatus[],
  statusName: string,
): StatusSummary {
  const report = sort(statuses, statusName);
  const { plan, apply } = report.overall;
  const summary = summarise(report.overall);
  return {
    ...summary,
    plan: sumPlans(report),
    planUrl: plan?.url,
    applyUrl: apply?.url,
    plannedAt: plan?.state === 'success' ? plan.updatedAt : undefined,
    projects: [...report.projects].map(([name, projectStatuses]) =>
      toProject(name, projectStatuses, summary.status === 'applied'),
    ),
  };
}
