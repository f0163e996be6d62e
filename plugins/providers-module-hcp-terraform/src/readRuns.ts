import {
  InfrastructureProject,
  InfrastructureRun,
  PlanSummary,
} from '@self-service/plugin-providers-node';
import { toDirectory } from './directory';
import { RunDocument } from './documents';
import { isApplied, isFailed, isPlanned } from './runStatuses';

/** What {@link readPlans} and {@link readApplies} find out. */
export type RunSummary = Pick<
  InfrastructureRun,
  | 'status'
  | 'failedPhase'
  | 'description'
  | 'plan'
  | 'monthlyCost'
  | 'planUrl'
  | 'applyUrl'
  | 'projects'
  | 'awaitsStart'
>;

/** Where people find a run. */
export type RunPage = (document: RunDocument) => string;

const WAITING_FOR_RUN = 'HCP Terraform has no run of the merge commit yet.';

function describe({ run, workspace }: RunDocument): string {
  return `${workspace?.attributes.name ?? run.id}: ${run.attributes.status}`;
}

/** `undefined` unless every run's numbers are known: less would mislead. */
function sumPlans(documents: readonly RunDocument[]): PlanSummary | undefined {
  const sum: PlanSummary = { add: 0, change: 0, destroy: 0 };
  for (const { plan } of documents) {
    const add = plan?.['resource-additions'];
    const change = plan?.['resource-changes'];
    const destroy = plan?.['resource-destructions'];
    if (
      typeof add !== 'number' ||
      typeof change !== 'number' ||
      typeof destroy !== 'number'
    ) {
      return undefined;
    }
    sum.add += add;
    sum.change += change;
    sum.destroy += destroy;
  }
  return documents.length > 0 ? sum : undefined;
}

/** Estimates are decimal strings; `undefined` unless every run has one. */
function sumCosts(documents: readonly RunDocument[]): number | undefined {
  const costs = documents.map(({ costEstimate }) =>
    costEstimate?.status === 'finished'
      ? Number(costEstimate['proposed-monthly-cost'] ?? Number.NaN)
      : Number.NaN,
  );
  const sum = costs.reduce((total, cost) => total + cost, 0);
  return documents.length > 0 && Number.isFinite(sum) ? sum : undefined;
}

/** @param status - of one that has not failed */
function toProject(
  document: RunDocument,
  status: InfrastructureProject['status'],
  toUrl: RunPage,
): InfrastructureProject {
  const { run, workspace } = document;
  const directory = workspace?.attributes['working-directory'];
  return {
    name: workspace?.attributes.name ?? run.relationships.workspace.data.id,
    ...(typeof directory === 'string' && { directory: toDirectory(directory) }),
    status: isFailed(run.attributes.status) ? 'failed' : status,
    description: run.attributes.status,
    url: toUrl(document),
  };
}

/**
 * Reads the plan-only runs of a pull request's head, one of each workspace.
 */
export function readPlans(
  documents: readonly RunDocument[],
  toUrl: RunPage,
): RunSummary {
  const [first] = documents;
  const statusOf = ({ run }: RunDocument) => run.attributes.status;
  const projects = documents.map(document =>
    toProject(
      document,
      isPlanned(statusOf(document)) ? 'planned' : 'pending',
      toUrl,
    ),
  );
  const common = {
    projects,
    planUrl: first && toUrl(first),
    plan: sumPlans(documents),
    monthlyCost: sumCosts(documents),
  };
  const failed = documents.find(document => isFailed(statusOf(document)));
  if (failed) {
    return {
      ...common,
      status: 'failed',
      failedPhase: 'plan',
      description: describe(failed),
      planUrl: toUrl(failed),
    };
  }
  if (!first) {
    return { ...common, status: 'unknown' };
  }
  const isOver = documents.every(document => isPlanned(statusOf(document)));
  return { ...common, status: isOver ? 'planned' : 'planning' };
}

/**
 * Reads the runs of a merge commit, one of each workspace. From the merge on
 * the change is being applied; the plan that comes first asks to be confirmed.
 */
export function readApplies(
  documents: readonly RunDocument[],
  toUrl: RunPage,
): RunSummary {
  const [first] = documents;
  const statusOf = ({ run }: RunDocument) => run.attributes.status;
  const projects = documents.map(document =>
    toProject(
      document,
      isApplied(statusOf(document)) ? 'applied' : 'applying',
      toUrl,
    ),
  );
  const common = {
    projects,
    applyUrl: first && toUrl(first),
    plan: sumPlans(documents),
    monthlyCost: sumCosts(documents),
  };
  const failed = documents.find(document => isFailed(statusOf(document)));
  if (failed) {
    return {
      ...common,
      status: 'failed',
      // The plan of what is merged belongs to its apply: both are started anew.
      failedPhase: 'apply',
      description: describe(failed),
      applyUrl: toUrl(failed),
    };
  }
  if (!first) {
    return { ...common, status: 'applying', description: WAITING_FOR_RUN };
  }
  if (documents.every(document => isApplied(statusOf(document)))) {
    return { ...common, status: 'applied' };
  }
  return {
    ...common,
    status: 'applying',
    ...(documents.some(isConfirmable) && { awaitsStart: true }),
  };
}

/** Whether a run waits to be confirmed; statuses do not tell. */
export function isConfirmable({ run }: RunDocument): boolean {
  return run.attributes.actions?.['is-confirmable'] === true;
}
