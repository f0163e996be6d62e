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

/** Reads what exists of a run now. */
export async function traceOfRun(
  stack: ConnectedStack,
  name: string,
): Promise<Trace> {
  return traceIn(await inventory(stack), name);
}
