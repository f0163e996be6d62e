import { DesiredDatabase } from './configuration';
import { ProvisionedDatabase } from './StateStore';

/** How many resources an apply adds, changes and destroys. */
export interface ChangeCounts {
  add: number;
  change: number;
  destroy: number;
}

/** What an apply of a project would do. */
export interface Plan {
  counts: ChangeCounts;
  /** Terraform's text; sensitive values do not occur in it. */
  text: string;
}

/** PostgreSQL's name for a requested database. */
export function databaseName(name: string): string {
  return name.replace(/-/g, '_');
}

/** The role that owns a requested database. */
export function ownerName(name: string): string {
  return `${databaseName(name)}_owner`;
}

/**
 * Compares what is asked for with what stands.
 *
 * @remarks
 * A database counts as three resources: password, role, database.
 */
export function planProject(
  current: ProvisionedDatabase | undefined,
  desired: DesiredDatabase | undefined,
): Plan {
  const counts = countChanges(current, desired);
  const parts: string[] = [];
  if (current && current.name !== desired?.name) {
    parts.push(resources('destroyed', '-', current));
  }
  if (desired && desired.name !== current?.name) {
    parts.push(resources('created', '+', desired));
  }
  if (counts.change > 0 && current && desired) {
    parts.push(inPlace(current, desired));
  }
  if (parts.length === 0) {
    return {
      counts,
      text: 'No changes. Your infrastructure matches the configuration.\n',
    };
  }
  const sign = desired ? '+' : '-';
  return {
    counts,
    text: `Terraform will perform the following actions:

${parts.join('\n')}
${summary(counts)}

Changes to Outputs:
  ${sign} database = "${databaseName((desired ?? current)!.name)}"
  ${sign} host     = (known after apply)
  ${sign} password = (sensitive value)
  ${sign} port     = (known after apply)
  ${sign} url      = (sensitive value)
  ${sign} username = "${ownerName((desired ?? current)!.name)}"
`,
  };
}

/** Terraform's line about a plan. */
export function summary({ add, change, destroy }: ChangeCounts): string {
  return `Plan: ${add} to add, ${change} to change, ${destroy} to destroy.`;
}

/** Terraform's line about an apply. */
export function appliedSummary({ add, change, destroy }: ChangeCounts): string {
  return `Apply complete! Resources: ${add} added, ${change} changed, ${destroy} destroyed.`;
}

/** True when an apply would do nothing. */
export function isEmpty({ add, change, destroy }: ChangeCounts): boolean {
  return add + change + destroy === 0;
}

function countChanges(
  current: ProvisionedDatabase | undefined,
  desired: DesiredDatabase | undefined,
): ChangeCounts {
  if (current && desired && current.name === desired.name) {
    const same =
      current.size === desired.size &&
      current.environment === desired.environment;
    return { add: 0, change: same ? 0 : 1, destroy: 0 };
  }
  return { add: desired ? 3 : 0, change: 0, destroy: current ? 3 : 0 };
}

function resources(
  what: 'created' | 'destroyed',
  sign: string,
  database: DesiredDatabase,
): string {
  const name = databaseName(database.name);
  const owner = ownerName(database.name);
  return `  # module.database.random_password.owner will be ${what}
  ${sign} resource "random_password" "owner" {
      ${sign} length = 32
      ${sign} result = (sensitive value)
    }

  # module.database.postgresql_role.owner will be ${what}
  ${sign} resource "postgresql_role" "owner" {
      ${sign} login    = true
      ${sign} name     = "${owner}"
      ${sign} password = (sensitive value)
    }

  # module.database.postgresql_database.this will be ${what}
  ${sign} resource "postgresql_database" "this" {
      ${sign} name        = "${name}"
      ${sign} owner       = "${owner}"
      ${sign} environment = "${database.environment}"
      ${sign} size        = "${database.size}"
    }
`;
}

function inPlace(current: DesiredDatabase, desired: DesiredDatabase): string {
  const line = (key: 'environment' | 'size') =>
    current[key] === desired[key]
      ? ''
      : `      ~ ${key} = "${current[key]}" -> "${desired[key]}"\n`;
  return `  # module.database.postgresql_database.this will be updated in-place
  ~ resource "postgresql_database" "this" {
        name = "${databaseName(desired.name)}"
${line('environment')}${line('size')}    }
`;
}
