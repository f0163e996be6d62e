import { inventory, Inventory } from './runs';
import { ConnectedStack } from './stack';

/** What exists outside of one run, as the stand-ins list it. */
export interface Trace {
  openPullRequests: number;
  /** Merged ones that brought it, and merged ones that took it back. */
  merged: number;
  reverted: number;
  branches: number;
  databases: number;
  roles: number;
  secrets: number;
  /** Teams that may read them. */
  grants: number;
  repositories: number;
  archived: number;
  dashboards: number;
  /** Groups of alerts, and of what records an SLO. */
  ruleGroups: number;
}

const has = (text: string, name: string) =>
  new RegExp(`(^|[^a-z0-9])${name}($|[^a-z0-9])`).test(
    text.replaceAll('_', '-'),
  );

/** Counts what exists of the run that was asked with a name. */
export function traceIn(world: Inventory, name: string): Trace {
  const pulls = world.repositories.flatMap(({ pullRequests }) =>
    pullRequests.filter(({ head, title }) => has(`${head} ${title}`, name)),
  );
  const isRevert = ({ head, title }: { head: string; title: string }) =>
    /^revert/i.test(head) || /^revert/i.test(title);
  const own = world.repositories.filter(repository =>
    has(repository.name, name),
  );
  return {
    openPullRequests: pulls.filter(({ state }) => state === 'open').length,
    merged: pulls.filter(pull => pull.merged && !isRevert(pull)).length,
    reverted: pulls.filter(pull => pull.merged && isRevert(pull)).length,
    branches: world.repositories
      .filter(repository => !own.includes(repository))
      .flatMap(({ branches }) => branches)
      .filter(branch => has(branch, name)).length,
    databases: world.databases.filter(database => has(database, name)).length,
    roles: world.roles.filter(role => has(role, name)).length,
    secrets: world.secrets.filter(
      ({ path, currentVersion }) => has(path, name) && currentVersion > 0,
    ).length,
    grants: world.grantedPaths.filter(
      path => path.startsWith('secret/data/') && has(path, name),
    ).length,
    repositories: own.filter(({ archived }) => !archived).length,
    archived: own.filter(({ archived }) => archived).length,
    dashboards: world.grafana.dashboards.filter((title: string) =>
      has(title, name),
    ).length,
    ruleGroups: world.grafana.ruleGroups.filter((group: { name: string }) =>
      has(group.name, name),
    ).length,
  };
}

/** Under which kinds a run's page lists what the stand-ins list. */
const SHOWN_AS: Record<
  Exclude<keyof Trace, 'merged' | 'reverted'>,
  string[]
> = {
  openPullRequests: ['pull request'],
  branches: ['pull request'],
  databases: ['apply'],
  roles: ['apply'],
  secrets: ['secret'],
  grants: ['secret access'],
  repositories: ['repository'],
  archived: ['repository'],
  dashboards: ['dashboard'],
  ruleGroups: ['alerts', 'slo'],
};

/** Statuses of what does not exist any more, or never did. */
const GONE = ['absent', 'undone'];

/**
 * What exists outside, and the run's page does not say that it exists or may.
 *
 * @param effects - what the page lists
 * @returns names of what there is more of than the page says
 */
export function hiddenOf(
  trace: Trace,
  effects: readonly { kind: string; status: string }[],
): string[] {
  const shown = (kinds: string[]) =>
    effects.filter(
      ({ kind, status }) => kinds.includes(kind) && !GONE.includes(status),
    ).length;
  const hidden = Object.entries(SHOWN_AS)
    .filter(([what, kinds]) => trace[what as keyof Trace] > shown(kinds))
    .map(([what]) => what);
  // What a revert has taken back is not there, whatever was merged.
  return trace.merged - trace.reverted > shown(['pull request'])
    ? [...hidden, 'merged']
    : hidden;
}

/** Reads what exists of a run now. */
export async function traceOfRun(
  stack: ConnectedStack,
  name: string,
): Promise<Trace> {
  return traceIn(await inventory(stack), name);
}
