import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { JsonCollection } from '../common/JsonCollection';
import { Mutex } from '../common/Mutex';
import { GitRepository, initBare } from '../git/GitRepository';
import { ZERO_SHA } from '../git/model';
import { GitHubError } from './errors';
import {
  GitHostEvent,
  PullRecord,
  RepositoryRecord,
  StatusRecord,
  StatusState,
} from './model';
import { SEED_REPOSITORIES } from '../git/seed';

/** How long a generated repository stays empty, in milliseconds. */
const FILLING_MILLISECONDS = 200;

/** What a repository is created with. */
export interface NewRepository {
  owner: string;
  name: string;
  description: string;
  private: boolean;
  isTemplate?: boolean;
}

/** A repository record together with its git repository. */
export interface OpenRepository {
  record: RepositoryRecord;
  git: GitRepository;
}

/**
 * The git host's state and rules, without HTTP.
 *
 * @remarks
 * Everything is stored before a method returns, so that a killed process loses
 * nothing that was answered. Pull requests live in `PullRequests`.
 */
export class GitHost {
  /** Serialises everything that moves refs or changes pull requests. */
  readonly mutex = new Mutex();
  readonly #directory: string;
  readonly #repositories: JsonCollection<RepositoryRecord>;
  readonly #statuses: JsonCollection<StatusRecord[]>;
  /** Pull requests by `owner/repo#number`. */
  readonly pulls: JsonCollection<PullRecord>;
  readonly #listeners = new Set<(event: GitHostEvent) => void>();
  readonly #open = new Map<string, GitRepository>();
  readonly #filling = new Set<Promise<void>>();
  #lastId = 0;

  private constructor(directory: string, private readonly now: () => Date) {
    this.#directory = directory;
    this.#repositories = JsonCollection.open(join(directory, 'repositories'));
    this.#statuses = JsonCollection.open(join(directory, 'statuses'));
    this.pulls = JsonCollection.open(join(directory, 'pulls'));
  }

  /**
   * Opens the host's data and creates what is seeded on first use.
   *
   * @param options - `directory` is absolute and this host's alone
   */
  static async open(options: {
    directory: string;
    now: () => Date;
  }): Promise<GitHost> {
    mkdirSync(options.directory, { recursive: true });
    const host = new GitHost(options.directory, options.now);
    await host.#seed();
    return host;
  }

  /** The time as the API writes it. */
  timestamp(): string {
    return this.now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
  }

  /** A number that no other object of this host has, also after a restart. */
  nextId(): number {
    this.#lastId = Math.max(this.#lastId + 1, Date.now() * 1000);
    return this.#lastId;
  }

  /** Calls the listener for every event; gives the way to stop it. */
  subscribe(listener: (event: GitHostEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells listeners; the change must be stored already. */
  emit(event: GitHostEvent): void {
    for (const listener of this.#listeners) {
      listener(event);
    }
  }

  /** All repositories. */
  repositories(): RepositoryRecord[] {
    return this.#repositories.values();
  }

  /**
   * One repository.
   *
   * @throws GitHubError 404
   */
  repository(owner: string, name: string): OpenRepository {
    const record = this.#repositories.get(`${owner}/${name}`);
    if (!record) {
      throw GitHubError.notFound();
    }
    return { record, git: this.gitOf(record) };
  }

  /** The bare repository of a record. */
  gitOf(record: { owner: string; name: string }): GitRepository {
    const directory = join(
      this.#directory,
      'git',
      record.owner,
      `${record.name}.git`,
    );
    const known = this.#open.get(directory) ?? new GitRepository(directory);
    this.#open.set(directory, known);
    return known;
  }

  /** Stores changed repository data. */
  saveRepository(record: RepositoryRecord): void {
    this.#repositories.set(`${record.owner}/${record.name}`, record);
  }

  /**
   * Creates a repository with a first commit.
   *
   * @param files - content by path
   * @throws GitHubError 422 when the name is taken
   */
  async createRepository(
    options: NewRepository & { files: Record<string, string> },
  ): Promise<RepositoryRecord> {
    const git = await this.#initialise(options);
    const entries = await Promise.all(
      Object.entries(options.files).map(async ([path, content]) => ({
        path,
        mode: '100644',
        sha: await git.writeBlob(Buffer.from(content)),
      })),
    );
    await this.#commitFirst(git, await git.writeTree(undefined, entries));
    return this.#register(options);
  }

  /**
   * Creates a repository with the files of another, as they are. They are
   * there some time after this returns, as GitHub has it.
   *
   * @throws GitHubError 422 when the name is taken
   */
  async generateRepository(
    options: NewRepository,
    template: RepositoryRecord,
  ): Promise<RepositoryRecord> {
    await this.#initialise(options);
    const { owner, name } = template;
    const record = this.#register(options, { owner, name });
    this.#fillLater(record);
    return record;
  }

  /** Resolves when every generated repository has its files. */
  async idle(): Promise<void> {
    await Promise.all(this.#filling);
  }

  /** An empty bare repository of a name that is free. */
  async #initialise({ owner, name }: NewRepository): Promise<GitRepository> {
    if (this.#repositories.get(`${owner}/${name}`)) {
      throw new GitHubError(422, 'Repository creation failed.', [
        {
          resource: 'Repository',
          field: 'name',
          code: 'custom',
          message: 'name already exists on this account',
        },
      ]);
    }
    const { directory } = this.gitOf({ owner, name });
    rmSync(directory, { recursive: true, force: true });
    return initBare(directory);
  }

  async #commitFirst(git: GitRepository, tree: string): Promise<void> {
    const identity = {
      name: 'Maintainer',
      email: 'maintainer@example.com',
      date: this.timestamp(),
    };
    const sha = await git.writeCommit({
      tree,
      parents: [],
      message: 'Initial commit',
      author: identity,
      committer: identity,
    });
    await git.updateRef('refs/heads/main', sha, ZERO_SHA);
  }

  #register(
    { owner, name, description, ...rest }: NewRepository,
    filledFrom?: RepositoryRecord['filledFrom'],
  ): RepositoryRecord {
    const time = this.timestamp();
    const record: RepositoryRecord = {
      id: this.nextId(),
      owner,
      name,
      description,
      defaultBranch: 'main',
      archived: false,
      private: rest.private,
      isTemplate: rest.isTemplate,
      filledFrom,
      createdAt: time,
      updatedAt: time,
      pushedAt: time,
      nextNumber: 1,
    };
    this.saveRepository(record);
    return record;
  }

