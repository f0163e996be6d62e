import { TemplateParameterSchema } from '@backstage/plugin-scaffolder-react';
import { JsonObject, JsonValue } from '@backstage/types';
import { readSecretFields } from './stripSecrets';

/** A field of a form. */
export interface FormField {
  /** Name of the parameter. */
  name: string;
  /** What the form calls it. */
  title: string;
  schema: JsonObject;
  isSecret: boolean;
}

/** Where a schema keeps further properties besides `properties`. */
const FURTHER = [
  'dependencies',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'then',
  'else',
];

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every object among a value that is one, a list of some, or a table of some. */
function objectsIn(value: JsonValue | undefined): JsonObject[] {
  if (Array.isArray(value)) {
    return value.filter(isObject);
  }
  return isObject(value)
    ? [value, ...Object.values(value).filter(isObject)]
    : [];
}

function collect(
  schema: JsonObject,
  secretFields: Set<string>,
  found: Map<string, FormField>,
): void {
  const properties = isObject(schema.properties) ? schema.properties : {};
  for (const [name, part] of Object.entries(properties)) {
    if (isObject(part) && !found.has(name)) {
      found.set(name, {
        name,
        title: typeof part.title === 'string' ? part.title : name,
        schema: part,
        isSecret: secretFields.has(name),
      });
    }
  }
  for (const key of FURTHER) {
    objectsIn(schema[key]).forEach(part => collect(part, secretFields, found));
  }
}

/**
 * The fields of a template's form by their names, in their order, with those
 * that only show for some values of others. Pure.
 *
 * @param manifest - the template's parameters
 */
export function listFields(
  manifest: Pick<TemplateParameterSchema, 'steps'>,
): Map<string, FormField> {
  const found = new Map<string, FormField>();
  const secretFields = readSecretFields(manifest);
  manifest.steps.forEach(({ schema }) => collect(schema, secretFields, found));
  return found;
}

/**
 * What the fields hold before anybody touches them: the form itself knows
 * that only of the pages that were opened. Pure.
 */
export function readSchemaDefaults(
  fields: ReadonlyMap<string, FormField>,
): Record<string, JsonValue> {
  const defaults: Record<string, JsonValue> = {};
  for (const { name, schema } of fields.values()) {
    if (schema.default !== undefined) {
      defaults[name] = schema.default;
    }
  }
  return defaults;
}

/** The values to choose from; `undefined` where anything may be typed in. */
export function readChoices(field: FormField): JsonValue[] | undefined {
  const { enum: choices, oneOf, anyOf } = field.schema;
  if (Array.isArray(choices)) {
    return choices.filter(
      (choice): choice is JsonValue => choice !== undefined,
    );
  }
  const constants = objectsIn(oneOf ?? anyOf).flatMap(part =>
    part.const === undefined ? [] : [part.const],
  );
  return constants.length > 0 ? constants : undefined;
}
