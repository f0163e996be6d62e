import { JsonObject } from '@backstage/types';
import { FROM_PARAMETER } from '../run/makeFormUrl';

/** Query parameter of the form: the resource that it is about. */
const RESOURCE_PARAMETER = 'resource';
/** Query parameter of the form: ref of the entity whose page it was opened on. */
export const ENTITY_PARAMETER = 'entity';
/** Query parameter of the stock form: values as JSON. */
const VALUES_PARAMETER = 'formData';

/** What the address of a form says of its values. */
export interface Origin {
  /** Task id of the run to correct. */
  from?: string;
  /** Id of the resource that the form is about. */
  resource?: string;
  /** Ref of an entity. */
  entity?: string;
  /** Values as the stock form takes them. */
  formData: JsonObject;
}

function readValues(text: string | null): JsonObject {
  try {
    const values: unknown = JSON.parse(text ?? '{}');
    return typeof values === 'object' && values && !Array.isArray(values)
      ? (values as JsonObject)
      : {};
  } catch {
    return {};
  }
}

/** Reads the query of a form's address; what can't be read is left out. */
export function readOrigin(search: URLSearchParams): Origin {
  return {
    from: search.get(FROM_PARAMETER) ?? undefined,
    resource: search.get(RESOURCE_PARAMETER) ?? undefined,
    entity: search.get(ENTITY_PARAMETER) ?? undefined,
    formData: readValues(search.get(VALUES_PARAMETER)),
  };
}

/** The part of a query that decides what a form opens with, as text. */
export function nameOrigin(search: URLSearchParams): string {
  const { from, resource, entity } = readOrigin(search);
  return JSON.stringify([from, resource, entity]);
}
