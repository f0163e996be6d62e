import { JsonObject, JsonValue } from '@backstage/types';
import { FormPreview } from '@self-service/plugin-approvals-common';
import { FormProblem, Resource } from '@self-service/plugin-runs-common';
import { createContext, useContext } from 'react';
import { FormField } from './formFields';
import { Answer } from './useAnswer';
import { Submission } from './useSubmit';

/** Everything that is known of a form while it is filled in. */
export interface FormSession {
  fields: ReadonlyMap<string, FormField>;
  /** Names of the fields that still hold what was chosen the last time. */
  asLastTime: readonly string[];
  /** The resource that the address names. */
  resource?: Resource;
  /** As filled in so far, with defaults, without secrets. */
  values: Record<string, JsonValue>;
  preview: Answer<FormPreview>;
  checks: Answer<FormProblem[]>;
  submission: Submission;
  /** What the button says that starts the run. */
  createLabel: string;
  /** Puts the defaults in place of what is filled in as the last time. */
  forget: () => void;
  /** Fills a field in, wherever it is. */
  setValue: (name: string, value: JsonValue) => void;
}

/** Sets a field of the page that is open; `false` if it has no such field. */
export type FieldSetter = (name: string, value: JsonValue) => boolean;

/**
 * How the stock form tells what happens in it. Never changes, so that the
 * form is not drawn anew with every answer of a backend.
 */
export interface FormReporter {
  report: (values: JsonObject) => void;
  /** @param setter - `undefined` when the page is gone */
  offerSetter: (setter: FieldSetter | undefined) => void;
}

export const FormSessionContext = createContext<FormSession | undefined>(
  undefined,
);
export const FormReporterContext = createContext<FormReporter | undefined>(
  undefined,
);

function usePresent<T>(value: T | undefined): T {
  if (!value) {
    throw new Error('A part of the form was used outside of it');
  }
  return value;
}

/** The form that this is a part of. */
export function useFormSession(): FormSession {
  return usePresent(useContext(FormSessionContext));
}

/** Where the stock form reports to. */
export function useFormReporter(): FormReporter {
  return usePresent(useContext(FormReporterContext));
}
