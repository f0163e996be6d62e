import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitRepository } from './GitRepository';
import { ZERO_SHA } from './model';

/**
 * The tree of a three-way merge, or undefined on a conflict.
 *
 * @remarks
 * Uses a temporary index instead of `git merge-tree --write-tree`, which only
 * exists since git 2.38.
 */
export async function mergeTrees(
  git: GitRepository,
  commits: { base: string; ours: string; theirs: string },
): Promise<string | undefined> {
  const { base, ours, theirs } = commits;
  if (base === ours) {
    return git.resolve(`${theirs}^{tree}`);
  }
  return git.withIndex(async (env, directory) => {
    await git.git(
      ['read-tree', '-i', '-m', '--aggressive', base, ours, theirs],
      { env },
    );
    const unmerged = (await git.raw(['ls-files', '-u', '-z'], { env }))
      .toString('utf8')
      .split('\0')
      .filter(Boolean);
    const byPath = new Map<string, { mode: string; stages: string[] }>();
    for (const line of unmerged) {
      const [meta, path] = line.split('\t');
      const [mode, sha, stage] = meta.split(' ');
      const entry = byPath.get(path) ?? { mode, stages: [] };
      entry.stages[Number(stage)] = sha;
      byPath.set(path, entry);
    }
    for (const [path, { mode, stages }] of byPath) {
      const merged = await mergeFile(git, stages, directory);
      if (!merged) {
        return undefined;
      }
      await git.git(['update-index', '-z', '--index-info'], {
        env,
        input: `0 ${ZERO_SHA}\t${path}\0${mode} ${merged}\t${path}\0`,
      });
    }
    return git.git(['write-tree'], { env });
  });
}

async function mergeFile(
  git: GitRepository,
  stages: string[],
  directory: string,
): Promise<string | undefined> {
  const [, base, ours, theirs] = stages;
  if (!base || !ours || !theirs) {
    return undefined;
  }
  const files = await Promise.all(
    [ours, base, theirs].map(async (sha, index) => {
      const file = join(directory, String(index));
      writeFileSync(file, await git.readBlob(sha));
      return file;
    }),
  );
  const content = await git
    .raw(['merge-file', '-p', ...files])
    .catch(() => undefined);
  return content && git.writeBlob(content);
}
