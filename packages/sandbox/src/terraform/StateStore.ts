import { randomUUID } from 'node:crypto';
import { JsonCollection } from '../common/JsonCollection';
import { DesiredDatabase } from './configuration';

/** One output of a Terraform state. */
export interface StateOutput {
  value: string | number;
  type: 'string' | 'number';
  sensitive?: true;
}

/** A Terraform state file, format version 4. */
export interface TerraformState {
  version: 4;
  terraform_version: string;
  serial: number;
  lineage: string;
  outputs: Record<string, StateOutput>;
  resources: unknown[];
  check_results: null;
}

/** What holds a state's lock, as Terraform's http backend describes it. */
export interface LockInfo {
  ID: string;
  [field: string]: unknown;
}

/** A database as it stands: what was asked for and how to log in. */
export interface ProvisionedDatabase extends DesiredDatabase {
  host: string;
  port: number;
  database: string;
  username: string;
  password: string;
}

/** States of all projects, by `owner/repo/directory`, and their locks. */
export class StateStore {
  /**
   * @param states - whole state files; they hold passwords, as Terraform's do
   * @param locks - locks that stand
   */
  constructor(
    private readonly states: JsonCollection<TerraformState>,
    private readonly locks: JsonCollection<LockInfo>,
  ) {}

  /** The state of a project, or undefined. */
  get(project: string): TerraformState | undefined {
    return this.states.get(project);
  }

  /** Projects that have a state. */
  projects(): string[] {
    return this.states.keys().sort();
  }

  /** Replaces the state of a project. */
  set(project: string, state: TerraformState): void {
    this.states.set(project, state);
  }

  /** Removes the state of a project. */
  delete(project: string): void {
    this.states.delete(project);
  }

  /** What holds the lock, or undefined. */
  lockOf(project: string): LockInfo | undefined {
    return this.locks.get(project);
  }

  /** Takes or replaces the lock. */
  lock(project: string, info: LockInfo): void {
    this.locks.set(project, info);
  }

  /** Gives the lock back. */
  unlock(project: string): void {
    this.locks.delete(project);
  }

  /** Forgets everything. */
  clear(): void {
    this.states.clear();
    this.locks.clear();
  }
}

/** The database that a state describes; undefined when it holds none. */
export function databaseIn(
  state: TerraformState | undefined,
): ProvisionedDatabase | undefined {
  const resources = (state?.resources ?? []) as {
    type: string;
    instances: { attributes: Record<string, string> }[];
  }[];
  const found = resources.find(({ type }) => type === 'postgresql_database');
  if (!state || !found) {
    return undefined;
  }
  const { host, port, database, username, password } = state.outputs;
  const { requested_name, environment, size } = found.instances[0].attributes;
  return {
    name: requested_name,
    environment,
    size,
    host: String(host.value),
    port: Number(port.value),
    database: String(database.value),
    username: String(username.value),
    password: String(password.value),
  };
}

/**
 * The state that follows on another, holding the database or nothing.
 *
 * @remarks
 * `serial` grows by one and `lineage` stays, as Terraform keeps them.
 */
export function nextState(
  previous: TerraformState | undefined,
  database: ProvisionedDatabase | undefined,
): TerraformState {
  return {
    version: 4,
    terraform_version: '1.9.8',
    serial: (previous?.serial ?? 0) + 1,
    lineage: previous?.lineage ?? randomUUID(),
    outputs: database ? outputsOf(database) : {},
    resources: database ? resourcesOf(database) : [],
    check_results: null,
  };
}

function outputsOf(database: ProvisionedDatabase): Record<string, StateOutput> {
  const { host, port, username, password } = database;
  const secret = encodeURIComponent(password);
  const url = `postgresql://${username}:${secret}@${host}:${port}/${database.database}`;
  return {
    host: { value: host, type: 'string' },
    port: { value: port, type: 'number' },
    database: { value: database.database, type: 'string' },
    username: { value: username, type: 'string' },
    password: { value: password, type: 'string', sensitive: true },
    url: { value: url, type: 'string', sensitive: true },
  };
}

function resourcesOf(database: ProvisionedDatabase): unknown[] {
  const resource = (
    type: string,
    name: string,
    provider: string,
    attributes: Record<string, unknown>,
    sensitive: string[] = [],
  ) => ({
    module: 'module.database',
    mode: 'managed',
    type,
    name,
    provider: `provider["registry.terraform.io/${provider}"]`,
    instances: [
      {
        schema_version: 0,
        attributes,
        sensitive_attributes: sensitive.map(value => [
          { type: 'get_attr', value },
        ]),
      },
    ],
  });
  return [
    resource(
      'random_password',
      'owner',
      'hashicorp/random',
      { id: 'none', length: 32, result: database.password },
      ['result'],
    ),
    resource('postgresql_role', 'owner', 'cyrilgdn/postgresql', {
      id: database.username,
      name: database.username,
      login: true,
    }),
    resource('postgresql_database', 'this', 'cyrilgdn/postgresql', {
      id: database.database,
      name: database.database,
      owner: database.username,
      requested_name: database.name,
      environment: database.environment,
      size: database.size,
    }),
  ];
}
