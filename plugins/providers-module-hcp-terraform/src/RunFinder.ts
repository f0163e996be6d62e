import { NotFoundError } from '@backstage/errors';
import { Repository } from '@self-service/plugin-providers-node';
import { z } from 'zod';
import {
  createdRunSchema,
  Run,
  RunDocument,
  runDocumentSchema,
  runListSchema,
} from './documents';
import { HcpClient, Http } from './HcpClient';
import { ListBudget } from './ListBudget';
import { isFailed } from './runStatuses';

interface CallOptions {
  signal?: AbortSignal;
}

/** Runs that a commit is looked for in. */
export type Operation = 'plan_only' | 'plan_and_apply';

/** What a run does; those that destroy are of no pull request. */
type RunOperation = Operation | 'destroy';

/** What is known of the runs of a commit. */
interface Known {
  ids: Set<string>;
  listedAt: number;
}

/** What a read includes, so that one request says everything. */
const INCLUDE =
  'plan,apply,cost_estimate,workspace,configuration_version.ingress_attributes';

/** A commit is listed no more often than this; milliseconds. */
const LIST_INTERVAL = 2_000;
/** Most commits that are remembered. */
const MAXIMUM_KNOWN = 5_000;

/**
 * Finds the runs of a commit with few requests.
 *
 * @remarks
 * Lists of runs are scarce, reading a run is not: which runs a commit has is
 * listed until there are some, then they are read by their ids. A commit whose
 * runs have failed is listed again, since somebody may have started others.
 * Plan-only runs are hidden from lists that do not ask for them.
 */
export class RunFinder {
  readonly #organization: string;
  readonly #client: HcpClient;
  readonly #now: () => number;
  readonly #budget: ListBudget;
  readonly #known = new Map<string, Known>();

  constructor(
    organization: string,
    client: HcpClient,
    budget: ListBudget,
    http: Http,
  ) {
    this.#organization = organization;
    this.#client = client;
    this.#budget = budget;
    this.#now = () => http.now();
  }

  /**
   * The newest run of each workspace for a commit, as far as they are known:
   * none may mean that there are some a moment later.
   */
  async find(
    repository: Repository,
    commit: string,
    operation: Operation,
    options: CallOptions = {},
  ): Promise<RunDocument[]> {
    const known = this.#get(commit, operation);
    const documents = await this.#look(commit, operation, known, options);
    return newest(documents.filter(isOf(repository, commit)));
  }

  /**
   * All runs that were to apply a commit, also those that others followed;
   * `undefined` where no list could be asked for yet.
   */
  async findApplies(
    repository: Repository,
    commit: string,
    options: CallOptions = {},
  ): Promise<RunDocument[] | undefined> {
    const known = this.#get(commit, 'plan_and_apply');
    const documents = await this.#look(
      commit,
      'plan_and_apply',
      known,
      options,
      known.listedAt === 0,
    );
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
    const { data } = await this.#client.call({
      action: `list the destroy runs of ${workspace}`,
      method: 'GET',
      path: ['workspaces', workspace, 'runs'],
      query: { 'filter[operation]': 'destroy', 'page[size]': '100' },
      answer: runListSchema,
      ...options,
    });
    return data;
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
    return document;
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
    options: CallOptions,
    mustList = false,
  ): Promise<RunDocument[]> {
    const documents = await this.#readAll(known, options);
    const isOpen =
      mustList ||
      documents.length === 0 ||
      documents.some(({ run }) => isFailed(run.attributes.status));
    const mayList = this.#now() - known.listedAt >= LIST_INTERVAL;
    if (!isOpen || !mayList || !this.#budget.take()) {
      return documents;
    }
    known.listedAt = this.#now();
    await this.#list(commit, operation, known, options);
    return this.#readAll(known, options, documents);
  }

  #get(commit: string, operation: RunOperation): Known {
    const key = `${operation} ${commit}`;
    const known = this.#known.get(key) ?? { ids: new Set(), listedAt: 0 };
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > MAXIMUM_KNOWN) {
      this.#known.delete([...this.#known.keys()][0]);
    }
    return known;
  }

  async #readAll(
    known: Known,
    options: CallOptions,
    already: readonly RunDocument[] = [],
  ): Promise<RunDocument[]> {
    const documents = new Map(already.map(one => [one.run.id, one]));
    for (const id of known.ids) {
      if (!documents.has(id)) {
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

  async #list(
    commit: string,
    operation: Operation,
    known: Known,
    options: CallOptions,
  ): Promise<void> {
    let page: number | undefined = 1;
    while (page !== undefined) {
      const list = await this.#readPage(commit, operation, page, options);
      for (const { id } of list.data) {
        known.ids.add(id);
      }
      const next: number | undefined =
        list.meta?.pagination?.['next-page'] ?? undefined;
      page = next !== undefined && this.#budget.take() ? next : undefined;
    }
  }

  async #readPage(
    commit: string,
    operation: Operation,
    page: number,
    options: CallOptions,
  ): Promise<z.infer<typeof runListSchema>> {
    return this.#client.call({
      action: `list the runs of commit ${commit.slice(0, 7)}`,
      method: 'GET',
      path: ['organizations', this.#organization, 'runs'],
      query: {
        'filter[operation]': operation,
        'search[commit]': commit,
        'page[number]': String(page),
        'page[size]': '100',
      },
      answer: runListSchema,
      ...options,
    });
  }
}

function operationOf({ run }: RunDocument): RunOperation {
  const { 'plan-only': isPlanOnly, 'is-destroy': isDestroy } = run.attributes;
  if (isPlanOnly) {
    return 'plan_only';
  }
  return isDestroy ? 'destroy' : 'plan_and_apply';
}

function isOf({ owner, name }: Repository, commit: string) {
  const identifier = `${owner}/${name}`;
  return ({ ingress }: RunDocument): boolean =>
    ingress?.['commit-sha'] === commit &&
    (ingress.identifier ?? identifier) === identifier;
}

function newest(documents: readonly RunDocument[]): RunDocument[] {
  const byWorkspace = new Map<string, RunDocument>();
  for (const document of documents) {
    const { id } = document.run.relationships.workspace.data;
    const other = byWorkspace.get(id);
    const isNewer =
      !other ||
      document.run.attributes['created-at'] >
        other.run.attributes['created-at'];
    if (isNewer) {
      byWorkspace.set(id, document);
    }
  }
  return [...byWorkspace.values()];
}
