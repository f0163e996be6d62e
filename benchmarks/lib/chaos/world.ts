import { inventory, type Inventory, type ShownRun, type Stack } from 'e2e';

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
  };
}

/** Reads what exists of a run now. */
export async function traceOfRun(stack: Stack, name: string): Promise<Trace> {
  return traceIn(await inventory(stack), name);
}

/** What should exist, by the status in which a run has ended. */
function promised(
  { status, effects }: ShownRun,
  hasRepository: boolean,
): Partial<Trace> {
  if (status === 'completed') {
    return {
      openPullRequests: 0,
      merged: 1,
      reverted: 0,
      databases: 1,
      secrets: 1,
      repositories: hasRepository ? 1 : 0,
      archived: 0,
    };
  }
  const retained = effects.filter(effect => effect.status === 'retained');
  return {
    openPullRequests: 0,
    branches: 0,
    databases: 0,
    roles: 0,
    secrets: 0,
    repositories: 0,
    archived: retained.filter(({ kind }) => kind === 'repository').length,
  };
}

/**
 * Compares what exists with what the run's last status promises.
 *
 * @returns what is there too often, what is there though it should not be, and
 * what is missing, in words
 */
export function judge(
  run: ShownRun,
  trace: Trace,
  hasRepository: boolean,
): { orphans: string[]; duplicates: string[]; missing: string[] } {
  const orphans: string[] = [];
  const duplicates: string[] = [];
  const missing: string[] = [];
  const expected = promised(run, hasRepository);
  for (const [kind, wanted] of Object.entries(expected)) {
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