  #fillLater(record: RepositoryRecord): void {
    const filling = delay(FILLING_MILLISECONDS)
      .then(() => this.#fill(record))
      .catch(error => {
        process.stderr.write(`Git host: ${error}\n`);
      });
    this.#filling.add(filling);
    filling.finally(() => this.#filling.delete(filling));
  }

  async #fill({ owner, name, filledFrom }: RepositoryRecord): Promise<void> {
    const record = this.#repositories.get(`${owner}/${name}`);
    const template =
      filledFrom &&
      this.#repositories.get(`${filledFrom.owner}/${filledFrom.name}`);
    if (!record?.filledFrom || !template) {
      return; // deleted meanwhile
    }
    const git = this.gitOf(record);
    await git.git([
      'fetch',
      '--quiet',
      this.gitOf(template).directory,
      `refs/heads/${template.defaultBranch}`,
    ]);
    if (!(await git.ref('refs/heads/main'))) {
      await this.#commitFirst(git, (await git.resolve('FETCH_HEAD^{tree}'))!);
    }
    const { filledFrom: _, ...filled } = this.#repositories.get(
      `${owner}/${name}`,
    )!;
    this.saveRepository(filled);
  }

  /** Removes a repository with everything in it. */
  deleteRepository(record: RepositoryRecord): void {
    const prefix = `${record.owner}/${record.name}`;
    for (const key of this.pulls.keys()) {
      if (key.startsWith(`${prefix}#`)) {
        this.pulls.delete(key);
      }
    }
    for (const key of this.#statuses.keys()) {
      if (key.startsWith(`${prefix}@`)) {
        this.#statuses.delete(key);
      }
    }
    this.#repositories.delete(prefix);
    const { directory } = this.gitOf(record);
    this.#open.delete(directory);
    rmSync(directory, { recursive: true, force: true });
  }

  /** All reports on a commit, newest first. */
  statuses(record: RepositoryRecord, sha: string): StatusRecord[] {
    const stored = this.#statuses.get(`${record.owner}/${record.name}@${sha}`);
    return [...(stored ?? [])].reverse();
  }

  /** The newest report of each context, and their combined state. */
  combinedStatus(
    record: RepositoryRecord,
    sha: string,
  ): { state: 'failure' | 'pending' | 'success'; statuses: StatusRecord[] } {
    const latest = new Map<string, StatusRecord>();
    for (const status of this.statuses(record, sha)) {
      if (!latest.has(status.context)) {
        latest.set(status.context, status);
      }
    }
    const statuses = [...latest.values()].sort((one, other) =>
      one.context.localeCompare(other.context),
    );
    const states = new Set<StatusState>(statuses.map(({ state }) => state));
    if (states.has('failure') || states.has('error')) {
      return { state: 'failure', statuses };
    }
    const allGood = statuses.length > 0 && !states.has('pending');
    return { state: allGood ? 'success' : 'pending', statuses };
  }

  /** Adds a report on a commit. */
  addStatus(
    record: RepositoryRecord,
    sha: string,
    status: Omit<StatusRecord, 'id' | 'createdAt'>,
  ): StatusRecord {
    const key = `${record.owner}/${record.name}@${sha}`;
    const added = {
      ...status,
      id: this.nextId(),
      createdAt: this.timestamp(),
    };
    this.#statuses.set(key, [...(this.#statuses.get(key) ?? []), added]);
    this.emit({
      type: 'status',
      repository: record,
      sha,
      status: added,
      sender: status.creator,
    });
    return added;
  }

  /** Forgets everything and seeds anew. */
  async reset(): Promise<void> {
    await this.idle();
    for (const record of this.repositories()) {
      this.deleteRepository(record);
    }
    await this.#seed();
  }

  async #seed(): Promise<void> {
    for (const seed of SEED_REPOSITORIES) {
      if (!this.#repositories.get(`${seed.owner}/${seed.name}`)) {
        await this.createRepository(seed);
      }
    }
    // What a killed process left half done.
    this.repositories()
      .filter(({ filledFrom }) => filledFrom)
      .forEach(record => this.#fillLater(record));
  }
}
