import { Config } from '@backstage/config';
import { ConflictError, ServiceUnavailableError } from '@backstage/errors';
import {
  AlertCondition,
  CallOptions,
  ComponentKey,
  createProblemError,
  HttpClient,
  OBSERVABILITY_PARTS,
  ObservabilityItem,
  ObservabilityPart,
  ObservabilityProvider,
  ObservedComponent,
  ProviderHealth,
  requireAlerts,
  requireComponent,
  requireComponentKey,
  requireSlo,
  ServiceLevelObjective,
  toRunMark,
} from '@self-service/plugin-providers-node';
import { checkHealth } from './checkHealth';
import { DatadogConfig, readDatadogConfigs } from './config';
import { DatadogClient } from './DatadogClient';
import { DatadogObjects } from './DatadogObjects';
import {
  toDashboard,
  toMonitor,
  toMonitorName,
  toSlo,
  toTags,
  toTitle,
} from './objects';
import { v1 } from './sdk';

/** @public */
export interface DatadogObservabilityProviderOptions {
  /** Replaced in tests: time limits, waits, clock. */
  http?: Pick<HttpClient, 'fetch' | 'now'>;
}

/** Something of a component's at Datadog. */
interface Standing extends ObservabilityItem {
  /** In its part, where there are several. */
  name: string;
  /** Whether it was there. */
  remove(): Promise<boolean>;
}

/**
 * The observability port on Datadog: a dashboard, monitors, and an SLO on
 * requests.
 *
 * @remarks
 * Datadog gives the ids and lets names repeat, so that before every creation
 * it is asked what stands under the names of the port. The run is named by a
 * tag, and in a dashboard's description.
 *
 * @public
 */
export class DatadogObservabilityProvider implements ObservabilityProvider {
  readonly capability = 'observability';
  readonly vendor = 'Datadog';
  readonly features = OBSERVABILITY_PARTS;
  readonly id: string;
  readonly endpoint: string;
  readonly #config: DatadogConfig;
  readonly #datadog: DatadogClient;
  readonly #objects: DatadogObjects;

  /** One provider an entry of `providers.datadog`; none without it. */
  static fromConfig(
    config: Config,
    options: DatadogObservabilityProviderOptions = {},
  ): DatadogObservabilityProvider[] {
    return readDatadogConfigs(config).map(
      entry => new DatadogObservabilityProvider(entry, options),
    );
  }

  private constructor(
    config: DatadogConfig,
    {
      http = HttpClient.create({ vendor: 'Datadog' }),
    }: DatadogObservabilityProviderOptions,
  ) {
    this.#config = config;
    this.id = config.id;
    this.endpoint = new URL(config.apiUrl).origin;
    this.#datadog = new DatadogClient(config, http);
    this.#objects = new DatadogObjects(this.#datadog);
  }

