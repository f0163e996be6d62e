import { NotFoundError } from '@backstage/errors';
import { Repository } from '@self-service/plugin-providers-node';
import {
  createdRunSchema,
  Run,
  RunDocument,
  runDocumentSchema,
  runListSchema,
} from './documents';
import {
  isOf,
  newest,
  Operation,
  operationOf,
  RunOperation,
} from './chooseRuns';
import { HcpClient, Http } from './HcpClient';
import { ListBudget } from './ListBudget';
import { INCLUDE, RunLists } from './RunLists';
import { isFailed } from './runStatuses';
import { isGood, isGoodOrWaiting, Reuse, SeenRuns } from './SeenRuns';
import { WorkspaceIds } from './WorkspaceIds';

interface CallOptions {
  signal?: AbortSignal;
}

interface LookOptions extends CallOptions {
  reuse?: Reuse;
  /** The commit itself is listed: the newest runs of all will not do. */
  mustList?: boolean;
}

/** What is known of the runs of a commit; times in milliseconds. */
interface Known {
  ids: Set<string>;
  /** When it was first asked for. */
  since: number;
  listedAt: number;
}

/** A commit is listed no more often than this; milliseconds. */
const LIST_INTERVAL = 2_000;
/**
 * Where lists are scarce, a commit waits so long for its runs to be among the
 * newest of all before it is listed by itself; milliseconds.
 */
const PATIENCE = 60_000;
/** Most commits that are remembered. */
const MAXIMUM_KNOWN = 5_000;

/**
 * Finds the runs of a commit with few requests.
 *
 * @remarks
 * Lists of runs are scarce, reading a run is not: which runs a commit has is
 * listed until there are some, then they are read by their ids. A commit whose
 * runs have failed is listed again, since somebody may have started others.
 * Where many commits are looked for at once, one list serves them all.
 */
export class RunFinder {
  readonly #client: HcpClient;
  readonly #now: () => number;
  readonly #budget: ListBudget;
  readonly #lists: RunLists;
  readonly #ids: WorkspaceIds;
  readonly #known = new Map<string, Known>();
  readonly #seen: SeenRuns;

  constructor(
    organization: string,
    client: HcpClient,
    budget: ListBudget,
    http: Http,
    ids: WorkspaceIds,
  ) {
    this.#ids = ids;
    this.#client = client;
    this.#budget = budget;
    this.#now = () => http.now();
    this.#lists = new RunLists(organization, client, budget, this.#now);
    this.#seen = new SeenRuns(this.#now);
  }

