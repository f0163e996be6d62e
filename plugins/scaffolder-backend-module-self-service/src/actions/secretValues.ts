import { randomBytes } from 'node:crypto';
import { InputError } from '@backstage/errors';
import { JsonObject, JsonValue } from '@backstage/types';
import {
  chooseProvider,
  InfrastructureProvider,
} from '@self-service/plugin-providers-node';
import { RunsService } from '@self-service/plugin-runs-node';
import { readOutputs } from '../infrastructure/readOutputs';

/** Random bytes of a generated value: 192 bits, 32 characters of base64url. */
const GENERATED_BYTES = 24;

/** What a path may be made of, so that it is one in every vault. */
export const SECRET_PATH = /^[\w.-]+(\/[\w.-]+)*$/;

/** What a step says of a secret's values. */
export interface ValuesInput {
  data?: JsonObject;
  /** Names of values to generate. */
  generate?: string[];
}

/** A random value that nobody can guess, of letters, digits, `-` and `_`. */
export function generateValue(): string {
  return randomBytes(GENERATED_BYTES).toString('base64url');
}

/**
 * The values that a step gives or has generated.
 *
 * @returns `undefined` where it says nothing of values
 * @throws InputError - it says that there are none
 */
export function readGivenValues({
  data,
  generate,
}: ValuesInput): Record<string, JsonValue> | undefined {
  if (!data && !generate) {
    return undefined;
  }
  const generated = (generate ?? []).map(name => [name, generateValue()]);
  const values = { ...data, ...Object.fromEntries(generated) };
  if (Object.keys(values).length === 0) {
    throw new InputError(
      'There is nothing to write: data and generate are empty. Fill one of them, or leave both out.',
    );
  }
  return values;
}

/**
 * Outputs of a run's newest apply: plain ones, and sensitive ones read now.
 *
 * @returns `undefined` where the run has applied nothing
 * @throws InputError - it has no outputs: an empty secret would look like one
 */
export async function readLastApply(
  taskId: string,
  services: {
    runs: RunsService;
    infrastructure: readonly InfrastructureProvider[];
  },
  signal: AbortSignal,
): Promise<Record<string, JsonValue> | undefined> {
  const effects = await services.runs.listEffects(taskId);
  const apply = effects
    .filter(({ kind, status }) => kind === 'apply' && status === 'created')
    .at(-1);
  if (!apply) {
    return undefined;
  }
  const provider = chooseProvider(
    services.infrastructure,
    ({ id }) => id === apply.provider,
    `the infrastructure provider ${apply.provider}`,
  );
  const outputs = await readOutputs(apply, provider, { signal });
  const sensitive = await provider.readSensitive(outputs.sensitive, { signal });
  const values = { ...outputs.values, ...sensitive } as Record<
    string,
    JsonValue
  >;
  if (Object.keys(values).length === 0) {
    throw new InputError(
      "There is nothing to write: the run's last apply has no outputs. Declare them in the Terraform code, or fill data or generate of the step.",
    );
  }
  return values;
}
