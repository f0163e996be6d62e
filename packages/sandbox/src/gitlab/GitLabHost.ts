import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { JsonCollection } from '../common/JsonCollection';
import { Mutex } from '../common/Mutex';
import { GitRepository, initBare } from '../git/GitRepository';
import { ZERO_SHA } from '../git/model';
import { SEED_REPOSITORIES } from '../git/seed';
import { readOrganisation } from '../identity/people';
import { GitLabError } from './errors';
import {
  accountNamed,
  GitLabEvent,
  GroupRecord,
  MergeRequestRecord,
  ProjectRecord,
  Visibility,
  WEB_ACCOUNT,
} from './model';

/** How long a new project has no repository, in milliseconds. */
const FILLING_MILLISECONDS = 200;

/**
 * Groups of a new git host, one within another as companies have them: one for
 * projects, and one for each team of the demo.
 */
const SEED_GROUPS = [
  'myorg',
  'myorg/platform',
  ...readOrganisation().teams.map(({ name }) => `myorg/${name}`),
];

/** What a project is created with. */
export interface NewProject {
  namespace: string;
  path: string;
  name: string;
  description: string;
  visibility: Visibility;
  withReadme: boolean;
  creator: string;
}

/** A project record together with its git repository. */
export interface OpenProject {
  record: ProjectRecord;
  git: GitRepository;
}

/**
 * The git host's groups, projects and events, without HTTP. Everything is
 * stored before a method returns.
 */
export class GitLabHost {
  /** Serialises everything that moves branches or changes merge requests. */
  readonly mutex = new Mutex();
  readonly #directory: string;
  readonly #groups: JsonCollection<GroupRecord>;
  readonly #projects: JsonCollection<ProjectRecord>;
  readonly #sequence: JsonCollection<number>;
  /** By id of the project and `iid`: `7!1`. */
  readonly mergeRequests: JsonCollection<MergeRequestRecord>;
  readonly #listeners = new Set<(event: GitLabEvent) => void>();
  readonly #forgetters = new Set<(projectId: number) => void>();
  readonly #open = new Map<number, GitRepository>();
  readonly #filling = new Set<Promise<void>>();

  private constructor(directory: string, readonly now: () => Date) {
    this.#directory = directory;
    this.#groups = JsonCollection.open(join(directory, 'groups'));
    this.#projects = JsonCollection.open(join(directory, 'projects'));
    this.#sequence = JsonCollection.open(join(directory, 'sequence'));
    this.mergeRequests = JsonCollection.open(join(directory, 'mergeRequests'));
  }

  /**
   * Opens the host's data and creates what is seeded on first use.
   *
   * @param options - `directory` is absolute and this host's alone
   */
  static async open(options: {
    directory: string;
    now: () => Date;
  }): Promise<GitLabHost> {
    mkdirSync(options.directory, { recursive: true });
    const host = new GitLabHost(options.directory, options.now);
    await host.#seed();
    return host;
  }

  /** The time as the API writes it. */
  timestamp(): string {
    return this.now().toISOString();
  }

