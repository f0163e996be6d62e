import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CustomErrorBase } from '@backstage/errors';

/** A git command that ended with an error; the message is git's own. */
export class GitError extends CustomErrorBase {
  name = 'GitError' as const;
}

/** The object id that stands for "nothing" in git's plumbing. */
export const ZERO_SHA = '0'.repeat(40);

/** Who made a commit, and when (ISO 8601). */
export interface GitIdentity {
  name: string;
  email: string;
  date: string;
}

/** One entry of a tree. */
export interface TreeEntry {
  mode: string;
  type: 'blob' | 'tree' | 'commit';
  sha: string;
  path: string;
  /** Bytes; absent for trees. */
  size?: number;
}

/** One commit. */
export interface CommitRecord {
  sha: string;
  tree: string;
  parents: string[];
  author: GitIdentity;
  committer: GitIdentity;
  message: string;
}

/** One changed file between two commits. */
export interface FileChange {
  /** Blob id after the change; of the removed blob where it was removed. */
  sha: string;
  path: string;
  previousPath?: string;
  status: 'added' | 'removed' | 'modified' | 'renamed';
  additions: number;
  deletions: number;
  /** Unified diff from the first `@@`; absent for binary files. */
  patch?: string;
}

interface GitOptions {
  input?: string | Buffer;
  env?: Record<string, string>;
}

/** A bare git repository on disk, driven by the system's `git`. */
export class GitRepository {
  constructor(
    /** Absolute path of the bare repository. */
    readonly directory: string,
  ) {}

  /** Runs a git command and gives its standard output as it is. */
  async raw(args: string[], options: GitOptions = {}): Promise<Buffer> {
    return runGit(['--git-dir', this.directory, ...args], options);
  }

  /** Runs a git command and gives its trimmed output. */
  async git(args: string[], options: GitOptions = {}): Promise<string> {
    return (await this.raw(args, options)).toString('utf8').trim();
  }

  /** The object id that an expression names, or undefined. */
  async resolve(expression: string): Promise<string | undefined> {
    if (expression.startsWith('-')) {
      return undefined;
    }
    return this.git(['rev-parse', '--verify', '--quiet', expression]).catch(
      () => undefined,
    );
  }

  /** The commit that a branch, full ref, or (abbreviated) sha names. */
  async commitSha(reference: string): Promise<string | undefined> {
    return (
      (await this.resolve(`refs/heads/${reference}^{commit}`)) ??
      (await this.resolve(`${reference}^{commit}`))
    );
  }

  /** All branches with their commits, sorted by name. */
  async branches(): Promise<{ name: string; sha: string }[]> {
    const output = await this.git([
      'for-each-ref',
      '--format=%(objectname) %(refname)',
      'refs/heads',
    ]);
    return output
      .split('\n')
      .filter(Boolean)
      .map(line => ({
        sha: line.slice(0, 40),
        name: line.slice(41 + 'refs/heads/'.length),
      }));
  }

  /** The commit a full ref points at, or undefined. */
  async ref(name: string): Promise<string | undefined> {
    return this.resolve(name);
  }

  /**
   * Moves a ref if it still points at `old`.
   *
   * @param old - `ZERO_SHA` to create
   * @throws GitError when somebody else moved it
   */
  async updateRef(name: string, sha: string, old?: string): Promise<void> {
    await this.git(['update-ref', name, sha, ...(old ? [old] : [])]);
  }

  /** Removes a ref. */
  async deleteRef(name: string): Promise<void> {
    await this.git(['update-ref', '-d', name]);
  }

