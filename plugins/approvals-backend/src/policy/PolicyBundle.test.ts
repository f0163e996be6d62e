import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { makeBundle } from './__testUtils__/makeBundle';
import {
  repositoryRoot,
  shippedBundlePath,
} from './__testUtils__/shippedBundle';
import { readPolicyBundle } from './PolicyBundle';
import { PolicyError } from './PolicyError';

const manifest = JSON.stringify({
  revision: 'abc',
  wasm: [
    { entrypoint: 'selfservice/approval/decision', module: '/policy.wasm' },
  ],
});
const good = {
  '.manifest': manifest,
  'data.json': '{"approval":{}}',
  'policy.wasm': 'x',
};

describe('readPolicyBundle', () => {
  it('reads the committed bundle from its path and from its bytes', async () => {
    const content = await readFile(shippedBundlePath);
    const fromPath = await readPolicyBundle(shippedBundlePath);
    const data = await readFile(
      `${repositoryRoot}/policies/approval/data.json`,
      'utf8',
    );
    expect(fromPath).toMatchObject({
      revision: expect.stringMatching(/^[0-9a-f]{64}$/),
      digest: createHash('sha256').update(content).digest('hex'),
      data: { approval: JSON.parse(data) },
    });
    expect(Buffer.from(fromPath.wasm).subarray(0, 4).toString()).toBe('\0asm');
    expect(await readPolicyBundle(content)).toEqual(fromPath);
  });

  it('reads what another tool packed', async () => {
    const bundle = await readPolicyBundle(await makeBundle(good));
    expect(bundle).toMatchObject({ revision: 'abc', data: { approval: {} } });
    expect(Buffer.from(bundle.wasm).toString()).toBe('x');
  });

  it.each([
    [
      'no manifest',
      { 'data.json': '{}', 'policy.wasm': 'x' },
      'holds no .manifest',
    ],
    [
      'no revision',
      { ...good, '.manifest': '{"revision":"","wasm":[]}' },
      '.manifest of the policy bundle is not as expected',
    ],
    [
      'no wasm in the manifest',
      { ...good, '.manifest': '{"revision":"a"}' },
      '.manifest of the policy bundle is not as expected',
    ],
    [
      'no wasm',
      { '.manifest': manifest, 'data.json': '{}' },
      'holds no /policy.wasm',
    ],
    [
      'no data',
      { '.manifest': manifest, 'policy.wasm': 'x' },
      'holds no data.json',
    ],
    [
      'data that is a list',
      { ...good, 'data.json': '[]' },
      'data.json of the policy bundle is not as expected',
    ],
    [
      'data that is no JSON',
      { ...good, 'data.json': '{' },
      'data.json of the policy bundle is not as expected',
    ],
  ])('refuses a bundle with %s', async (_name, files, message) => {
    const error = await readPolicyBundle(await makeBundle(files)).catch(e => e);
    expect(error).toBeInstanceOf(PolicyError);
    expect(error).toMatchObject({ kind: 'bundle', name: 'PolicyError' });
    expect(error.message).toContain(message);
  });

  it('refuses what is no archive, is cut off, or is not there', async () => {
    const content = await readFile(shippedBundlePath);
    const broken = [
      Buffer.from('hello'),
      Buffer.alloc(0),
      content.subarray(0, 20000),
    ];
    for (const bytes of broken) {
      await expect(readPolicyBundle(bytes)).rejects.toMatchObject({
        name: 'PolicyError',
        kind: 'bundle',
      });
    }
    await expect(readPolicyBundle('/nowhere/bundle.tar.gz')).rejects.toThrow(
      'The policy bundle /nowhere/bundle.tar.gz could not be read',
    );
  });

  it('refuses one that unpacks to an unreasonable size', async () => {
    const huge = { ...good, 'policy.wasm': randomBytes(17 * 1024 * 1024) };
    await expect(readPolicyBundle(await makeBundle(huge))).rejects.toThrow(
      'unpacks to more than 16 MiB',
    );
  });
});