  /** A number that no other object of this host has, also after a restart. */
  nextId(): number {
    const id = (this.#sequence.get('id') ?? 1000) + 1;
    this.#sequence.set('id', id);
    return id;
  }

  /** Calls the listener for every event; gives the way to stop it. */
  subscribe(listener: (event: GitLabEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls the listener when a project is gone for good. */
  onForget(listener: (projectId: number) => void): void {
    this.#forgetters.add(listener);
  }

  /** Tells listeners; the change must be stored already. */
  emit(event: GitLabEvent): void {
    for (const listener of this.#listeners) {
      listener(event);
    }
  }

  /** A group by its id or all of its path. */
  findGroup(idOrPath: string): GroupRecord | undefined {
    return this.#groups
      .values()
      .find(
        ({ id, fullPath }) =>
          String(id) === idOrPath ||
          fullPath.toLowerCase() === idOrPath.toLowerCase(),
      );
  }

  /** All projects. */
  projects(): ProjectRecord[] {
    return this.#projects.values();
  }

  /** A project by its id or all of its path. */
  findProject(idOrPath: string): OpenProject | undefined {
    const record = this.projects().find(
      project =>
        String(project.id) === idOrPath ||
        fullPathOf(project).toLowerCase() === idOrPath.toLowerCase(),
    );
    return record && { record, git: this.gitOf(record) };
  }

  /** The project of an id; throws 404. */
  project(id: number): OpenProject {
    const found = this.findProject(String(id));
    if (!found) {
      throw GitLabError.notFound('Project');
    }
    return found;
  }

  /** The bare repository of a project. */
  gitOf({ id }: Pick<ProjectRecord, 'id'>): GitRepository {
    const known =
      this.#open.get(id) ??
      new GitRepository(join(this.#directory, 'git', `${id}.git`));
    this.#open.set(id, known);
    return known;
  }

  /** Stores changed project data. */
  saveProject(record: ProjectRecord): void {
    this.#projects.set(String(record.id), record);
  }

  /**
   * Creates a project, whose repository is there some time after this returns.
   *
   * @throws GitLabError 400 when the path is taken
   */
  createProject(options: NewProject): ProjectRecord {
    const record = this.#register(options);
    this.#fillLater(record);
    return record;
  }

  /** Resolves when every new project has its repository. */
  async idle(): Promise<void> {
    await Promise.all(this.#filling);
  }

  /**
   * Marks a project for deletion and frees its path, as GitLab does since 18.0.
   */
  markForDeletion(record: ProjectRecord): ProjectRecord {
    const marked: ProjectRecord = {
      ...record,
      path: `${record.path}-deletion_scheduled-${record.id}`,
      markedForDeletionOn: this.timestamp().slice(0, 10),
      archived: true,
    };
    this.saveProject(marked);
    return marked;
  }

  /** Removes a project with everything in it. */
  deleteProject({ id }: ProjectRecord): void {
    for (const key of this.mergeRequests.keys()) {
      if (key.startsWith(`${id}!`)) {
        this.mergeRequests.delete(key);
      }
    }
    for (const forget of this.#forgetters) {
      forget(id);
    }
    const { directory } = this.gitOf({ id });
    this.#projects.delete(String(id));
    this.#open.delete(id);
    rmSync(directory, { recursive: true, force: true });
  }

  /** Forgets everything and seeds anew. */
  async reset(): Promise<void> {
    await this.idle();
    this.projects().forEach(record => this.deleteProject(record));
    this.#groups.clear();
    await this.#seed();
  }

  #register(options: NewProject): ProjectRecord {
    if (this.findProject(`${options.namespace}/${options.path}`)) {
      const taken = ['has already been taken'];
      throw GitLabError.bad({
        'project_namespace.name': taken,
        name: taken,
        path: taken,
      });
    }
    const time = this.timestamp();
    const record: ProjectRecord = {
      ...options,
      id: this.nextId(),
      defaultBranch: 'main',
      archived: false,
      ready: false,
      createdAt: time,
      lastActivityAt: time,
      nextIid: 1,
    };
    this.saveProject(record);
    return record;
  }

  #fillLater(record: ProjectRecord): void {
    const filling = delay(FILLING_MILLISECONDS)
      .then(() => this.#fill(record.id))
      .catch(error => {
        process.stderr.write(`GitLab: ${error}\n`);
      });
    this.#filling.add(filling);
    filling.finally(() => this.#filling.delete(filling));
  }

  async #fill(id: number, seeded?: Record<string, string>): Promise<void> {
    const record = this.#projects.get(String(id));
    if (!record || record.ready) {
      return; // deleted meanwhile
    }
    const { directory } = this.gitOf(record);
    rmSync(directory, { recursive: true, force: true });
    const git = await initBare(directory);
    const files =
      seeded ??
      (record.withReadme ? { 'README.md': `# ${record.name}\n` } : {});
    if (Object.keys(files).length > 0) {
      await this.#commitFirst(git, record, files);
    }
    this.saveProject({ ...this.#projects.get(String(id))!, ready: true });
  }

  async #commitFirst(
    git: GitRepository,
    { defaultBranch, creator }: ProjectRecord,
    files: Record<string, string>,
  ): Promise<void> {
    const entries = await Promise.all(
      Object.entries(files).map(async ([path, content]) => ({
        path,
        mode: '100644',
        sha: await git.writeBlob(Buffer.from(content)),
      })),
    );
    const identity = {
      name: accountNamed(creator).name,
      email: `${creator}@example.com`,
      date: this.timestamp(),
    };
    const sha = await git.writeCommit({
      tree: await git.writeTree(undefined, entries),
      parents: [],
      message: 'Initial commit',
      author: identity,
      committer: identity,
    });
    await git.updateRef(`refs/heads/${defaultBranch}`, sha, ZERO_SHA);
  }

  async #seed(): Promise<void> {
    for (const fullPath of SEED_GROUPS) {
      if (!this.findGroup(fullPath)) {
        this.#groups.set(fullPath, { id: this.nextId(), fullPath });
      }
    }
    for (const { owner, name, description, files } of SEED_REPOSITORIES) {
      const found = this.findProject(`${owner}/${name}`)?.record;
      const record =
        found ??
        this.#register({
          namespace: owner,
          path: name,
          name,
          description,
          visibility: 'private',
          withReadme: false,
          creator: WEB_ACCOUNT.username,
        });
      await this.#fill(record.id, files);
    }
    // What a killed process left half done.
    this.projects()
      .filter(({ ready }) => !ready)
      .forEach(record => this.#fillLater(record));
  }
}

/** All of a project's path, for example `myorg/platform/orders`. */
export function fullPathOf({ namespace, path }: ProjectRecord): string {
  return `${namespace}/${path}`;
}
