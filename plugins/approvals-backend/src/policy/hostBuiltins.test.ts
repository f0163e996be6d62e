import { missingBuiltins } from './hostBuiltins';
import { readPolicyBundle } from './PolicyBundle';
import { PolicyEngine } from './PolicyEngine';
import { shippedBundlePath } from './__testUtils__/shippedBundle';

/** A section of a WebAssembly module; every length here is below 128. */
function section(id: number, ...content: (number | number[])[]): number[] {
  const bytes = content.flat();
  return [id, bytes.length, ...bytes];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

/**
 * A module with just what tells its builtins: `builtins` and `opa_json_dump`
 * both give address 0, where the JSON text lies.
 */
function moduleThatNeeds(builtins: object): Uint8Array {
  const text = [...Buffer.from(JSON.stringify(builtins)), 0];
  const i32 = 0x7f;
  const body = [4, 0, 0x41, 0, 0x0b];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [2, 0x60, 0, 1, i32, 0x60, 1, i32, 1, i32]),
    ...section(2, 1, name('env'), name('memory'), [2, 0, 1]),
    ...section(3, [2, 0, 1]),
    ...section(7, 2, name('builtins'), [0, 0], name('opa_json_dump'), [0, 1]),
    ...section(10, 2, body, body),
    ...section(11, [1, 0, 0x41, 0, 0x0b, text.length], text),
  ]);
}

const compile = (wasm: Uint8Array) => WebAssembly.compile(new Uint8Array(wasm));

describe('missingBuiltins', () => {
  it('finds none in the shipped policy', async () => {
    const { wasm } = await readPolicyBundle(shippedBundlePath);
    expect(missingBuiltins(await compile(wasm))).toEqual([]);
  });

  it('names those that nobody provides', async () => {
    const wasm = moduleThatNeeds({ sprintf: 0, 'time.now_ns': 1 });
    expect(missingBuiltins(await compile(wasm))).toEqual(['time.now_ns']);
  });

  it('keeps a policy that needs one from loading', async () => {
    const bundle = await readPolicyBundle(shippedBundlePath);
    await expect(
      PolicyEngine.load({
        ...bundle,
        digest: 'needs http.send',
        wasm: moduleThatNeeds({ 'http.send': 0 }),
      }),
    ).rejects.toMatchObject({
      kind: 'load',
      message: expect.stringContaining('lacks: http.send'),
    });
  });
});
