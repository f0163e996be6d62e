import { DEFAULT_NAMESPACE, parseEntityRef } from '@backstage/catalog-model';
import { JsonObject, JsonValue } from '@backstage/types';
import { formatMoney } from './explanation';
import {
  PreviewedCost,
  PreviewedCreation,
  PreviewWarning,
} from './formPreview';
import { findFormField } from './formPreviewFields';
import { SelfServiceSpec } from './selfServiceSpec';

const PLACEHOLDER = /\{([^{}]+)\}/g;
const DAY_MS = 24 * 60 * 60 * 1000;
/** How long before its start people hear of a freeze. */
const FREEZE_AHEAD_DAYS = 7;

function isFilled(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

function asText(value: JsonValue | undefined): string | undefined {
  return (typeof value === 'string' && value !== '') ||
    typeof value === 'number'
    ? String(value)
    : undefined;
}

/**
 * Puts the values of parameters in the place of their names: `{name}`.
 *
 * @param blank - what stands in for a value that is not there yet; the
 * placeholder by default
 * @public
 */
export function fillPlaceholders(
  text: string,
  parameters: JsonObject,
  blank?: string,
): string {
  return text.replace(
    PLACEHOLDER,
    (placeholder, key) => asText(parameters[key]) ?? blank ?? placeholder,
  );
}

/**
 * The parameters that a declared name is made of, in their order.
 *
 * @public
 */
export function parametersOfName(
  name: string | { parameter: string },
): string[] {
  return typeof name === 'object'
    ? [name.parameter]
    : [...name.matchAll(PLACEHOLDER)].map(([, key]) => key);
}

/**
 * The name of something that a run creates; `undefined` while the form lacks a
 * part of it.
 *
 * @public
 */
export function fillName(
  name: string | { parameter: string },
  parameters: JsonObject,
): string | undefined {
  if (
    parametersOfName(name).some(key => asText(parameters[key]) === undefined)
  ) {
    return undefined;
  }
  return typeof name === 'object'
    ? asText(parameters[name.parameter])
    : fillPlaceholders(name, parameters);
}

/**
 * Parameters that facts need and that are not filled in.
 *
 * @public
 */
export function listIncomplete(
  spec: SelfServiceSpec | undefined,
  parameters: JsonObject,
): string[] {
  const sources = [spec?.resource, spec?.environment, spec?.cost, spec?.team];
  const needed = sources.flatMap(source =>
    typeof source === 'object' ? [source.parameter] : [],
  );
  return [...new Set(needed)].filter(name => !isFilled(parameters[name]));
}

/**
 * What the run would create.
 *
 * @public
 */
export function describeCreations(
  spec: SelfServiceSpec | undefined,
  parameters: JsonObject,
): PreviewedCreation[] {
  return (spec?.creates ?? []).map(({ kind, name, capability }) => ({
    kind,
    name: fillName(name, parameters),
    capability,
  }));
}

/**
 * Stands for the run's team in what a template grants: `{owning team}`. No
 * parameter has a name with a blank.
 *
 * @public
 */
export const OWNING_TEAM = 'owning team';

function nameOfGroup(groupRef: string | undefined): string | undefined {
  if (groupRef === undefined) {
    return undefined;
  }
  const { namespace, name } = parseEntityRef(groupRef);
  return namespace === DEFAULT_NAMESPACE ? name : `${namespace}/${name}`;
}

/**
 * Who would get which access; an ellipsis stands for what is not known yet.
 *
 * @param team - entity ref of the run's team, for `{owning team}`
 * @public
 */
export function describeGrants(
  spec: SelfServiceSpec | undefined,
  parameters: JsonObject,
  team: string | undefined,
): string[] {
  const values = { ...parameters, [OWNING_TEAM]: nameOfGroup(team) };
  return (spec?.grants ?? []).map(grant =>
    fillPlaceholders(grant, values, '…'),
  );
}

function costTable(spec: SelfServiceSpec | undefined) {
  return typeof spec?.cost === 'object' ? spec.cost : undefined;
}

function titleOfValue(
  form: JsonValue | undefined,
  parameter: string,
  value: JsonValue | undefined,
): string {
  const choice = findFormField(form, parameter)?.choices.find(
    one => one.value === value,
  );
  return choice?.title ?? String(value);
}

function labelOfCost(
  spec: SelfServiceSpec | undefined,
  parameters: JsonObject,
  form: JsonValue | undefined,
): string {
  const parameter = costTable(spec)?.parameter;
  if (parameter !== undefined) {
    const title = findFormField(form, parameter)?.title ?? parameter;
    return `${title}: ${titleOfValue(form, parameter, parameters[parameter])}`;
  }
  // Without a cost of its own a run has that of the resource it is about.
  return spec?.cost === undefined ? 'What it costs now' : 'Fixed price';
}

/**
 * What the run would cost a month.
 *
 * @param options.monthly - the fact that policy decided on
 * @param options.form - `spec.parameters` of the template
 * @returns `undefined` while the cost is unknown
 * @public
 */
export function describeCost(options: {
  spec: SelfServiceSpec | undefined;
  parameters: JsonObject;
  form: JsonValue | undefined;
  monthly: number | undefined;
  currency: string | undefined;
}): PreviewedCost | undefined {
  const { spec, parameters, form, monthly, currency } = options;
  if (monthly === undefined) {
    return undefined;
  }
  const label = labelOfCost(spec, parameters, form);
  return { monthly, currency, parts: [{ label, monthly }] };
}

/** Says so where the form holds the highest cost of the table. */
function warnOfCost(options: {
  spec: SelfServiceSpec | undefined;
  parameters: JsonObject;
  form: JsonValue | undefined;
  currency: string | undefined;
}): PreviewWarning[] {
  const { spec, parameters, form, currency } = options;
  const table = costTable(spec);
  const value = table && asText(parameters[table.parameter]);
  if (!value || !Object.hasOwn(table.monthly, value)) {
    return [];
  }
  const costs = Object.values(table.monthly);
  const [lowest, highest] = [Math.min(...costs), Math.max(...costs)];
  if (table.monthly[value] < highest || lowest === highest) {
    return [];
  }
  const title = titleOfValue(
    form,
    table.parameter,
    parameters[table.parameter],
  );
  return [
    {
      code: 'expensive-choice',
      text: `${title} is the most expensive choice: ${formatMoney(
        highest,
        currency,
      )} a month. The cheapest one costs ${formatMoney(lowest, currency)}.`,
    },
  ];
}

/** A change freeze as the policy data holds it. @public */
export interface KnownFreeze {
  id: string;
  /** ISO 8601, as `to`. */
  from: string;
  to: string;
  /** All of them where absent. */
  environments?: string[];
  reason?: string;
}

function warnOfFreezes(options: {
  freezes: readonly KnownFreeze[];
  environment: string | undefined;
  now: Date;
}): PreviewWarning[] {
  const { freezes, environment, now } = options;
  const latest = now.getTime() + FREEZE_AHEAD_DAYS * DAY_MS;
  return freezes
    .filter(({ from, environments }) => {
      const start = Date.parse(from);
      return (
        start > now.getTime() &&
        start <= latest &&
        environment !== undefined &&
        (environments === undefined || environments.includes(environment))
      );
    })
    .map(({ id, from, to, reason }) => ({
      code: 'freeze-ahead',
      text: `A change freeze of ${environment} begins on ${from} and lasts until ${to}: ${
        reason ?? id
      }. What has not gone ahead by then needs further approval.`,
    }));
}

/** Policies may warn in whatever form they like. */
function toPolicyWarning(warning: unknown): PreviewWarning {
  if (typeof warning === 'string') {
    return { code: 'policy', text: warning };
  }
  const { code, message, text } = (warning ?? {}) as Record<string, unknown>;
  const words = [text, message].find(one => typeof one === 'string');
  return {
    code: typeof code === 'string' ? code : 'policy',
    text: typeof words === 'string' ? words : JSON.stringify(warning),
  };
}

/**
 * What to know before one goes on; nothing of it blocks.
 *
 * @param options.freezes - those that would stop this request, once they began
 * @param options.warnings - what policy says besides its decision
 * @public
 */
export function describeWarnings(options: {
  spec: SelfServiceSpec | undefined;
  parameters: JsonObject;
  form: JsonValue | undefined;
  currency: string | undefined;
  environment: string | undefined;
  freezes: readonly KnownFreeze[];
  warnings: readonly unknown[];
  now: Date;
}): PreviewWarning[] {
  return [
    ...warnOfCost(options),
    ...warnOfFreezes(options),
    ...options.warnings.map(toPolicyWarning),
  ];
}
