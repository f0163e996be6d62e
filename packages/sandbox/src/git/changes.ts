import { FileChange } from './model';

/**
 * Reads `git diff --raw --abbrev=40 -z` together with the patches of
 * `git diff` over the same range, which come in the same order.
 */
export function parseChanges(
  rawOutput: string,
  patchOutput: string,
): FileChange[] {
  const raw = rawOutput.split('\0').filter(Boolean);
  const patches = patchOutput.split(/^(?=diff --git )/m).filter(Boolean);
  const result: FileChange[] = [];
  for (let index = 0; index < raw.length; ) {
    const [, , oldSha, newSha, letter] = raw[index].split(' ');
    const renamed = letter.startsWith('R');
    const patch = patches[result.length] ?? '';
    const hunk = patch.search(/^@@ /m);
    const body = hunk < 0 ? undefined : patch.slice(hunk).trimEnd();
    result.push({
      sha: letter === 'D' ? oldSha : newSha,
      path: renamed ? raw[index + 2] : raw[index + 1],
      ...(renamed ? { previousPath: raw[index + 1] } : {}),
      status: statusOf(letter),
      additions: countLines(body, '+'),
      deletions: countLines(body, '-'),
      ...(body === undefined ? {} : { patch: body }),
    });
    index += renamed ? 3 : 2;
  }
  return result;
}

function statusOf(letter: string): FileChange['status'] {
  switch (letter[0]) {
    case 'A':
      return 'added';
    case 'D':
      return 'removed';
    case 'R':
      return 'renamed';
    default:
      return 'modified';
  }
}

function countLines(patch: string | undefined, sign: string): number {
  return (patch ?? '').split('\n').filter(line => line.startsWith(sign)).length;
}
