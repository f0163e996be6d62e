import { ApiHolder, ApiRef } from '@backstage/frontend-plugin-api';
import { NotImplementedError } from '@backstage/errors';
import { TemplateParameterSchema } from '@backstage/plugin-scaffolder-react';
import { JsonObject, JsonValue } from '@backstage/types';

/** What a form hands in. */
export interface FormResult {
  values: Record<string, JsonValue>;
  secrets: Record<string, string>;
}

/**
 * The part of a form decorator that matters here. The API declares it opaque;
 * the stock form reads it just so (version `v1`).
 */
interface ReadableDecorator {
  id: string;
  version: 'v1';
  deps?: Record<string, ApiRef<unknown>>;
  decorator: (context: object, deps: Record<string, unknown>) => Promise<void>;
}

function isReadable(decorator: object): decorator is ReadableDecorator {
  return (
    'version' in decorator &&
    decorator.version === 'v1' &&
    'decorator' in decorator &&
    typeof decorator.decorator === 'function'
  );
}

/** Runs one; it changes `result` in place. */
async function runOne(
  decorator: ReadableDecorator,
  input: JsonObject,
  result: FormResult,
  apis: ApiHolder,
): Promise<void> {
  const deps = Object.fromEntries(
    Object.entries(decorator.deps ?? {}).map(([name, ref]) => [
      name,
      apis.get(ref),
    ]),
  );
  await decorator.decorator(
    {
      input,
      formState: result.values,
      setFormState: (
        change: (current: FormResult['values']) => FormResult['values'],
      ) => {
        result.values = { ...change(result.values) };
      },
      setSecrets: (
        change: (current: FormResult['secrets']) => FormResult['secrets'],
      ) => {
        result.secrets = { ...change(result.secrets) };
      },
    },
    deps,
  );
}

/**
 * Runs the form decorators that a template names, as the stock form does: they
 * may change the values and add secrets.
 *
 * @param form - what was filled in
 * @param manifest - the template's
 * @param decorators - all of the app
 * @param apis - gives the APIs that decorators ask for
 * @throws NotImplementedError - the app lacks one, or it is of a kind that this
 * form cannot run: to leave it out could start a run without what it needs
 */
export async function runDecorators(
  form: FormResult,
  manifest: Pick<TemplateParameterSchema, 'formDecorators'>,
  decorators: readonly (object & { id: string })[],
  apis: ApiHolder,
): Promise<FormResult> {
  const result = { ...form };
  for (const { id, input = {} } of manifest.formDecorators ?? []) {
    const decorator = decorators.find(candidate => candidate.id === id);
    if (!decorator || !isReadable(decorator)) {
      throw new NotImplementedError(
        `The template wants the form decorator "${id}", which this form cannot run`,
      );
    }
    await runOne(decorator, input, result, apis);
  }
  return result;
}
