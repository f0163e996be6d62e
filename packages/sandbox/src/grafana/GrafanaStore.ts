import { join } from 'node:path';
import { JsonCollection } from '../common/JsonCollection';
import { GrafanaError, RulerError } from './errors';
import { DashboardModel, DashboardRecord, RuleGroupRecord } from './model';
import { readRuleGroup } from './ruleGroups';

/** The folder that the sandbox starts with. */
export const SERVICES_FOLDER = { uid: 'services', title: 'Services' };

const MAXIMUM_UID_LENGTH = 40;

/**
 * Dashboards and rule groups, on disk.
 *
 * @remarks
 * Sources: Grafana documentation, "Dashboard HTTP API" (a uid of at most 40
 * characters; 412 with `status` where one stands; an update without a folder
 * moves to the root), and Grafana Mimir documentation, "HTTP API", "Ruler
 * rules".
 */
export class GrafanaStore {
  readonly #dashboards: JsonCollection<DashboardRecord>;
  readonly #groups: JsonCollection<RuleGroupRecord>;

  constructor(
    directory: string,
    /** Its clock. */
    readonly now: () => Date,
  ) {
    this.#dashboards = JsonCollection.open(join(directory, 'dashboards'));
    this.#groups = JsonCollection.open(join(directory, 'groups'));
  }

  /** All dashboards, by title. */
  dashboards(): DashboardRecord[] {
    return this.#dashboards
      .values()
      .sort((one, other) => titleOf(one).localeCompare(titleOf(other)));
  }

  /** @throws GrafanaError 404 */
  dashboard(uid: string): DashboardRecord {
    const record = this.#dashboards.get(uid);
    if (!record) {
      throw new GrafanaError(404, 'Dashboard not found');
    }
    return record;
  }

  /** Creates or updates a dashboard as `POST /api/dashboards/db` does. */
  save(
    model: DashboardModel,
    options: { folderUid?: string; overwrite?: boolean },
  ): DashboardRecord {
    const { folderUid, overwrite = false } = options;
    if (!model.title?.trim()) {
      throw new GrafanaError(400, 'Dashboard title cannot be empty');
    }
    const uid = model.uid || `generated-${this.#dashboards.keys().length + 1}`;
    checkUid(uid);
    if (folderUid && folderUid !== SERVICES_FOLDER.uid) {
      throw new GrafanaError(400, 'folder not found');
    }
    const standing = this.#dashboards.get(uid);
    if (standing && !overwrite) {
      refuseOverwrite(standing, model);
    }
    const time = this.now().toISOString();
    const id =
      standing?.id ??
      Math.max(0, ...this.#dashboards.values().map(record => record.id)) + 1;
    const version = (standing?.version ?? 0) + 1;
    const record: DashboardRecord = {
      id,
      uid,
      version,
      model: { ...model, uid, id, version },
      folderUid,
      created: standing?.created ?? time,
      updated: time,
    };
    this.#dashboards.set(uid, record);
    return record;
  }

  /** Removes a dashboard and answers what it was; throws GrafanaError 404. */
  remove(uid: string): DashboardRecord {
    const record = this.dashboard(uid);
    this.#dashboards.delete(uid);
    return record;
  }

  /** All rule groups of a tenant, by namespace and name. */
  groups(tenant: string): RuleGroupRecord[] {
    return this.#groups
      .values()
      .filter(group => group.tenant === tenant)
      .sort((one, other) => keyOf(one).localeCompare(keyOf(other)));
  }

  /** @throws RulerError 404 in Mimir's words */
  group(key: Omit<RuleGroupRecord, 'yaml'>): RuleGroupRecord {
    const record = this.#groups.get(keyOf(key));
    if (!record) {
      throw new RulerError(404, 'group does not exist');
    }
    return record;
  }

  /** Sets a group from YAML; throws RulerError 400 for what is no rule group. */
  setGroup(tenant: string, namespace: string, yaml: string): void {
    const { name } = readRuleGroup(yaml);
    const record = { tenant, namespace, name, yaml };
    this.#groups.set(keyOf(record), record);
  }

  /** Removes one group; throws RulerError 404. */
  removeGroup(key: Omit<RuleGroupRecord, 'yaml'>): void {
    this.group(key);
    this.#groups.delete(keyOf(key));
  }

  /** Forgets everything. */
  clear(): void {
    this.#dashboards.clear();
    this.#groups.clear();
  }
}

/** A dashboard's title. */
export function titleOf({ model }: DashboardRecord): string {
  return String(model.title);
}

function keyOf({ tenant, namespace, name }: Omit<RuleGroupRecord, 'yaml'>) {
  return JSON.stringify([tenant, namespace, name]);
}

function checkUid(uid: string): void {
  if (uid.length > MAXIMUM_UID_LENGTH) {
    throw new GrafanaError(400, 'uid too long, max 40 characters');
  }
  if (!/^[\w-]+$/.test(uid)) {
    throw new GrafanaError(400, 'uid contains illegal characters');
  }
}

function refuseOverwrite(standing: DashboardRecord, model: DashboardModel) {
  if (model.version === undefined) {
    throw new GrafanaError(
      412,
      'A dashboard with the same uid already exists',
      { status: 'name-exists' },
    );
  }
  if (model.version !== standing.version) {
    throw new GrafanaError(
      412,
      'The dashboard has been changed by someone else',
      { status: 'version-mismatch' },
    );
  }
}
