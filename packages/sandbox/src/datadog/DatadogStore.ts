import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { JsonCollection } from '../common/JsonCollection';
import { DatadogError } from './errors';
import { DashboardRecord, MonitorRecord, SloRecord } from './model';

const MONITOR_TYPES = new Set(['metric alert', 'query alert']);
const MONITOR_QUERY =
  /^(avg|sum|min|max|percentile)\(last_\d+[mhdw]\):.+ (<|<=|>|>=|==|!=) \d+(\.\d+)?$/;
const TIMEFRAMES = new Set(['7d', '30d', '90d']);

type Body = Record<string, unknown>;

/**
 * Dashboards, monitors and SLOs, on disk.
 *
 * @remarks
 * Source: Datadog's API reference, version 1: "Dashboards", "Monitors"
 * (a monitor that an SLO is made of can't be deleted), "Service Level
 * Objectives" (nor an SLO that a dashboard shows). Names may repeat; tags are
 * lower-case.
 */
export class DatadogStore {
  readonly #dashboards: JsonCollection<DashboardRecord>;
  readonly #monitors: JsonCollection<MonitorRecord>;
  readonly #slos: JsonCollection<SloRecord>;

  constructor(
    directory: string,
    /** Its clock. */
    readonly now: () => Date,
  ) {
    this.#dashboards = JsonCollection.open(join(directory, 'dashboards'));
    this.#monitors = JsonCollection.open(join(directory, 'monitors'));
    this.#slos = JsonCollection.open(join(directory, 'slos'));
  }

  /** All dashboards, oldest first. */
  dashboards(): DashboardRecord[] {
    return this.#dashboards
      .values()
      .sort(
        (one, other) =>
          one.created_at.localeCompare(other.created_at) ||
          one.id.localeCompare(other.id),
      );
  }

  /** @throws DatadogError 404 */
  dashboard(id: string): DashboardRecord {
    return found(this.#dashboards.get(id), `Dashboard with ID ${id} not found`);
  }

  /** @throws DatadogError 400 */
  createDashboard(body: Body): DashboardRecord {
    if (!isText(body.title) || !isText(body.layout_type)) {
      throw new DatadogError(
        400,
        "The values for 'title' and 'layout_type' are required",
      );
    }
    if (!Array.isArray(body.widgets)) {
      throw new DatadogError(400, "'widgets' is a required property");
    }
    const time = this.now().toISOString();
    const part = () => randomBytes(2).toString('hex').slice(0, 3);
    const record = {
      ...body,
      id: `${part()}-${part()}-${part()}`,
      created_at: time,
      modified_at: time,
    } as unknown as DashboardRecord;
    this.#dashboards.set(record.id, record);
    return record;
  }

  /** @throws DatadogError 404 */
  deleteDashboard(id: string): void {
    this.dashboard(id);
    this.#dashboards.delete(id);
  }

  /** All monitors, oldest first. */
  monitors(): MonitorRecord[] {
    return this.#monitors.values().sort((one, other) => one.id - other.id);
  }

  /** @throws DatadogError 404 */
  monitor(id: string): MonitorRecord {
    return found(this.#monitors.get(id), 'Monitor not found');
  }

  /** @throws DatadogError 400 */
  createMonitor(body: Body): MonitorRecord {
    const { name, type, query, message = '', tags, options = {} } = body;
    if (!isText(type) || !MONITOR_TYPES.has(type)) {
      throw new DatadogError(400, "Invalid monitor 'type'");
    }
    if (!isText(query) || !MONITOR_QUERY.test(query)) {
      throw new DatadogError(
        400,
        "The value provided for parameter 'query' is invalid",
      );
    }
    const time = this.now().toISOString();
    const last = this.monitors().at(-1)?.id ?? 1000;
    const record: MonitorRecord = {
      id: last + 1,
      name: isText(name) ? name : query,
      type,
      query,
      message: String(message),
      tags: toTags(tags),
      options: options as Body,
      created: time,
      modified: time,
    };
    this.#monitors.set(String(record.id), record);
    return record;
  }

  /** @throws DatadogError 404, and 400 where an SLO is made of it */
  deleteMonitor(id: string, force: boolean): void {
    const monitor = this.monitor(id);
    const user = this.slos().find(slo => slo.monitor_ids?.includes(monitor.id));
    if (user && !force) {
      throw new DatadogError(
        400,
        `monitor [${monitor.id},${monitor.name}] is referenced in slos: [${user.id},${user.name}]`,
      );
    }
    this.#monitors.delete(id);
  }

  /** All SLOs, oldest first. */
  slos(): SloRecord[] {
    return this.#slos
      .values()
      .sort(
        (one, other) =>
          one.created_at - other.created_at || one.id.localeCompare(other.id),
      );
  }

  /** @throws DatadogError 404 */
  slo(id: string): SloRecord {
    return found(this.#slos.get(id), 'SLO not found');
  }

  /** @throws DatadogError 400 */
  createSlo(body: Body): SloRecord {
    const { name, type, thresholds, query, monitor_ids } =
      body as Partial<SloRecord>;
    if (!isText(name) || !isText(type)) {
      throw new DatadogError(400, "'name' and 'type' are required");
    }
    if (type === 'metric' ? !query?.numerator : !monitor_ids?.length) {
      throw new DatadogError(400, `An SLO of type ${type} lacks its source`);
    }
    const isGood = thresholds?.every(
      ({ timeframe, target }) =>
        TIMEFRAMES.has(timeframe) && target > 0 && target < 100,
    );
    if (!thresholds?.length || !isGood) {
      throw new DatadogError(400, 'Invalid thresholds');
    }
    monitor_ids?.forEach(id => this.monitor(String(id)));
    const time = Math.floor(this.now().getTime() / 1000);
    const record: SloRecord = {
      id: randomBytes(16).toString('hex'),
      name,
      type,
      ...(isText(body.description) && { description: body.description }),
      tags: toTags(body.tags),
      ...(query && { query }),
      ...(monitor_ids && { monitor_ids }),
      thresholds: thresholds.map(threshold => ({
        ...threshold,
        target_display: `${threshold.target}`,
      })),
      created_at: time,
      modified_at: time,
    };
    this.#slos.set(record.id, record);
    return record;
  }

  /** @throws DatadogError 404, and 409 where a dashboard shows it */
  deleteSlo(id: string, force: boolean): void {
    this.slo(id);
    const user = this.dashboards().find(({ widgets }) =>
      widgets.some(({ definition }) => definition?.slo_id === id),
    );
    if (user && !force) {
      const message = `slo ${id} is referenced in dashboard_id: ${user.id}`;
      throw new DatadogError(409, message, {
        data: [],
        errors: { [id]: message },
      });
    }
    this.#slos.delete(id);
  }

  /** Forgets everything. */
  clear(): void {
    this.#dashboards.clear();
    this.#monitors.clear();
    this.#slos.clear();
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function found<T>(value: T | undefined, message: string): T {
  if (value === undefined) {
    throw new DatadogError(404, message);
  }
  return value;
}

function toTags(tags: unknown): string[] {
  return Array.isArray(tags) ? tags.map(tag => String(tag).toLowerCase()) : [];
}
