import { z } from 'zod';
import { Operation } from './chooseRuns';
import { RunDocument, runListSchema } from './documents';
import { HcpClient } from './HcpClient';
import { ListBudget } from './ListBudget';

interface CallOptions {
  signal?: AbortSignal;
}

/** What a read includes, so that one request says everything. */
export const INCLUDE =
  'plan,apply,cost_estimate,workspace,configuration_version.ingress_attributes';

/** The newest runs of all commits are listed no more often; milliseconds. */
const NEWEST_INTERVAL = 5_000;
/** Most pages of the newest runs that are read at a time. */
const NEWEST_PAGES = 3;

/**
 * Lists an organization's runs within the budget: those of one commit, or,
 * once lists are scarce, the newest of all commits for all who look for some.
 *
 * @remarks
 * Plan-only runs are hidden from lists that do not ask for them. Source: HCP
 * Terraform API, "List runs in an organization".
 */
export class RunLists {
  readonly #organization: string;
  readonly #client: HcpClient;
  readonly #budget: ListBudget;
  readonly #now: () => number;
  #newest?: Promise<RunDocument[]>;
  #newestAt = 0;
  /** When the newest run of the last list was made, by the vendor's clock. */
  #newestMadeAt = '';

  /** @param now - milliseconds since the epoch */
  constructor(
    organization: string,
    client: HcpClient,
    budget: ListBudget,
    now: () => number,
  ) {
    this.#organization = organization;
    this.#client = client;
    this.#budget = budget;
    this.#now = now;
  }

  /** Whether a commit that can wait should do with the newest runs of all. */
  get areScarce(): boolean {
    return this.#budget.isHalfSpent;
  }

  /**
   * The runs of one commit, and of others that begin with it; `undefined` where
   * no list may be asked for now.
   */
  async ofCommit(
    commit: string,
    operation: Operation,
    { signal }: CallOptions = {},
  ): Promise<RunDocument[] | undefined> {
    if (!this.#budget.take()) {
      return undefined;
    }
    return this.#readPages(
      `list the runs of commit ${commit.slice(0, 7)}`,
      { 'filter[operation]': operation, 'search[commit]': commit },
      () => true,
      signal,
    );
  }

  /**
   * The newest runs of all commits; none where they have just been listed, or
   * no list may be asked for now. All who ask meanwhile get the same list,
   * which none of them can abort.
   */
  async newest(): Promise<RunDocument[]> {
    const isDue = this.#now() - this.#newestAt >= NEWEST_INTERVAL;
    if (!this.#newest && isDue && this.#budget.take()) {
      this.#newestAt = this.#now();
      this.#newest = this.#readNewest().finally(() => {
        this.#newest = undefined;
      });
    }
    return this.#newest ?? [];
  }

  /** Reads pages until one reaches what the last list had. */
  async #readNewest(): Promise<RunDocument[]> {
    const before = this.#newestMadeAt;
    const documents = await this.#readPages(
      'list the newest runs',
      { 'filter[operation]': 'plan_only,plan_and_apply' },
      (page, number) =>
        number < NEWEST_PAGES &&
        page.every(({ run }) => run.attributes['created-at'] > before),
    );
    const made = documents.map(({ run }) => run.attributes['created-at']);
    this.#newestMadeAt = [before, ...made].sort()[made.length];
    return documents;
  }

  async #readPages(
    action: string,
    filter: Record<string, string>,
    goesOn: (page: RunDocument[], number: number) => boolean,
    signal?: AbortSignal,
  ): Promise<RunDocument[]> {
    const documents: RunDocument[] = [];
    let number: number | undefined = 1;
    while (number !== undefined) {
      const page = await this.#readPage(action, filter, number, signal);
      documents.push(...page.documents);
      const next: number | undefined = page.nextPage ?? undefined;
      const isWanted: boolean =
        next !== undefined && goesOn(page.documents, number);
      number = isWanted && this.#budget.take() ? next : undefined;
    }
    return documents;
  }

  async #readPage(
    action: string,
    filter: Record<string, string>,
    number: number,
    signal?: AbortSignal,
  ): Promise<z.infer<typeof runListSchema>> {
    return this.#client.call({
      action,
      method: 'GET',
      path: ['organizations', this.#organization, 'runs'],
      query: {
        ...filter,
        'page[number]': String(number),
        'page[size]': '100',
        include: INCLUDE,
      },
      answer: runListSchema,
      signal,
    });
  }
}
