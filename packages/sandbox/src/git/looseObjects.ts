import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { TreeEntry } from './model';

const compress = promisify(deflate);
const decompress = promisify(inflate);

/** An object of a repository, as it is stored. */
export interface GitObject {
  type: TreeEntry['type'];
  content: Buffer;
}

const pathOf = (directory: string, sha: string) =>
  join(directory, 'objects', sha.slice(0, 2), sha.slice(2));

/**
 * Stores an object as a file of its own, which saves a process.
 *
 * @remarks
 * Source: "Git Internals - Git Objects",
 * https://git-scm.com/book/en/v2/Git-Internals-Git-Objects.
 *
 * @param directory - of the bare repository
 * @returns its id
 */
export async function writeObject(
  directory: string,
  { type, content }: GitObject,
): Promise<string> {
  const stored = Buffer.concat([
    Buffer.from(`${type} ${content.length}\0`),
    content,
  ]);
  const sha = createHash('sha1').update(stored).digest('hex');
  const path = pathOf(directory, sha);
  if (!existsSync(path)) {
    const draft = join(directory, 'objects', sha.slice(0, 2), randomUUID());
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(draft, await compress(stored), { mode: 0o444 });
    await rename(draft, path);
  }
  return sha;
}

/**
 * Reads an object that is a file of its own.
 *
 * @returns `undefined` where there is none; it may still be in a pack
 */
export async function readObject(
  directory: string,
  sha: string,
): Promise<GitObject | undefined> {
  const file = await readFile(pathOf(directory, sha)).catch(() => undefined);
  if (!file) {
    return undefined;
  }
  const stored = await decompress(file);
  const end = stored.indexOf(0);
  const [type] = stored.subarray(0, end).toString('latin1').split(' ');
  return {
    type: type as GitObject['type'],
    content: stored.subarray(end + 1),
  };
}
