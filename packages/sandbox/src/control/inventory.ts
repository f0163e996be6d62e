import { GitHost } from '../github/GitHost';
import { Databases } from '../terraform/Databases';
import { StateStore } from '../terraform/StateStore';
import { Vault } from '../vault/Vault';

/** Everything that exists in the sandbox, by name. Holds no secret value. */
export interface Inventory {
  repositories: {
    name: string;
    archived: boolean;
    branches: string[];
    /** Permissions of teams, as GitHub calls them. */
    teams: Record<string, string>;
    pullRequests: {
      number: number;
      title: string;
      head: string;
      state: 'open' | 'closed';
      merged: boolean;
    }[];
  }[];
  databases: string[];
  roles: string[];
  /** Terraform projects that have a state. */
  states: string[];
  secrets: {
    /** With the namespace in front, of those outside the root one. */
    path: string;
    currentVersion: number;
    /** Versions whose values are there. */
    readableVersions: number[];
  }[];
  /** Names of grants in the vault: policies and groups that a run has made. */
  secretAccess: string[];
  /** What policies that a run has made let somebody read, as the vault's paths. */
  grantedPaths: string[];
  /** User names of credentials whose lease holds. */
  leases: string[];
  /** What exists at a further stand-in, by its name. */
  [standIn: string]: any;
}

/** Counts what the stand-ins hold, for tests and for the curious. */
export async function takeInventory(options: {
  host: GitHost;
  databases: Databases;
  states: StateStore;
  vault: Vault;
}): Promise<Inventory> {
  const { host, databases, states, vault } = options;
  const repositories = await Promise.all(
    byName(host.repositories()).map(async record => ({
      name: `${record.owner}/${record.name}`,
      archived: record.archived,
      branches: (await host.gitOf(record).branches()).map(({ name }) => name),
      teams: record.teams ?? {},
      pullRequests: host.pulls
        .values()
        .filter(
          pull => pull.owner === record.owner && pull.repo === record.name,
        )
        .sort((one, other) => one.number - other.number)
        .map(pull => ({
          number: pull.number,
          title: pull.title,
          head: pull.head.ref,
          state: pull.state,
          merged: Boolean(pull.mergedAt),
        })),
    })),
  );
  return {
    repositories,
    ...(await databases.inventory()),
    states: states.projects(),
    secrets: vault.spaces().flatMap(({ namespace, secrets }) =>
      secrets.all().map(secret => ({
        path: namespace ? `${namespace}/${secret.path}` : secret.path,
        currentVersion: secret.currentVersion,
        readableVersions: secret.versions
          .filter(({ destroyed, deletionTime }) => !destroyed && !deletionTime)
          .map(({ version }) => version),
      })),
    ),
    secretAccess: vault
      .spaces()
      .flatMap(({ policies, groups }) => [
        ...policies.names(),
        ...groups.made().map(({ name }) => name),
      ]),
    grantedPaths: vault.spaces().flatMap(({ policies }) => policies.paths()),
    leases: vault.database.list().map(({ username }) => username),
  };
}

function byName<T extends { owner: string; name: string }>(records: T[]): T[] {
  const nameOf = ({ owner, name }: T) => `${owner}/${name}`;
  return [...records].sort((one, other) =>
    nameOf(one).localeCompare(nameOf(other)),
  );
}
