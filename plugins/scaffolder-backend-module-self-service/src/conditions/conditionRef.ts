import { JsonObject } from '@backstage/types';

/** A condition as a template names it, and until when it is waited for. */
export interface ConditionWait {
  kind: string;
  input: JsonObject;
  /** ISO 8601: over from then on, so that whoever waits can say so. */
  due?: string;
}

/** Writes a wait as the `ref` that the runs backend stores. */
export function toConditionRef({ kind, input, due }: ConditionWait): string {
  const sorted = Object.fromEntries(
    Object.entries(input).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
  return JSON.stringify([kind, sorted, ...(due ? [due] : [])]);
}

/** Reads a stored `ref`; `undefined` if it is not one of ours. */
export function parseConditionRef(ref: string): ConditionWait | undefined {
  try {
    const [kind, input, due] = JSON.parse(ref);
    return typeof kind === 'string' &&
      input !== null &&
      typeof input === 'object' &&
      !Array.isArray(input) &&
      ['string', 'undefined'].includes(typeof due)
      ? { kind, input, ...(due && { due }) }
      : undefined;
  } catch {
    return undefined;
  }
}
