import { createHash } from 'node:crypto';
import { createServiceRef } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { createProblemError } from './problems';
import { Provider } from './provider';

/**
 * What a component can get; the features of an observability provider are
 * those that it can make.
 *
 * @public
 */
export const OBSERVABILITY_PARTS = ['dashboard', 'alerts', 'slo'] as const;

/** @public */
export type ObservabilityPart = (typeof OBSERVABILITY_PARTS)[number];

/**
 * What alerts watch. `availability`: percent of the component's instances that
 * answer; `latency-p95`: seconds within which 95 of 100 requests are answered;
 * `error-rate`: percent of requests that fail.
 *
 * @public
 */
export const INDICATORS = [
  'availability',
  'latency-p95',
  'error-rate',
] as const;

/** @public */
export type Indicator = (typeof INDICATORS)[number];

/** A component in one environment: whose dashboard, alerts and SLO it is. @public */
export interface ComponentKey {
  /** As in the catalog, for example `orders`. */
  name: string;
  environment: string;
}

/** What there is to know of a component that is to be observed. @public */
export interface ObservedComponent extends ComponentKey {
  /** Name of the owning team, for example `payments`. */
  team: string;
  /** What it is for, in one line. */
  description?: string;
  /** Pages about it, such as its repository; http or https. */
  links?: readonly { title: string; url: string }[];
}

/** When somebody is told. @public */
export interface AlertCondition {
  indicator: Indicator;
  /** The least availability, the highest latency or error rate; in the indicator's unit. */
  threshold: number;
  /** For how long it must be like this; whole minutes, 1 to 60. */
  forMinutes: number;
}

/** How many requests must succeed. @public */
export interface ServiceLevelObjective {
  /** Percent above 0 and below 100, for example 99.5. */
  objective: number;
  windowDays: 7 | 30 | 90;
}

/** A dashboard, the alerts or the SLO of a component, as they stand. @public */
export interface ObservabilityItem {
  part: ObservabilityPart;
  /** Page on which people see it. */
  url: string;
  /** Mark of the run that made it; absent where none of ours did. */
  mark?: string;
}

/**
 * Port of the capability `observability`; errors as for the git port.
 *
 * @remarks
 * There is one dashboard, one set of alerts and one SLO of a component in an
 * environment. What a run makes carries the mark of its `runKey` (see
 * {@link toRunMark}). Made again with the same key, what stands is returned,
 * and what is missing is added; what stands without that mark is a
 * `ConflictError`. A part that is none of the provider's features is an
 * `InputError`.
 *
 * @public
 */
export interface ObservabilityProvider extends Provider {
  readonly capability: 'observability';
  /** Makes a dashboard with the indicators, the description and the links. */
  createDashboard(options: {
    component: ObservedComponent;
    runKey: string;
    signal?: AbortSignal;
  }): Promise<ObservabilityItem>;
  /**
   * Makes the alerts.
   *
   * @param options.contact - who is told, by a name that the installation
   * knows how to reach; in general the owning team
   */
  createAlerts(options: {
    component: ObservedComponent;
    /** At least one, and one for an indicator. */
    alerts: readonly AlertCondition[];
    contact: string;
    runKey: string;
    signal?: AbortSignal;
  }): Promise<ObservabilityItem>;
  /** Makes an SLO on the share of requests that succeed. */
  createSlo(options: {
    component: ObservedComponent;
    slo: ServiceLevelObjective;
    /** As of `createAlerts`; where the vendor warns of a budget that burns. */
    contact: string;
    runKey: string;
    signal?: AbortSignal;
  }): Promise<ObservabilityItem>;
  /** Finds a part, whoever made it under the name that this port gives it. */
  find(
    part: ObservabilityPart,
    component: ComponentKey,
    options?: { signal?: AbortSignal },
  ): Promise<ObservabilityItem | undefined>;
  /**
   * Takes back what this run made of a part, with what people have changed on
   * it since. `absent`: there is nothing.
   *
   * @throws ConflictError - another run or a person made it, or something of
   * somebody else's depends on it
   */
  remove(
    part: ObservabilityPart,
    component: ComponentKey,
    options: { runKey: string; signal?: AbortSignal },
  ): Promise<'removed' | 'absent'>;
}

/**
 * Multiton: each vendor's factory gives the observability providers that
 * app-config names, or none; `.flat()` is all of them.
 *
 * @public
 */
export const observabilityProviderServiceRef = createServiceRef<
  readonly ObservabilityProvider[]
>({
  id: 'self-service.provider.observability',
  scope: 'root',
  multiton: true,
});

