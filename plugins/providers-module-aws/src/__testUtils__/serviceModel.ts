import * as sdk from '@aws-sdk/client-secrets-manager';

/**
 * Holds messages against AWS's own model of the service, which the SDK has as
 * tuples (`schemas/schemas_0` of its package; Apache-2.0).
 *
 * @remarks
 * A structure is `[3, namespace, name, traits, memberNames, memberTypes,
 * requiredCount]`, its required members first; an error has -3 in front, a list
 * 1 and its value's type at the end, a map 2 and the types of key and value, a
 * named simple type 0 and the simple type at the end. A member may be
 * `[type, traits]`. Simple types are numbers: 0 text, 1 number, 2 boolean, 4
 * to 7 times, 21 bytes, with 64 for a list of them and 128 for a map to them.
 */
const LIST = 64;
const MAP = 128;
const SIMPLE: Record<number, string> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  // JSON 1.1 has times as seconds since the epoch.
  4: 'number',
  7: 'number',
  21: 'string',
};

function isMember(type: unknown): type is [unknown, unknown] {
  return Array.isArray(type) && type.length === 2;
}

function findSimple(type: number, value: unknown, path: string): string[] {
  const each = (inner: number) =>
    Object.entries(value as object).flatMap(([key, entry]) =>
      findProblems(inner, entry, `${path}.${key}`),
    );
  if (type >= MAP) {
    return typeof value === 'object' ? each(type - MAP) : [`${path}: no map`];
  }
  if (type >= LIST) {
    return Array.isArray(value) ? each(type - LIST) : [`${path}: no list`];
  }
  const wanted = SIMPLE[type];
  return wanted === typeof value ? [] : [`${path}: no ${wanted}`];
}

function findInStructure(
  schema: readonly unknown[],
  value: unknown,
  path: string,
): string[] {
  const names = schema[4] as string[];
  const types = schema[5] as unknown[];
  const required = names.slice(0, Number(schema[6] ?? 0));
  if (typeof value !== 'object' || value === null) {
    return [`${path}: no structure`];
  }
  const entries = Object.entries(value);
  const given = entries.map(([name]) => name);
  return [
    ...required
      .filter(name => !given.includes(name))
      .map(name => `${path}.${name}: missing`),
    ...entries.flatMap(([name, entry]) => {
      const index = names.indexOf(name);
      return index < 0
        ? [`${path}.${name}: unknown`]
        : findProblems(types[index], entry, `${path}.${name}`);
    }),
  ];
}

/**
 * What of a message is not as the model has it.
 *
 * @param schema - as the SDK exports it
 * @param value - parsed JSON
 */
export function findProblems(
  schema: unknown,
  value: unknown,
  path = '',
): string[] {
  if (typeof schema === 'function') {
    return findProblems(schema(), value, path);
  }
  if (typeof schema === 'number') {
    return findSimple(schema, value, path);
  }
  if (isMember(schema)) {
    return findProblems(schema[0], value, path);
  }
  const tuple = schema as readonly unknown[];
  const each = (type: unknown) =>
    Object.entries(value as object).flatMap(([key, entry]) =>
      findProblems(type, entry, `${path}.${key}`),
    );
  switch (tuple[0]) {
    case 0:
      return findProblems(tuple[4], value, path);
    case 1:
      return Array.isArray(value) ? each(tuple[4]) : [`${path}: no list`];
    case 2:
      return typeof value === 'object' ? each(tuple[5]) : [`${path}: no map`];
    case 3:
    case -3:
      return findInStructure(tuple, value, path);
    default:
      throw new TypeError(`Unknown schema at ${path}: ${tuple[0]}`);
  }
}

/** A schema that the SDK exports under its name in the model. */
export function schemaOf(name: string): unknown {
  const schema = Object.entries(sdk).find(([key]) => key === `${name}$`)?.[1];
  if (!schema) {
    throw new TypeError(`The model has no ${name}`);
  }
  return schema;
}
