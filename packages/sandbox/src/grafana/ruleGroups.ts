import { parse } from 'yaml';
import { RulerError } from './errors';

/** A rule of a group. */
export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** A rule group, read. */
export interface RuleGroup {
  name: string;
  interval?: string;
  rules: Rule[];
}

const GROUP_FIELDS = new Set([
  'name',
  'interval',
  'query_offset',
  'limit',
  'labels',
  'rules',
]);
const RULE_FIELDS = new Set([
  'record',
  'alert',
  'expr',
  'for',
  'keep_firing_for',
  'labels',
  'annotations',
]);
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const DURATION = /^([0-9]+(ms|s|m|h|d|w|y))+$/;

function refuse(what: string): never {
  throw new RulerError(400, `unable to decode rule group: ${what}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads a rule group, with Prometheus' rules on names and fields; what its
 * queries say is not looked at.
 *
 * @throws RulerError 400
 */
export function readRuleGroup(yaml: string): RuleGroup {
  let group: unknown;
  try {
    group = parse(yaml);
  } catch {
    return refuse('it is no YAML');
  }
  if (!isObject(group) || typeof group.name !== 'string' || !group.name) {
    return refuse('rule group name must not be empty');
  }
  checkFields(group, GROUP_FIELDS, group.name);
  if (!Array.isArray(group.rules) || group.rules.length === 0) {
    return refuse(`group ${group.name} has no rules`);
  }
  group.rules.forEach(checkRule);
  return group as unknown as RuleGroup;
}

function checkFields(
  value: Record<string, unknown>,
  known: Set<string>,
  where: string,
): void {
  const unknown = Object.keys(value).find(field => !known.has(field));
  if (unknown) {
    refuse(`field ${unknown} not found in ${where}`);
  }
}

function checkRule(rule: unknown): void {
  if (!isObject(rule)) {
    refuse('a rule is no mapping');
  }
  checkFields(rule, RULE_FIELDS, 'a rule');
  const { record, alert, expr, labels = {}, annotations = {} } = rule;
  if (Boolean(record) === Boolean(alert)) {
    refuse('only one of record and alert must be set');
  }
  if (record && !METRIC_NAME.test(String(record))) {
    refuse(`invalid recording rule name: ${record}`);
  }
  if (record && (rule.for || rule.annotations)) {
    refuse("invalid field 'for' or 'annotations' in recording rule");
  }
  if (typeof expr !== 'string' || !expr) {
    refuse("field 'expr' must be set in rule");
  }
  if (rule.for !== undefined && !DURATION.test(String(rule.for))) {
    refuse(`not a valid duration string: ${rule.for}`);
  }
  for (const texts of [labels, annotations]) {
    if (!isObject(texts)) {
      refuse('labels and annotations are mappings');
    }
    for (const [name, value] of Object.entries(texts)) {
      if (!LABEL_NAME.test(name) || typeof value !== 'string') {
        refuse(`invalid label or annotation: ${name}`);
      }
    }
  }
}