  /** True when `ancestor` is contained in `descendant`. */
  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return this.git(['merge-base', '--is-ancestor', ancestor, descendant]).then(
      () => true,
      () => false,
    );
  }

  /** The best common ancestor, or undefined for unrelated histories. */
  async mergeBase(one: string, other: string): Promise<string | undefined> {
    return this.git(['merge-base', one, other]).catch(() => undefined);
  }

  /** Stores a blob and gives its id. */
  async writeBlob(content: Buffer): Promise<string> {
    return this.git(['hash-object', '-w', '--stdin'], { input: content });
  }

  /** The bytes of a blob. */
  async readBlob(sha: string): Promise<Buffer> {
    return this.raw(['cat-file', 'blob', sha]);
  }

  /** The kind of an object, or undefined when there is none. */
  async objectType(sha: string): Promise<string | undefined> {
    return this.git(['cat-file', '-t', sha]).catch(() => undefined);
  }

  /** The entries of a tree; paths are relative to it. */
  async listTree(tree: string, recursive = false): Promise<TreeEntry[]> {
    const output = await this.raw([
      'ls-tree',
      '-z',
      '--long',
      ...(recursive ? ['-r', '-t'] : []),
      tree,
    ]);
    return output
      .toString('utf8')
      .split('\0')
      .filter(Boolean)
      .map(line => {
        const tab = line.indexOf('\t');
        const [mode, type, sha, size] = line.slice(0, tab).split(/ +/);
        return {
          mode,
          type: type as TreeEntry['type'],
          sha,
          path: line.slice(tab + 1),
          ...(size === '-' ? {} : { size: Number(size) }),
        };
      });
  }

  /**
   * Writes a tree: `base` with the given entries put in or (without a sha)
   * taken out.
   *
   * @throws GitError when a path to take out does not exist, or an entry is bad
   */
  async writeTree(
    base: string | undefined,
    entries: { path: string; mode: string; sha?: string }[],
  ): Promise<string> {
    return this.withIndex(async env => {
      if (base) {
        await this.git(['read-tree', base], { env });
      }
      const existing = new Set(
        (await this.raw(['ls-files', '-z'], { env })).toString().split('\0'),
      );
      const lines: string[] = [];
      for (const entry of entries) {
        if (entry.mode === '040000' && entry.sha) {
          await this.git(['read-tree', `--prefix=${entry.path}/`, entry.sha], {
            env,
          });
        } else if (entry.sha) {
          lines.push(`${entry.mode} ${entry.sha}\t${entry.path}`);
        } else if (existing.has(entry.path)) {
          lines.push(`0 ${ZERO_SHA}\t${entry.path}`);
        } else {
          throw new GitError('GitRPC::BadObjectState');
        }
      }
      await this.git(['update-index', '--replace', '-z', '--index-info'], {
        env,
        input: lines.map(line => `${line}\0`).join(''),
      });
      return this.git(['write-tree'], { env });
    });
  }

  /** Stores a commit and gives its id. */
  async writeCommit(commit: {
    tree: string;
    parents: string[];
    message: string;
    author: GitIdentity;
    committer: GitIdentity;
  }): Promise<string> {
    return this.git(
      [
        'commit-tree',
        commit.tree,
        ...commit.parents.flatMap(parent => ['-p', parent]),
      ],
      {
        input: commit.message,
        env: {
          GIT_AUTHOR_NAME: commit.author.name,
          GIT_AUTHOR_EMAIL: commit.author.email,
          GIT_AUTHOR_DATE: commit.author.date,
          GIT_COMMITTER_NAME: commit.committer.name,
          GIT_COMMITTER_EMAIL: commit.committer.email,
          GIT_COMMITTER_DATE: commit.committer.date,
        },
      },
    );
  }

  /** Commits reachable from `range`, newest first. */
  async log(
    range: string,
    options: { limit?: number; skip?: number; path?: string } = {},
  ): Promise<CommitRecord[]> {
    const format =
      '%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cn%x1f%ce%x1f%cI%x1f%B';
    const output = await this.raw([
      'log',
      '-z',
      `--format=${format}`,
      ...(options.limit ? [`--max-count=${options.limit}`] : []),
      ...(options.skip ? [`--skip=${options.skip}`] : []),
      range,
      '--',
      ...(options.path ? [options.path] : []),
    ]);
    return output
      .toString('utf8')
      .split('\0')
      .filter(Boolean)
      .map(line => {
        const [sha, tree, parents, an, ae, ad, cn, ce, cd, message] =
          line.split('\x1f');
        return {
          sha,
          tree,
          parents: parents.split(' ').filter(Boolean),
          author: { name: an, email: ae, date: utc(ad) },
          committer: { name: cn, email: ce, date: utc(cd) },
          message: message.trimEnd(),
        };
      });
  }

  /** The number of commits in a range. */
  async count(range: string): Promise<number> {
    return Number(await this.git(['rev-list', '--count', range]));
  }

  /** What changed from one commit to another. */
  async changes(from: string, to: string): Promise<FileChange[]> {
    const range = ['-M', '--no-color', '--no-ext-diff', from, to];
    const raw = (
      await this.raw(['diff', '--raw', '--abbrev=40', '-z', ...range])
    )
      .toString('utf8')
      .split('\0')
      .filter(Boolean);
    const patches = (await this.raw(['diff', ...range]))
      .toString('utf8')
      .split(/^(?=diff --git )/m)
      .filter(Boolean);
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

  /**
   * The tree of a three-way merge, or undefined on a conflict.
   *
   * @remarks
   * Uses a temporary index instead of `git merge-tree --write-tree`, which only
   * exists since git 2.38.
   */
  async mergeTree(ours: string, theirs: string): Promise<string | undefined> {
    const base = await this.mergeBase(ours, theirs);
    if (!base) {
      return undefined;
    }
    return this.withIndex(async (env, directory) => {
      await this.git(
        ['read-tree', '-i', '-m', '--aggressive', base, ours, theirs],
        { env },
      );
      const unmerged = (await this.raw(['ls-files', '-u', '-z'], { env }))
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
        const merged = await this.#mergeFile(stages, directory);
        if (!merged) {
          return undefined;
        }
        await this.git(['update-index', '-z', '--index-info'], {
          env,
          input: `0 ${ZERO_SHA}\t${path}\0${mode} ${merged}\t${path}\0`,
        });
      }
      return this.git(['write-tree'], { env });
    });
  }

  /** Runs work with a temporary index file. */
  private async withIndex<T>(
    work: (env: Record<string, string>, directory: string) => Promise<T>,
  ): Promise<T> {
    const directory = mkdtempSync(join(tmpdir(), 'sandbox-index-'));
    try {
      return await work(
        { GIT_INDEX_FILE: join(directory, 'index') },
        directory,
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  async #mergeFile(
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
        writeFileSync(file, await this.readBlob(sha));
        return file;
      }),
    );
    const content = await this.raw(['merge-file', '-p', ...files]).catch(
      () => undefined,
    );
    return content && this.writeBlob(content);
  }
}

/** Creates a bare repository whose default branch is `main`. */
export async function initBare(directory: string): Promise<GitRepository> {
  await runGit(['init', '--quiet', '--bare', directory]);
  const repository = new GitRepository(directory);
  await repository.git(['symbolic-ref', 'HEAD', 'refs/heads/main']);
  await repository.git(['config', 'http.receivepack', 'true']);
  return repository;
}

function runGit(args: string[], options: GitOptions = {}): Promise<Buffer> {
  return new Promise((done, reject) => {
    const child = spawn('git', args, {
      env: {
        ...process.env,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_TERMINAL_PROMPT: '0',
        TZ: 'UTC',
        LC_ALL: 'C',
        ...options.env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    let problem = '';
    child.stdout.on('data', chunk => output.push(chunk));
    child.stderr.on('data', chunk => (problem += chunk));
    child.once('error', reject);
    child.once('close', code =>
      code === 0
        ? done(Buffer.concat(output))
        : reject(new GitError(problem.trim() || `git ended with code ${code}`)),
    );
    child.stdin.on('error', () => undefined); // git may end before reading all
    child.stdin.end(options.input);
  });
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

function utc(date: string): string {
  return new Date(date).toISOString().replace(/\.\d+Z$/, 'Z');
}
