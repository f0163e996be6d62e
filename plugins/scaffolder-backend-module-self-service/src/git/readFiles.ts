import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { serializeDirectoryContents } from '@backstage/plugin-scaffolder-node';
import { FileContent } from '@self-service/plugin-providers-node';
import { posix } from 'node:path';

/**
 * Reads the files of the workspace that are to be committed, without those
 * that git ignores and without symbolic links.
 *
 * @param sourcePath - folder of the workspace; all of it without
 * @param targetPath - folder of the repository; its root without
 * @throws InputError - a path leads outside, or there are no files
 */
export async function readFiles(
  workspacePath: string,
  sourcePath: string | undefined,
  targetPath?: string,
): Promise<FileContent[]> {
  const root = sourcePath
    ? resolveSafeChildPath(workspacePath, sourcePath)
    : workspacePath;
  const prefix = posix.normalize(targetPath ?? '.');
  if (posix.isAbsolute(prefix) || prefix.startsWith('..')) {
    throw new InputError(
      `targetPath '${targetPath}' leaves the repository; write it relative to the repository's root.`,
    );
  }
  const entries = await serializeDirectoryContents(root, { gitignore: true });
  const files = entries
    .filter(({ symlink }) => !symlink)
    .map(({ path, content, executable }) => ({
      path: posix.join(prefix, path),
      content,
      executable,
    }));
  if (files.length === 0) {
    throw new InputError(
      `There are no files to commit in '${
        sourcePath ?? '.'
      }'. Render them in a step before this one (fetch:template).`,
    );
  }
  return files;
}
