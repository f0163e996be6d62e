import { TemplateParameterSchema } from '@backstage/plugin-scaffolder-react';
import { JsonObject, JsonValue } from '@backstage/types';

/** What the form leaves in place of a secret. */
const MASK = /^\*+$/;
const SECRET_LOOKS = ['Secret', 'password', 'secret'];

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names of the fields of a schema that hide what is typed into them. */
function findSecretFields(schema: JsonValue | undefined, found: Set<string>) {
  if (Array.isArray(schema)) {
    schema.forEach(part => findSecretFields(part, found));
    return;
  }
  if (!isObject(schema)) {
    return;
  }
  for (const [name, part] of Object.entries(schema)) {
    if (isObject(part)) {
      const looks = [part['ui:field'], part['ui:widget']];
      if (looks.some(look => SECRET_LOOKS.includes(String(look)))) {
        found.add(name);
      }
    }
    findSecretFields(part, found);
  }
}

function strip(
  value: JsonValue | undefined,
  secretFields: Set<string>,
): JsonValue | undefined {
  if (typeof value === 'string') {
    return MASK.test(value) ? undefined : value;
  }
  if (Array.isArray(value)) {
    return value
      .map(item => strip(item, secretFields))
      .filter(item => item !== undefined);
  }
  if (!isObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !secretFields.has(name))
      .map(([name, item]) => [name, strip(item, secretFields)] as const)
      .filter(([, item]) => item !== undefined),
  );
}

/**
 * Names of the fields of a template that hide what is typed into them. Pure.
 *
 * @param manifest - the template's parameters as they are now
 */
export function readSecretFields(
  manifest: Pick<TemplateParameterSchema, 'steps'>,
): Set<string> {
  const found = new Set<string>();
  manifest.steps.forEach(({ schema }) => findSecretFields(schema, found));
  return found;
}

function collectMasks(
  value: JsonValue | undefined,
  secretFields: Set<string>,
  found: Map<string, number>,
): void {
  if (Array.isArray(value)) {
    value.forEach(item => collectMasks(item, secretFields, found));
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (typeof item !== 'string') {
        collectMasks(item, secretFields, found);
      } else if (secretFields.has(name) && MASK.test(item)) {
        found.set(name, item.length);
      }
    }
  }
}

/**
 * Which fields of a form hold asterisks in place of a secret. Pure.
 *
 * @returns the length of each, by the name of its field
 */
export function findMasks(
  values: JsonObject,
  manifest: Pick<TemplateParameterSchema, 'steps'>,
): Map<string, number> {
  const found = new Map<string, number>();
  collectMasks(values, readSecretFields(manifest), found);
  return found;
}

/**
 * The values of a run to fill a form with: without those of fields that hide
 * what is typed, and without the asterisks that the form keeps in place of a
 * secret, which would pass for an answer while the secret is empty. Pure.
 *
 * @param values - `spec.parameters` of the run
 * @param manifest - the template's parameters as they are now
 */
export function stripSecrets(
  values: JsonObject,
  manifest: Pick<TemplateParameterSchema, 'steps'>,
): Record<string, JsonValue> {
  const stripped = strip(values, readSecretFields(manifest));
  return isObject(stripped) ? (stripped as Record<string, JsonValue>) : {};
}