  /**
   * The newest run of each workspace for a commit, as far as they are known:
   * none may mean that there are some a moment later.
   *
   * @param options.toStart - what has just been seen to wait is taken to wait
   * still: for those who confirm it
   */
  async find(
    repository: Repository,
    commit: string,
    operation: Operation,
    options: CallOptions & { toStart?: boolean } = {},
  ): Promise<RunDocument[]> {
    const { toStart, ...rest } = options;
    const known = this.#get(commit, operation);
    const documents = await this.#look(commit, operation, known, {
      ...rest,
      ...(toStart && { reuse: isGoodOrWaiting }),
    });
    return newest(documents.filter(isOf(repository, commit)));
  }

  /**
   * All runs that were to apply a commit, also those that others followed, as
   * they are now; `undefined` where no list could be asked for yet.
   */
  async findApplies(
    repository: Repository,
    commit: string,
    options: CallOptions = {},
  ): Promise<RunDocument[] | undefined> {
    const known = this.#get(commit, 'plan_and_apply');
    const documents = await this.#look(commit, 'plan_and_apply', known, {
      ...options,
      reuse: () => false,
      mustList: true,
    });
    return known.listedAt === 0
      ? undefined
      : documents.filter(isOf(repository, commit));
  }

  /**
   * The runs of a workspace that destroy, newest first, as they are listed;
   * `undefined` where no list may be asked for now.
   */
  async listDestructions(
    workspace: string,
    options: CallOptions = {},
  ): Promise<Run[] | undefined> {
    if (!this.#budget.take()) {
      return undefined;
    }
    const { documents } = await this.#client.call({
      action: `list the destroy runs of ${workspace}`,
      method: 'GET',
      path: ['workspaces', workspace, 'runs'],
      query: { 'filter[operation]': 'destroy', 'page[size]': '100' },
      answer: runListSchema,
      ...options,
    });
    return documents.map(({ run }) => run);
  }

  /** The commit that a run is of, which never changes; `undefined` for uploads. */
  async findCommit(
    id: string,
    options: CallOptions = {},
  ): Promise<string | undefined> {
    const { ingress } = this.#seen.find(id) ?? (await this.read(id, options));
    return ingress?.['commit-sha'] ?? undefined;
  }

  /** Reads one run, and remembers which commit it is of. */
  async read(id: string, options: CallOptions = {}): Promise<RunDocument> {
    const document = await this.#client.call({
      action: `read run ${id}`,
      method: 'GET',
      path: ['runs', id],
      query: { include: INCLUDE },
      answer: runDocumentSchema,
      ...options,
    });
    const commit = document.ingress?.['commit-sha'];
    if (commit) {
      this.#get(commit, operationOf(document)).ids.add(id);
    }
    return this.#keep(document);
  }

  /**
   * Runs the same configuration once more: one that is for plans only stays
   * so.
   */
  async repeat(
    document: RunDocument,
    options: CallOptions = {},
  ): Promise<void> {
    const { run, ingress } = document;
    const { workspace, 'configuration-version': version } = run.relationships;
    const { data } = await this.#client.call({
      action: `start a run in place of ${run.id}`,
      method: 'POST',
      path: ['runs'],
      body: {
        data: {
          type: 'runs',
          attributes: { message: `Again: ${run.attributes.message ?? run.id}` },
          relationships: {
            workspace: { data: { type: 'workspaces', id: workspace.data.id } },
            ...(version?.data && {
              'configuration-version': {
                data: { type: 'configuration-versions', id: version.data.id },
              },
            }),
          },
        },
      },
      answer: createdRunSchema,
      ...options,
    });
    const commit = ingress?.['commit-sha'];
    if (commit) {
      this.#get(commit, operationOf(document)).ids.add(data.id);
    }
  }

  /** Reads the known runs of a commit, and lists them where that may tell more. */
  async #look(
    commit: string,
    operation: Operation,
    known: Known,
    { mustList, ...options }: LookOptions,
  ): Promise<RunDocument[]> {
    const documents = await this.#readAll(known, options);
    const isOpen =
      (mustList && known.listedAt === 0) ||
      documents.length === 0 ||
      documents.some(({ run }) => isFailed(run.attributes.status));
    if (!isOpen) {
      return documents;
    }
    const isPatient =
      !mustList &&
      this.#lists.areScarce &&
      this.#now() - Math.max(known.since, known.listedAt) < PATIENCE;
    const listed = isPatient
      ? await this.#listNewest(known)
      : await this.#list(commit, operation, known, options);
    return this.#readAll(known, options, [...documents, ...listed]);
  }

  #get(commit: string, operation: RunOperation): Known {
    const key = `${operation} ${commit}`;
    const known = this.#known.get(key) ?? {
      ids: new Set(),
      since: this.#now(),
      listedAt: 0,
    };
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > MAXIMUM_KNOWN) {
      this.#known.delete([...this.#known.keys()][0]);
    }
    return known;
  }

  async #readAll(
    known: Known,
    { reuse = isGood, ...options }: CallOptions & { reuse?: Reuse },
    already: readonly RunDocument[] = [],
  ): Promise<RunDocument[]> {
    const documents = new Map(already.map(one => [one.run.id, one]));
    for (const id of known.ids) {
      const seen = documents.get(id) ?? this.#seen.find(id, reuse);
      if (seen) {
        documents.set(id, seen);
      } else {
        try {
          documents.set(id, await this.read(id, options));
        } catch (error) {
          // Gone with its workspace.
          if (!(error instanceof NotFoundError)) {
            throw error;
          }
          known.ids.delete(id);
          known.listedAt = 0;
        }
      }
    }
    return [...documents.values()];
  }

  /** @returns those that came with all that a read of them would tell */
  async #list(
    commit: string,
    operation: Operation,
    known: Known,
    options: CallOptions,
  ): Promise<RunDocument[]> {
    if (this.#now() - known.listedAt < LIST_INTERVAL) {
      return [];
    }
    const listed = await this.#lists.ofCommit(commit, operation, options);
    if (!listed) {
      return [];
    }
    known.listedAt = this.#now();
    listed.forEach(({ run }) => known.ids.add(run.id));
    return listed.filter(isComplete).map(document => this.#keep(document));
  }

  /** Learns of all commits what the newest runs tell; @returns this one's */
  async #listNewest(known: Known): Promise<RunDocument[]> {
    const listed = (await this.#lists.newest()).filter(isComplete);
    for (const document of listed) {
      const commit = document.ingress?.['commit-sha'];
      if (commit) {
        this.#get(commit, operationOf(document)).ids.add(document.run.id);
      }
      this.#keep(document);
    }
    return listed.filter(({ run }) => known.ids.has(run.id));
  }

  #keep(document: RunDocument): RunDocument {
    if (document.workspace) {
      this.#ids.learn(document.workspace);
    }
    return this.#seen.keep(document);
  }
}

/** Whether a listed run came with all that a read of it would tell. */
function isComplete({ ingress, workspace }: RunDocument): boolean {
  return ingress !== undefined && workspace !== undefined;
}
