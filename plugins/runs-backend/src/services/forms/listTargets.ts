import { JsonObject, JsonValue } from '@backstage/types';
import {
  fillName,
  findFormField,
  parametersOfName,
  SelfServiceSpec,
} from '@self-service/plugin-approvals-common';

/** Capabilities whose names can be looked up. */
const LOOKED_UP = ['git', 'secrets', 'catalog'] as const;
const MAXIMUM_LENGTH = 200;
/** What can be part of a name where the form does not say. */
const PLAIN = /^[\w.-]+$/;

/** A name that a run would create, to be looked for. */
export interface NameTarget {
  capability: (typeof LOOKED_UP)[number];
  /** For people, as the template says it. */
  kind: string;
  name: string;
  /** The parameter to change for another name. */
  parameter?: string;
  /** What the form calls that one. */
  fieldTitle?: string;
}

/**
 * Whether the form itself would let a value pass: nobody looks up what no run
 * can be started with.
 */
function isPlausible(
  form: JsonValue | undefined,
  parameter: string,
  parameters: JsonObject,
): boolean {
  const value = String(parameters[parameter]);
  const field = findFormField(form, parameter);
  const choices = field?.choices ?? [];
  const pattern = field?.schema.pattern;
  if (value.length > MAXIMUM_LENGTH || value.includes('..')) {
    return false;
  }
  if (choices.length > 0) {
    return choices.some(choice => choice.value === parameters[parameter]);
  }
  if (typeof pattern !== 'string') {
    return PLAIN.test(value);
  }
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return false;
  }
}

/** The one that a person can choose freely, or else the first. */
function parameterToChange(
  form: JsonValue | undefined,
  names: readonly string[],
): string | undefined {
  return (
    names.find(
      name => (findFormField(form, name)?.choices.length ?? 0) === 0,
    ) ?? names[0]
  );
}

/**
 * The names that a run would create and that can be looked for, as far as the
 * form has them.
 *
 * @param options.form - `spec.parameters` of the template
 */
export function listTargets(options: {
  spec: SelfServiceSpec;
  form: JsonValue | undefined;
  parameters: JsonObject;
}): NameTarget[] {
  const { spec, form, parameters } = options;
  // What a run does to a resource that exists is no new name.
  if (spec.resource) {
    return [];
  }
  return (spec.creates ?? []).flatMap(({ kind, name, capability }) => {
    const known = LOOKED_UP.find(one => one === capability);
    const filled = fillName(name, parameters);
    const names = parametersOfName(name);
    if (
      !known ||
      filled === undefined ||
      names.length === 0 ||
      !names.every(one => isPlausible(form, one, parameters))
    ) {
      return [];
    }
    const parameter = parameterToChange(form, names);
    const fieldTitle = parameter && findFormField(form, parameter)?.title;
    return [{ capability: known, kind, name: filled, parameter, fieldTitle }];
  });
}
