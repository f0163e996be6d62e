import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { readPolicyBundle } from './PolicyBundle';
import { policyEntrypoint } from './PolicyEngine';
import {
  repositoryRoot,
  shippedBundlePath,
} from './__testUtils__/shippedBundle';

/** Reads a JSON text out of wasm memory, where a zero byte ends it. */
function readJson(memory: WebAssembly.Memory, address: number) {
  const bytes = Buffer.from(memory.buffer, address);
  return JSON.parse(bytes.toString('utf8', 0, bytes.indexOf(0)));
}

describe('the committed policy bundle', () => {
  it('is built from the Rego and the data beside it', async () => {
    const { revision } = await readPolicyBundle(shippedBundlePath);
    const digest = execFileSync(
      process.execPath,
      [resolve(repositoryRoot, 'scripts/policies.mjs'), 'digest'],
      { encoding: 'utf8' },
    ).trim();
    // If this fails: run `npm run policies` and commit policies/bundle.tar.gz.
    expect(revision).toBe(digest);
  });

  it('asks its host for no builtin and has the one entrypoint', async () => {
    const { wasm, manifest } = await readPolicyBundle(shippedBundlePath);
    const memory = new WebAssembly.Memory({ initial: 5 });
    const names = [
      'abort',
      'println',
      'builtin0',
      'builtin1',
      'builtin2',
      'builtin3',
      'builtin4',
    ];
    const absent = () => 0;
    const functions = names.map(name => [`opa_${name}`, absent] as const);
    const { instance } = await WebAssembly.instantiate(new Uint8Array(wasm), {
      env: { memory, ...Object.fromEntries(functions) },
    });
    const call = (name: string, ...values: number[]) =>
      (instance.exports[name] as (...values: number[]) => number)(...values);
    const dumped = (name: string) =>
      readJson(memory, call('opa_json_dump', call(name)));
    expect(dumped('builtins')).toEqual({});
    expect(Object.keys(dumped('entrypoints'))).toEqual([policyEntrypoint]);
    expect(manifest.wasm.map(({ entrypoint }) => entrypoint)).toEqual([
      policyEntrypoint,
    ]);
  });
});
