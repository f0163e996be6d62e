import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';

/** Packs files, given by their path in it, to a bundle in memory. */
export async function makeBundle(
  files: Record<string, string | Uint8Array>,
): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'policy-bundle-'));
  try {
    const source = join(directory, 'source');
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(source, path)), { recursive: true });
      await writeFile(join(source, path), content);
    }
    const file = join(directory, 'bundle.tar.gz');
    await create({ gzip: true, file, cwd: source }, Object.keys(files));
    return await readFile(file);
  } finally {
    await rm(directory, { recursive: true });
  }
}
