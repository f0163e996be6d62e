/** What the check needs to know of one form parameter. */
export interface FormParameter {
  required: boolean;
  hasDefault: boolean;
  /** The values that the form offers, where it offers a fixed list. */
  values?: unknown[];
}

/** The parameters of a form by name. */
export type FormParameters = ReadonlyMap<string, FormParameter>;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readValues(property: unknown): unknown[] | undefined {
  if (!isObject(property)) {
    return undefined;
  }
  if (Array.isArray(property.enum)) {
    return property.enum;
  }
  return 'const' in property ? [property.const] : undefined;
}

function collect(schema: unknown, into: Map<string, FormParameter>) {
  if (Array.isArray(schema)) {
    schema.forEach(entry => collect(entry, into));
    return;
  }
  if (!isObject(schema)) {
    return;
  }
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = isObject(schema.properties) ? schema.properties : {};
  for (const [name, property] of Object.entries(properties)) {
    const known = into.get(name);
    into.set(name, {
      required: known?.required || required.includes(name),
      hasDefault:
        known?.hasDefault || (isObject(property) && 'default' in property),
      values: known?.values ?? readValues(property),
    });
  }
  // Where JSON Schema puts parameters that depend on others.
  for (const key of ['allOf', 'anyOf', 'oneOf', 'then', 'else']) {
    collect(schema[key], into);
  }
  for (const key of ['dependencies', 'dependentSchemas']) {
    if (isObject(schema[key])) {
      collect(Object.values(schema[key]), into);
    }
  }
}

/**
 * Reads the top-level parameters of a form, over all its pages.
 *
 * @param parameters - `spec.parameters` of a template: one page or a list
 */
export function readFormParameters(parameters: unknown): FormParameters {
  const found = new Map<string, FormParameter>();
  collect(parameters, found);
  return found;
}
