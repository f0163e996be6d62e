import { Config } from '@backstage/config';
import { ConflictError, InputError } from '@backstage/errors';
import {
  AlertCondition,
  CallOptions,
  ComponentKey,
  createProblemError,
  findRunMark,
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
import { z } from 'zod';
import { checkHealth } from './checkHealth';
import { GrafanaConfig, readGrafanaConfigs } from './config';
import { toDashboard, toDashboardUid } from './dashboard';
import { GrafanaClient } from './GrafanaClient';
import { RulerClient } from './RulerClient';
import {
  markOf,
  RuleGroup,
  toAlertGroup,
  toNamespace,
  toSloGroup,
} from './rules';

/** @public */
export interface GrafanaObservabilityProviderOptions {
  /** Replaced in tests: time limits, waits, clock. */
  http?: (vendor: string) => Pick<HttpClient, 'fetch' | 'now'>;
}

type RulePart = Exclude<ObservabilityPart, 'dashboard'>;

const dashboardAnswer = z.object({
  dashboard: z.object({
    uid: z.string(),
    tags: z.array(z.string()).nullish(),
  }),
  meta: z.object({ url: z.string() }),
});
const savedAnswer = z.object({
  status: z.literal('success'),
  uid: z.string(),
  url: z.string(),
});
const removedAnswer = z.object({ title: z.string() });

/**
 * The observability port on Grafana (dashboards) and a Prometheus-compatible
 * ruler (alerts, and SLOs recorded as rules).
 *
 * @remarks
 * A dashboard's uid and a rule group's place follow from the component, so
 * that Grafana itself refuses a second one. The run is named by a tag of the
 * dashboard and an annotation of the group's alerts.
 *
 * @public
 */
export class GrafanaObservabilityProvider implements ObservabilityProvider {
  readonly capability = 'observability';
  readonly vendor = 'Grafana';
  readonly id: string;
  readonly endpoint: string;
  readonly features: readonly ObservabilityPart[];
  readonly #config: GrafanaConfig;
  readonly #grafana: GrafanaClient;
  readonly #ruler?: RulerClient;

  /** One provider an entry of `providers.grafana`; none without it. */
  static fromConfig(
    config: Config,
    options: GrafanaObservabilityProviderOptions = {},
  ): GrafanaObservabilityProvider[] {
    return readGrafanaConfigs(config).map(
      entry => new GrafanaObservabilityProvider(entry, options),
    );
  }

  private constructor(
    config: GrafanaConfig,
    {
      http = vendor => HttpClient.create({ vendor }),
    }: GrafanaObservabilityProviderOptions,
  ) {
    this.#config = config;
    this.id = config.id;
    this.endpoint = new URL(config.url).origin;
    this.features = config.ruler ? OBSERVABILITY_PARTS : ['dashboard'];
    this.#grafana = new GrafanaClient(config, http('Grafana'));
    this.#ruler =
      config.ruler &&
      new RulerClient(config.ruler, http('The Prometheus ruler'));
  }

  checkHealth({ signal }: CallOptions = {}): Promise<ProviderHealth> {
    return checkHealth(
      this.#config,
      { grafana: this.#grafana, ruler: this.#ruler },
      signal,
    );
  }

  async createDashboard({
    component,
    runKey,
    signal,
  }: CallOptions & {
    component: ObservedComponent;
    runKey: string;
  }): Promise<ObservabilityItem> {
    requireComponent(component);
    const standing = await this.#findDashboard(component, signal);
    if (standing) {
      return requireOwn(standing, component, runKey);
    }
    const { queries, datasource, folder } = this.#config;
    const saved = await this.#grafana.call({
      action: `create the dashboard of ${describe(component)}`,
      method: 'POST',
      path: ['dashboards', 'db'],
      body: {
        dashboard: toDashboard({ component, runKey, queries, datasource }),
        ...(folder && { folderUid: folder }),
        message: 'Created through the portal',
        overwrite: false,
      },
      answer: savedAnswer,
      signal,
    });
    return {
      part: 'dashboard',
      url: this.#toUrl(saved.url),
      mark: toRunMark(runKey),
    };
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
    requireComponent(component);
    requireAlerts(alerts, contact);
    const { queries } = this.#config;
    const context = { component, contact, runKey, queries };
    const group = toAlertGroup(context, alerts);
    return this.#createGroup('alerts', component, group, { runKey, signal });
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
    requireComponent(component);
    requireSlo(slo, contact);
    const { queries } = this.#config;
    const group = toSloGroup({ component, contact, runKey, queries }, slo);
    return this.#createGroup('slo', component, group, { runKey, signal });
  }

  async find(
    part: ObservabilityPart,
    component: ComponentKey,
    { signal }: CallOptions = {},
  ): Promise<ObservabilityItem | undefined> {
    requireComponentKey(component);
    return part === 'dashboard'
      ? this.#findDashboard(component, signal)
      : this.#findGroup(part, component, signal);
  }

  async remove(
    part: ObservabilityPart,
    component: ComponentKey,
    { runKey, signal }: CallOptions & { runKey: string },
  ): Promise<'removed' | 'absent'> {
    const standing = await this.find(part, component, { signal });
    if (!standing) {
      return 'absent';
    }
    if (standing.mark !== toRunMark(runKey)) {
      throw conflict(
        `This run did not make the ${part} of ${describe(component)}.`,
        `Look whether it is still needed, and remove it by hand: ${standing.url}`,
      );
    }
    const removed = await (part === 'dashboard'
      ? this.#removeDashboard(component, signal)
      : this.#requireRuler(part).removeGroup(
          toNamespace(component),
          part,
          signal,
        ));
    return removed ? 'removed' : 'absent';
  }

  async #removeDashboard(
    component: ComponentKey,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const removed = await this.#grafana.find({
      action: `remove the dashboard of ${describe(component)}`,
      method: 'DELETE',
      path: ['dashboards', 'uid', toDashboardUid(component)],
      answer: removedAnswer,
      signal,
    });
    return removed !== undefined;
  }

  async #findDashboard(
    component: ComponentKey,
    signal?: AbortSignal,
  ): Promise<ObservabilityItem | undefined> {
    const found = await this.#grafana.find({
      action: `read the dashboard of ${describe(component)}`,
      method: 'GET',
      path: ['dashboards', 'uid', toDashboardUid(component)],
      answer: dashboardAnswer,
      signal,
    });
    return (
      found && {
        part: 'dashboard',
        url: this.#toUrl(found.meta.url),
        mark: findRunMark(found.dashboard.tags ?? []),
      }
    );
  }

  async #findGroup(
    part: RulePart,
    component: ComponentKey,
    signal?: AbortSignal,
  ): Promise<ObservabilityItem | undefined> {
    const group = await this.#requireRuler(part).findGroup(
      toNamespace(component),
      part,
      signal,
    );
    return (
      group && {
        part,
        url: this.#toRulesUrl(component, part),
        mark: markOf(group),
      }
    );
  }

  async #createGroup(
    part: RulePart,
    component: ComponentKey,
    group: RuleGroup,
    { runKey, signal }: CallOptions & { runKey: string },
  ): Promise<ObservabilityItem> {
    const ruler = this.#requireRuler(part);
    const standing = await this.#findGroup(part, component, signal);
    if (standing) {
      return requireOwn(standing, component, runKey);
    }
    await ruler.setGroup(toNamespace(component), group, signal);
    const url = this.#toRulesUrl(component, part);
    return { part, url, mark: toRunMark(runKey) };
  }

  #requireRuler(part: RulePart): RulerClient {
    if (!this.#ruler) {
      throw createProblemError(InputError, {
        what: `Grafana alone has no ${part}: no ruler is configured.`,
        whose: 'platform',
        remedy:
          'Ask the platform team to add providers.grafana.ruler to app-config.',
        vendor: this.vendor,
      });
    }
    return this.#ruler;
  }

  /** Grafana's own addresses have the path that it is served from. */
  #toUrl(path: string): string {
    return new URL(path, this.#config.url).href;
  }

  #toRulesUrl(component: ComponentKey, group: RulePart): string {
    const search = `namespace:"${toNamespace(component)}" group:"${group}"`;
    return `${this.#config.url}/alerting/list?search=${encodeURIComponent(
      search,
    )}`;
  }
}

function describe({ name, environment }: ComponentKey): string {
  return `${name} (${environment})`;
}

function conflict(what: string, remedy: string): ConflictError {
  return createProblemError(ConflictError, { what, remedy, vendor: 'Grafana' });
}

/** What stands, when it is this run's. */
function requireOwn(
  standing: ObservabilityItem,
  component: ComponentKey,
  runKey: string,
): ObservabilityItem {
  if (standing.mark !== toRunMark(runKey)) {
    throw conflict(
      `There is a ${standing.part} of ${describe(
        component,
      )} already, and this run did not make it.`,
      `Look at it, and choose another name or remove it: ${standing.url}`,
    );
  }
  return standing;
}
