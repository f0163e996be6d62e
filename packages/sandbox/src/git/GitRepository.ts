import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve as resolvePath } from 'node:path';
import { parseChanges } from './changes';
import { readObject, writeObject } from './looseObjects';
import { mergeTrees } from './merge';
import {
  CommitRecord,
  FileChange,
  GitIdentity,
  TreeEntry,
  ZERO_SHA,
} from './model';
import { GitError, GitOptions, runGit } from './process';

const SHA = /^[0-9a-f]{40}$/;
/** What is below a commit or tree, and a range of commits, never change. */
const FIXED = /^[0-9a-f]{40}($|[:^]|\.\.[0-9a-f]{40}$)/;

const MAXIMUM_HISTORIES = 8;

/** Which commits of a range. */
interface LogOptions {
  limit?: number;
  skip?: number;
  /** Only those that changed it. */
  path?: string;
}

/** A bare git repository on disk, driven by the system's `git`. */
export class GitRepository {
  readonly #results = new Map<string, Promise<unknown>>();
  /** Few: each is as long as the repository is old. */
  readonly #histories = new Map<string, Promise<Set<string>>>();

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
    const ask = () =>
      this.git(['rev-parse', '--verify', '--quiet', expression]);
    return (
      FIXED.test(expression) ? this.#once(`resolve ${expression}`, ask) : ask()
    ).catch(() => undefined);
  }

  /** The commit that a branch, full ref, or (abbreviated) sha names. */
  async commitSha(reference: string): Promise<string | undefined> {
    if (SHA.test(reference)) {
      const type = await this.objectType(reference);
      return type === 'commit' ? reference : undefined;
    }
    return (
      (await this.ref(`refs/heads/${reference}`)) ??
      (await this.resolve(`${reference}^{commit}`))
    );
  }

  /** All branches with their commits, sorted by name. */
  async branches(): Promise<{ name: string; sha: string }[]> {
    const heads = join(this.directory, 'refs/heads');
    if (existsSync(join(this.directory, 'packed-refs'))) {
      const output = await this.git([
        'for-each-ref',
        '--format=%(objectname) %(refname:lstrip=2)',
        'refs/heads',
      ]);
      return output
        .split('\n')
        .filter(Boolean)
        .map(line => ({ sha: line.slice(0, 40), name: line.slice(41) }));
    }
    const files = await readdir(heads, {
      recursive: true,
      withFileTypes: true,
    });
    const branches = await Promise.all(
      files
        .filter(file => file.isFile())
        .map(async file => {
          const path = join(file.parentPath, file.name);
          // It may be on its way out, or be the lock of one.
          const content = await readFile(path, 'utf8').catch(() => '');
          return { name: relative(heads, path), sha: content.trim() };
        }),
    );
    return branches
      .filter(({ name, sha }) => SHA.test(sha) && !name.endsWith('.lock'))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** The commit a full ref points at, or undefined. */
  async ref(name: string): Promise<string | undefined> {
    // nearly every ref is a file of its own, which saves a process
    const file = resolvePath(this.directory, name);
    if (file.startsWith(join(this.directory, 'refs')) && existsSync(file)) {
      const content = await readFile(file, 'utf8').catch(() => '');
      if (SHA.test(content.trim())) {
        return content.trim();
      }
    }
    return existsSync(join(this.directory, 'packed-refs'))
      ? this.resolve(name)
      : undefined;
  }

  /** The ids of a commit and of all that came before it. */
  async commitsIn(commit: string): Promise<Set<string>> {
    const known = this.#histories.get(commit);
    if (known) {
      return known;
    }
    const history = this.git(['rev-list', commit]).then(
      output => new Set(output.split('\n')),
    );
    if (this.#histories.size >= MAXIMUM_HISTORIES) {
      this.#histories.clear();
    }
    this.#histories.set(commit, history);
    history.catch(() => this.#histories.delete(commit));
    return history;
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
    const commits = await this.commitsIn(descendant).catch(() => undefined);
    return commits?.has(ancestor) ?? false;
  }

  /** The best common ancestor, or undefined for unrelated histories. */
  async mergeBase(one: string, other: string): Promise<string | undefined> {
    return this.#once(`base ${one} ${other}`, () =>
      this.git(['merge-base', one, other]).catch(() => undefined),
    );
  }

  /** Stores a blob and gives its id. */
  async writeBlob(content: Buffer): Promise<string> {
    return writeObject(this.directory, { type: 'blob', content });
  }

  /** The bytes of a blob. */
  async readBlob(sha: string): Promise<Buffer> {
    const loose = await readObject(this.directory, sha);
    return loose?.type === 'blob'
      ? loose.content
      : this.raw(['cat-file', 'blob', sha]);
  }

  /** The kind of an object, or undefined when there is none. */
  async objectType(sha: string): Promise<string | undefined> {
    if (!SHA.test(sha)) {
      return undefined;
    }
    return this.#once(`type ${sha}`, async () => {
      const loose = await readObject(this.directory, sha);
      return loose?.type ?? this.git(['cat-file', '-t', sha]);
    }).catch(() => undefined);
  }

  /** The entries of a tree; paths are relative to it. */
  async listTree(tree: string, recursive = false): Promise<TreeEntry[]> {
    const list = () => this.#listTree(tree, recursive);
    // All of a repository is too much to be remembered for each commit. A copy,
    // since callers may sort what they get.
    return FIXED.test(tree) && !recursive
      ? [...(await this.#once(`tree ${tree}`, list))]
      : list();
  }

  async #listTree(tree: string, recursive: boolean): Promise<TreeEntry[]> {
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
      const removes = entries.some(entry => !entry.sha);
      const existing = new Set(
        removes
          ? (await this.raw(['ls-files', '-z'], { env })).toString().split('\0')
          : [],
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
    const { tree, parents, author, committer, message } = commit;
    const lines = [
      `tree ${tree}`,
      ...parents.map(parent => `parent ${parent}`),
      `author ${signature(author)}`,
      `committer ${signature(committer)}`,
      '',
      message,
    ];
    const content = Buffer.from(lines.join('\n'));
    return writeObject(this.directory, { type: 'commit', content });
  }

  /** Commits reachable from `range`, newest first. */
  async log(range: string, options: LogOptions = {}): Promise<CommitRecord[]> {
    const read = () => this.#log(range, options);
    const isShort = range.includes('..') || options.limit === 1;
    return FIXED.test(range) && isShort
      ? [...(await this.#once(`log ${range} ${JSON.stringify(options)}`, read))]
      : read();
  }

  async #log(range: string, options: LogOptions): Promise<CommitRecord[]> {
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

  /** The number of commits that `to` has and `from` has not. */
  async count(from: string, to: string): Promise<number> {
    return this.#once(`count ${from} ${to}`, async () =>
      Number(await this.git(['rev-list', '--count', `${from}..${to}`])),
    );
  }

  /** What changed from one commit to another. */
  async changes(from: string, to: string): Promise<FileChange[]> {
    return this.#once(`changes ${from} ${to}`, async () => {
      const range = ['-M', '--no-color', '--no-ext-diff', from, to];
      const raw = await this.raw([
        'diff',
        '--raw',
        '--abbrev=40',
        '-z',
        ...range,
      ]);
      const patches = await this.raw(['diff', ...range]);
      return parseChanges(raw.toString('utf8'), patches.toString('utf8'));
    });
  }

  /** The tree of a three-way merge, or undefined on a conflict. */
  async mergeTree(ours: string, theirs: string): Promise<string | undefined> {
    return this.#once(`merge ${ours} ${theirs}`, async () => {
      const base = await this.mergeBase(ours, theirs);
      return base && mergeTrees(this, { base, ours, theirs });
    });
  }

  /** Runs work with a temporary index file. */
  async withIndex<T>(
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

  /** Keeps results that depend on commit ids alone, which never change. */
  #once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#results.get(key);
    if (known) {
      return known as Promise<T>;
    }
    const result = work();
    if (this.#results.size >= 2000) {
      this.#results.clear();
    }
    this.#results.set(key, result);
    result.catch(() => this.#results.delete(key));
    return result;
  }
}

/** Creates a bare repository whose default branch is `main`. */
export async function initBare(directory: string): Promise<GitRepository> {
  await runGit([
    'init',
    '--quiet',
    '--bare',
    '--initial-branch=main',
    '--template=',
    directory,
  ]);
  appendFileSync(
    join(directory, 'config'),
    '[http]\n\treceivepack = true\n[gc]\n\tauto = 0\n',
  );
  return new GitRepository(directory);
}

/** Who and when, as a commit has it; what would end a field is left out. */
function signature({ name, email, date }: GitIdentity): string {
  const seconds = Math.floor(Date.parse(date) / 1_000);
  const plain = (text: string) => text.replace(/[<>\n]/g, '').trim();
  return `${plain(name)} <${plain(email)}> ${seconds} +0000`;
}

function utc(date: string): string {
  return new Date(date).toISOString().replace(/\.\d+Z$/, 'Z');
}
