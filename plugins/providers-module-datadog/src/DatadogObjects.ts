import {
  CallOptions,
  ComponentKey,
  findRunMark,
} from '@self-service/plugin-providers-node';
import { DatadogClient } from './DatadogClient';
import { toMonitorNames, toTags, toTitle } from './objects';
import { v1 } from './sdk';

const PAGE_SIZE = 100;

/** Something of a component's, as lists show it. */
export interface FoundObject<Id> {
  id: Id;
  name: string;
  /** Mark of the run that made it. */
  mark?: string;
}

/** A dashboard with the path of its page. */
export interface FoundDashboard extends FoundObject<string> {
  path: string;
}

function isDashboard({ id, url, title }: v1.DashboardSummaryDefinition) {
  return Boolean(id && url && title !== undefined);
}

/**
 * Finds and removes a component's objects by their names: Datadog gives the
 * ids, and knows no key under which a creation is done only once.
 */
export class DatadogObjects {
  constructor(private readonly datadog: DatadogClient) {}

  /** Dashboards of the component's title; of several, people made the others. */
  async findDashboards(
    component: ComponentKey,
    { signal }: CallOptions,
  ): Promise<FoundDashboard[]> {
    const all = await this.#collect(start =>
      this.datadog.call(
        { action: 'list dashboards', signal },
        async configuration =>
          (
            await new v1.DashboardsApi(configuration).listDashboards({
              start,
              count: PAGE_SIZE,
            })
          ).dashboards ?? [{}],
        page => page.every(isDashboard),
      ),
    );
    return all
      .filter(({ title }) => title === toTitle(component))
      .map(({ id = '', url = '', title = '', description }) => ({
        id,
        name: title,
        path: url,
        // A dashboard's tags may only name teams.
        mark: findRunMark([description]),
      }));
  }

  /** The monitors that the port names for a component. */
  async findMonitors(
    component: ComponentKey,
    { signal }: CallOptions,
  ): Promise<FoundObject<number>[]> {
    const names = toMonitorNames(component);
    const all = await this.#collect(start =>
      this.datadog.call(
        { action: `list the monitors of ${toTitle(component)}`, signal },
        configuration =>
          new v1.MonitorsApi(configuration).listMonitors({
            monitorTags: toTags(component).join(),
            page: start / PAGE_SIZE,
            pageSize: PAGE_SIZE,
          }),
        page => Array.isArray(page) && page.every(({ id }) => id !== undefined),
      ),
    );
    return all
      .map(({ id = 0, name = '', tags = [] }) => ({
        id,
        name,
        mark: findRunMark(tags),
      }))
      .filter(({ name }) => names.includes(name));
  }

  /** The SLOs that the port names for a component. */
  async findSlos(
    component: ComponentKey,
    { signal }: CallOptions,
  ): Promise<FoundObject<string>[]> {
    const [serviceTag] = toTags(component);
    const all = await this.#collect(start =>
      this.datadog.call(
        { action: `list the SLOs of ${toTitle(component)}`, signal },
        async configuration =>
          (
            await new v1.ServiceLevelObjectivesApi(configuration).listSLOs({
              tagsQuery: serviceTag,
              limit: PAGE_SIZE,
              offset: start,
            })
          ).data ?? [{} as v1.ServiceLevelObjective],
        page => page.every(({ id }) => id !== undefined),
      ),
    );
    return all
      .map(({ id = '', name, tags = [] }) => ({
        id,
        name,
        mark: findRunMark(tags),
      }))
      .filter(({ name }) => name === toTitle(component));
  }

  /** Whether there was one. */
  async removeDashboard(id: string, { signal }: CallOptions): Promise<boolean> {
    const removed = await this.datadog.find(
      { action: `remove the dashboard ${id}`, signal },
      configuration =>
        new v1.DashboardsApi(configuration).deleteDashboard({
          dashboardId: id,
        }),
      ({ deletedDashboardId }) => deletedDashboardId === id,
    );
    return removed !== undefined;
  }

  /** Whether there was one. */
  async removeMonitor(id: number, { signal }: CallOptions): Promise<boolean> {
    const removed = await this.datadog.find(
      { action: `remove the monitor ${id}`, signal },
      configuration =>
        new v1.MonitorsApi(configuration).deleteMonitor({ monitorId: id }),
      ({ deletedMonitorId }) => deletedMonitorId === id,
    );
    return removed !== undefined;
  }

  /** Whether there was one. */
  async removeSlo(id: string, { signal }: CallOptions): Promise<boolean> {
    const removed = await this.datadog.find(
      { action: `remove the SLO ${id}`, signal },
      configuration =>
        new v1.ServiceLevelObjectivesApi(configuration).deleteSLO({
          sloId: id,
        }),
      ({ data }) => Boolean(data?.includes(id)),
    );
    return removed !== undefined;
  }

  async #collect<T>(list: (start: number) => Promise<T[]>): Promise<T[]> {
    const all: T[] = [];
    for (;;) {
      const page = await list(all.length);
      all.push(...page);
      if (page.length < PAGE_SIZE) {
        return all;
      }
    }
  }
}
