import { resolve } from 'node:path';
import { loadPolicySync } from '@open-policy-agent/opa-wasm';
import { readPolicyBundle } from '../PolicyBundle';
import { policyEntrypoint } from '../PolicyEngine';

/** The checkout's root. */
export const repositoryRoot = resolve(__dirname, '../../../../..');

/** Where the committed bundle lies. */
export const shippedBundlePath = resolve(
  repositoryRoot,
  'policies/bundle.tar.gz',
);

/** Asks the compiled policy; `undefined` is OPA's undefined. */
export type RawPolicy = (input: unknown, data: unknown) => unknown;

/**
 * The committed policy without the engine around it, as another program would
 * run it: nothing checks data or result.
 */
export async function loadRawPolicy(): Promise<RawPolicy> {
  const { wasm } = await readPolicyBundle(shippedBundlePath);
  const module = await WebAssembly.compile(new Uint8Array(wasm));
  let instance = loadPolicySync(module);
  let held: unknown;
  return (input, data) => {
    if (held !== data) {
      instance = loadPolicySync(module);
      instance.setData(data as object);
      held = data;
    }
    return instance.evaluate(input, policyEntrypoint)[0]?.result;
  };
}