  checkHealth({ signal }: CallOptions = {}): Promise<ProviderHealth> {
    return checkHealth(this.#config, this.#datadog, signal);
  }

  async createDashboard({
    component,
    runKey,
    signal,
  }: CallOptions & {
    component: ObservedComponent;
    runKey: string;
  }): Promise<ObservabilityItem> {
    const part = 'dashboard';
    requireComponent(component);
    const [own] = await this.#requireOwn(part, component, { runKey, signal });
    if (own) {
      return toItem(own);
    }
    const body = toDashboard({ component, runKey, config: this.#config });
    const { url = '' } = await this.#datadog.call(
      { action: `create the dashboard of ${toTitle(component)}`, signal },
      configuration =>
        new v1.DashboardsApi(configuration).createDashboard({ body }),
      ({ id, url: path }) => Boolean(id && path),
    );
    return { part, url: this.#toUrl(url), mark: toRunMark(runKey) };
  }

  async createAlerts({
    component,
    alerts,
    contact,
    runKey,
    signal,
  }: CallOptions & {
    component: ObservedComponent;
    alerts: readonly AlertCondition[];
    contact: string;
    runKey: string;
  }): Promise<ObservabilityItem> {
    const part = 'alerts';
    requireComponent(component);
    requireAlerts(alerts, contact);
    const own = await this.#requireOwn(part, component, { runKey, signal });
    const names = new Set(own.map(({ name }) => name));
    const context = { component, runKey, config: this.#config };
    for (const alert of alerts) {
      const name = toMonitorName(component, alert.indicator);
      if (!names.has(name)) {
        const body = toMonitor(context, alert, contact);
        await this.#createMonitor(body, signal).catch(error => {
          throw names.size > 0 ? toUnsure(error) : error;
        });
        names.add(name);
      }
    }
    const url = this.#toMonitorsUrl(component);
    return { part, url, mark: toRunMark(runKey) };
  }

  async createSlo({
    component,
    slo,
    contact,
    runKey,
    signal,
  }: CallOptions & {
    component: ObservedComponent;
    slo: ServiceLevelObjective;
    contact: string;
    runKey: string;
  }): Promise<ObservabilityItem> {
    const part = 'slo';
    requireComponent(component);
    requireSlo(slo, contact);
    const [own] = await this.#requireOwn(part, component, { runKey, signal });
    if (own) {
      return toItem(own);
    }
    const body = toSlo({ component, runKey, config: this.#config }, slo);
    const { data } = await this.#datadog.call(
      { action: `create the SLO of ${toTitle(component)}`, signal },
      configuration =>
        new v1.ServiceLevelObjectivesApi(configuration).createSLO({ body }),
      ({ data: made }) => made?.[0]?.id !== undefined,
    );
    const url = this.#toSloUrl(data?.[0].id ?? '');
    return { part, url, mark: toRunMark(runKey) };
  }

  async find(
    part: ObservabilityPart,
    component: ComponentKey,
    { signal }: CallOptions = {},
  ): Promise<ObservabilityItem | undefined> {
    requireComponentKey(component);
    const standing = await this.#list(part, component, signal);
    // People may have given theirs the same name.
    const found = standing.find(({ mark }) => mark) ?? standing[0];
    return found && toItem(found);
  }

  async remove(
    part: ObservabilityPart,
    component: ComponentKey,
    { runKey, signal }: CallOptions & { runKey: string },
  ): Promise<'removed' | 'absent'> {
    requireComponentKey(component);
    const standing = await this.#list(part, component, signal);
    const own = standing.filter(({ mark }) => mark === toRunMark(runKey));
    if (standing.length > 0 && own.length === 0) {
      throw conflict(
        `This run did not make the ${part} of ${toTitle(component)}.`,
        `Look whether it is still needed, and remove it by hand: ${standing[0].url}`,
      );
    }
    let removed = false;
    for (const each of own) {
      removed = (await each.remove()) || removed;
    }
    return removed ? 'removed' : 'absent';
  }

  /** What stands of a part, when all of it is this run's. */
  async #requireOwn(
    part: ObservabilityPart,
    component: ComponentKey,
    { runKey, signal }: CallOptions & { runKey: string },
  ): Promise<Standing[]> {
    const standing = await this.#list(part, component, signal);
    const other = standing.find(({ mark }) => mark !== toRunMark(runKey));
    if (other) {
      throw conflict(
        `There is a ${part} of ${toTitle(
          component,
        )} already, and this run did not make it.`,
        `Look at it, and choose another name or remove it: ${other.url}`,
      );
    }
    return standing;
  }

  async #list(
    part: ObservabilityPart,
    component: ComponentKey,
    signal?: AbortSignal,
  ): Promise<Standing[]> {
    const objects = this.#objects;
    const options = { signal };
    switch (part) {
      case 'dashboard':
        return (await objects.findDashboards(component, options)).map(
          ({ id, path, ...found }) => ({
            ...found,
            part,
            url: this.#toUrl(path),
            remove: () => objects.removeDashboard(id, options),
          }),
        );
      case 'alerts':
        return (await objects.findMonitors(component, options)).map(
          ({ id, ...found }) => ({
            ...found,
            part,
            url: this.#toMonitorsUrl(component),
            remove: () => objects.removeMonitor(id, options),
          }),
        );
      default:
        return (await objects.findSlos(component, options)).map(
          ({ id, ...found }) => ({
            ...found,
            part,
            url: this.#toSloUrl(id),
            remove: () => objects.removeSlo(id, options),
          }),
        );
    }
  }

  #createMonitor(body: v1.Monitor, signal?: AbortSignal) {
    return this.#datadog.call(
      { action: `create the monitor ${body.name}`, signal },
      configuration =>
        new v1.MonitorsApi(configuration).createMonitor({ body }),
      ({ id }) => id !== undefined,
    );
  }

  #toUrl(path: string): string {
    return new URL(path, this.#config.appUrl).href;
  }

  #toMonitorsUrl(component: ComponentKey): string {
    const tags = toTags(component).join(' AND ');
    return this.#toUrl(
      `/monitors/manage?q=${encodeURIComponent(`tag:(${tags})`)}`,
    );
  }

  #toSloUrl(id: string): string {
    return this.#toUrl(`/slo?slo_id=${encodeURIComponent(id)}`);
  }
}

function conflict(what: string, remedy: string): ConflictError {
  return createProblemError(ConflictError, { what, remedy, vendor: 'Datadog' });
}

function toItem({ part, url, mark }: Standing): ObservabilityItem {
  return { part, url, mark };
}

/**
 * A refusal says elsewhere that nothing was made. Here something was, so that
 * it must not be taken for that.
 */
function toUnsure(error: unknown): unknown {
  const isRefusal =
    error instanceof Error &&
    ['InputError', 'ConflictError'].includes(error.name);
  return isRefusal
    ? new ServiceUnavailableError(
        `Some of the monitors were made, and then: ${error.message}`,
        error,
      )
    : error;
}