/** Hexadecimal digits of a mark: enough that no two runs share one. */
const MARK_LENGTH = 24;
const MARK = new RegExp(`\\brun-[0-9a-f]{${MARK_LENGTH}}\\b`);

/**
 * The mark of a run on what it makes: short and of plain characters, fit for
 * tags that a vendor limits or lower-cases, and says nothing about the run.
 *
 * @public
 */
export function toRunMark(runKey: string): string {
  const digest = createHash('sha256').update(runKey).digest('hex');
  return `run-${digest.slice(0, MARK_LENGTH)}`;
}

/**
 * Finds the mark of a run in what a vendor keeps.
 *
 * @param texts - tags, annotations or a description
 * @public
 */
export function findRunMark(
  texts: readonly (string | null | undefined)[],
): string | undefined {
  return texts
    .map(text => text?.match(MARK)?.[0])
    .find(mark => mark !== undefined);
}

/**
 * Names that need no escaping in any query language, tag or address. Catalog
 * names are such.
 */
const NAME = /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
const MAXIMUM_TEXT_LENGTH = 500;

function refuse(what: string, remedy: string): never {
  throw createProblemError(InputError, { what, remedy });
}

function requireName(value: string, what: string): void {
  if (!NAME.test(value)) {
    refuse(
      `Not ${what}: ${JSON.stringify(value)}.`,
      'Give 1 to 63 letters, digits, hyphens, dots and underscores, with a letter or digit at both ends.',
    );
  }
}

/**
 * Checks what names a component.
 *
 * @throws InputError - a name that would need escaping somewhere
 * @public
 */
export function requireComponentKey({ name, environment }: ComponentKey): void {
  requireName(name, 'the name of a component');
  requireName(environment, 'an environment');
}

function isWebAddress(url: string): boolean {
  return (
    URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
  );
}

/**
 * Checks all that is said of a component.
 *
 * @throws InputError - names, texts or links that can't be shown safely
 * @public
 */
export function requireComponent(component: ObservedComponent): void {
  const { team, description = '', links = [] } = component;
  requireComponentKey(component);
  requireName(team, 'the name of a team');
  if (description.length > MAXIMUM_TEXT_LENGTH) {
    refuse(
      'The description of the component is too long.',
      `Give at most ${MAXIMUM_TEXT_LENGTH} characters.`,
    );
  }
  const bad = links.find(({ url }) => !isWebAddress(url));
  if (bad) {
    refuse(
      `Not the address of a page: ${JSON.stringify(bad.url)}.`,
      'Give links that begin with https://.',
    );
  }
}

function isWithin(value: number, low: number, high: number): boolean {
  return Number.isFinite(value) && value > low && value < high;
}

/**
 * Checks alerts and whom they tell.
 *
 * @throws InputError - none, two for one indicator, or numbers out of range
 * @public
 */
export function requireAlerts(
  alerts: readonly AlertCondition[],
  contact: string,
): void {
  requireName(contact, 'the name of whom alerts tell');
  const indicators = new Set(alerts.map(({ indicator }) => indicator));
  if (alerts.length === 0 || indicators.size < alerts.length) {
    refuse(
      'Alerts need at least one indicator, and each of them once.',
      `Name some of ${INDICATORS.join(', ')}.`,
    );
  }
  for (const { indicator, threshold, forMinutes } of alerts) {
    const limit = indicator === 'latency-p95' ? Number.MAX_VALUE : 100.1;
    if (!isWithin(threshold, 0, limit)) {
      refuse(
        `Not a threshold of ${indicator}: ${threshold}.`,
        'Give percent above 0 and up to 100, or seconds above 0.',
      );
    }
    if (!Number.isInteger(forMinutes) || !isWithin(forMinutes, 0, 61)) {
      refuse(
        `Not a time that alerts can wait: ${forMinutes}.`,
        'Give 1 to 60 whole minutes.',
      );
    }
  }
}

/**
 * Checks an SLO.
 *
 * @throws InputError - an objective that is none, or a window that not all
 * vendors have
 * @public
 */
export function requireSlo(slo: ServiceLevelObjective, contact: string): void {
  requireName(contact, 'the name of whom alerts tell');
  if (
    !isWithin(slo.objective, 0, 100) ||
    ![7, 30, 90].includes(slo.windowDays)
  ) {
    refuse(
      `Not an objective: ${slo.objective} percent in ${slo.windowDays} days.`,
      'Give percent above 0 and below 100, in 7, 30 or 90 days.',
    );
  }
}
