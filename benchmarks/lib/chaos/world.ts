import type { ShownRun, Trace } from 'e2e';
import type { Subject } from './points';

/** What of observability a completed run promises. */
function promisedObserved(
  { effects, stepReports }: ShownRun,
  { isObserved }: Subject,
): Partial<Trace> {
  const isSkipped = stepReports.some(
    ({ stepId, outcome }) => stepId === 'observe' && outcome === 'skipped',
  );
  if (!isObserved || !isSkipped) {
    return {
      dashboards: isObserved ? 1 : 0,
      ruleGroups: isObserved ? 2 : 0,
    };
  }
  // The run went on without it: what its page shows is what there must be.
  const count = (...kinds: string[]) =>
    effects.filter(
      ({ kind, status }) => kinds.includes(kind) && status === 'created',
    ).length;
  return {
    dashboards: count('dashboard'),
    ruleGroups: count('alerts', 'slo'),
  };
}

/** What should exist, by the status in which a run has ended. */
function promised(run: ShownRun, subject: Subject): Partial<Trace> {
  const { status, effects } = run;
  if (status === 'completed') {
    return {
      openPullRequests: 0,
      merged: 1,
      reverted: 0,
      databases: 1,
      secrets: 1,
      grants: subject.isStock ? 0 : 1,
      repositories: subject.hasRepository ? 1 : 0,
      archived: 0,
      ...promisedObserved(run, subject),
    };
  }
  const retained = effects.filter(effect => effect.status === 'retained');
  // Nobody can tell whose a stock action's is: it stays, and people are told.
  const isShown =
    subject.isStock && retained.some(({ kind }) => kind === 'pull request');
  return {
    ...(!isShown && { openPullRequests: 0, branches: 0 }),
    databases: 0,
    roles: 0,
    secrets: 0,
    grants: 0,
    repositories: 0,
    archived: retained.filter(({ kind }) => kind === 'repository').length,
    dashboards: 0,
    ruleGroups: 0,
  };
}

/**
 * Compares what exists with what the run's last status promises. What a
 * stock action has left and the run's page names is no orphan.
 *
 * @returns what is there too often, what is there though it should not be, and
 * what is missing, in words
 */
export function judge(
  run: ShownRun,
  trace: Trace,
  subject: Subject,
): { orphans: string[]; duplicates: string[]; missing: string[] } {
  const orphans: string[] = [];
  const duplicates: string[] = [];
  const missing: string[] = [];
  for (const [kind, wanted] of Object.entries(promised(run, subject))) {
    const found = trace[kind as keyof Trace];
    const line = `${kind}: ${found} instead of ${wanted} (${run.status})`;
    if (found > wanted && wanted > 0) {
      duplicates.push(line);
    } else if (found > wanted) {
      orphans.push(line);
    } else if (found < wanted) {
      missing.push(line);
    }
  }
  if (run.status !== 'completed' && trace.merged > trace.reverted) {
    orphans.push(
      `merged: ${trace.merged} and ${trace.reverted} reverts (${run.status})`,
    );
  }
  return { orphans, duplicates, missing };
}
