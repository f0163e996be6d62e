import { JsonObject } from '@backstage/types';
import {
  InfrastructureProvider,
  SecretReference,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';

/** What an apply has put out; sensitive values are not among it. */
export interface AppliedOutputs {
  values: JsonObject;
  sensitive: Record<string, SecretReference>;
}

/**
 * The outputs of an apply, of which the record may say nothing: who finds out
 * after an interruption that it was applied does not read them.
 *
 * @param effect - of the kind `apply`, which stands
 * @param provider - which has applied it
 */
export async function readOutputs(
  { name, reference }: Effect,
  provider: InfrastructureProvider,
  options: { signal?: AbortSignal },
): Promise<AppliedOutputs> {
  if (reference?.outputs || reference?.secretReferences) {
    return {
      values: (reference.outputs ?? {}) as JsonObject,
      sensitive: (reference.secretReferences ??
        {}) as AppliedOutputs['sensitive'],
    };
  }
  const applied = await provider.getRun(name, options);
  const { values, sensitive } = await provider.getOutputs(applied, options);
  return { values: values as JsonObject, sensitive };
}
