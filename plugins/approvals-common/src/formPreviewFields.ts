import { JsonObject, JsonValue } from '@backstage/types';

/** A value that a field offers, and what it is called there. @public */
export interface FieldChoice {
  value: string | number | boolean;
  title: string;
}

/** What of a form's field its values are judged by. @public */
export interface FormField {
  /** For people; the parameter's name where the template gives none. */
  title: string;
  /** In the order of the form; none where anything can be typed. */
  choices: FieldChoice[];
  /** The field's JSON schema. */
  schema: JsonObject;
}

/** Where JSON schema keeps schemas that apply to the same value. */
const COMPOSED = ['allOf', 'anyOf', 'oneOf', 'then', 'else'];
/** What the form leaves in place of a secret. */
const MASK = /^\*+$/;
const SECRET_LOOKS: (JsonValue | undefined)[] = [
  'Secret',
  'secret',
  'password',
];

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first schema of a property, conditional ones behind the others. */
function findProperty(
  schema: JsonValue | undefined,
  name: string,
): JsonObject | undefined {
  if (Array.isArray(schema)) {
    return schema.map(part => findProperty(part, name)).find(Boolean);
  }
  if (!isObject(schema)) {
    return undefined;
  }
  const { properties, dependencies } = schema;
  if (isObject(properties) && Object.hasOwn(properties, name)) {
    const property = properties[name];
    return isObject(property) ? property : undefined;
  }
  const composed = [
    ...COMPOSED.map(key => schema[key]),
    ...(isObject(dependencies) ? Object.values(dependencies) : []),
  ];
  return composed.map(part => findProperty(part, name)).find(Boolean);
}

function isChoice(value: JsonValue | undefined): value is FieldChoice['value'] {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function titlesOf(schema: JsonObject): (JsonValue | undefined)[] {
  const options = schema['ui:options'];
  const titles =
    schema.enumNames ??
    schema['ui:enumNames'] ??
    (isObject(options) ? options.enumNames : undefined);
  return Array.isArray(titles) ? titles : [];
}

function toTitle(title: JsonValue | undefined, value: unknown): string {
  return typeof title === 'string' && title !== '' ? title : String(value);
}

function readChoices(schema: JsonObject): FieldChoice[] {
  if (Array.isArray(schema.enum)) {
    const titles = titlesOf(schema);
    return schema.enum.flatMap((value, index) =>
      isChoice(value) ? [{ value, title: toTitle(titles[index], value) }] : [],
    );
  }
  const constants = schema.oneOf ?? schema.anyOf;
  return (Array.isArray(constants) ? constants : []).flatMap(part =>
    isObject(part) && isChoice(part.const)
      ? [{ value: part.const, title: toTitle(part.title, part.const) }]
      : [],
  );
}

/**
 * Reads a field out of what a template says of its form.
 *
 * @param form - `spec.parameters` of the template: one page or several
 * @param name - of a parameter at the top
 * @returns `undefined` where the form has no such field
 * @public
 */
export function findFormField(
  form: JsonValue | undefined,
  name: string,
): FormField | undefined {
  const schema = findProperty(form, name);
  return (
    schema && {
      title: toTitle(schema.title, name),
      choices: readChoices(schema),
      schema,
    }
  );
}

/** Names of the fields that hide what is typed into them, at any depth. */
function collectSecretFields(
  schema: JsonValue | undefined,
  found: Set<string>,
): void {
  if (Array.isArray(schema)) {
    schema.forEach(part => collectSecretFields(part, found));
  } else if (isObject(schema)) {
    for (const [name, part] of Object.entries(schema)) {
      if (
        isObject(part) &&
        ['ui:field', 'ui:widget', 'format'].some(key =>
          SECRET_LOOKS.includes(part[key]),
        )
      ) {
        found.add(name);
      }
      collectSecretFields(part, found);
    }
  }
}

function strip(
  value: JsonValue | undefined,
  secret: Set<string>,
): JsonValue | undefined {
  if (typeof value === 'string') {
    return MASK.test(value) ? undefined : value;
  }
  if (Array.isArray(value)) {
    return value
      .map(item => strip(item, secret))
      .filter(item => item !== undefined);
  }
  if (!isObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !secret.has(name))
      .map(([name, item]) => [name, strip(item, secret)] as const)
      .filter(([, item]) => item !== undefined),
  );
}

/**
 * The values of a form without those of fields that hide what is typed, and
 * without the asterisks that stand in for them.
 *
 * @param form - `spec.parameters` of the template: one page or several
 * @public
 */
export function withoutSecrets(
  parameters: JsonObject,
  form: JsonValue | undefined,
): JsonObject {
  const secret = new Set<string>();
  collectSecretFields(form, secret);
  return strip(parameters, secret) as JsonObject;
}
