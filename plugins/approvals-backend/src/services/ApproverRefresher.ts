import { setTimeout as delay } from 'node:timers/promises';
import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  approversOf,
  ApprovalsStore,
  RequestCursor,
  RequestRecord,
  StageApprovers,
} from '../database';
import { ApproverResolver } from './ApproverResolver';
import { Clock } from './Clock';

/** How many stages are looked at between two rests. */
const PAGE = 200;
/** How much longer than a page takes the rest after it is. */
const REST_FACTOR = 9;
const LONGEST_REST_MILLISECONDS = 1_000;

function isAsStored(
  found: StageApprovers,
  stored: { eligible: string[]; unresolved?: string },
): boolean {
  return (
    found.unresolved === stored.unresolved &&
    found.users.join() === stored.eligible.join()
  );
}

/**
 * Keeps the stored approvers of undecided stages as the catalog has them, so
 * that the inbox can be answered in SQL.
 */
export class ApproverRefresher {
  readonly #store: ApprovalsStore;
  readonly #newResolver: () => ApproverResolver;
  readonly #clock: Clock;
  readonly #logger: LoggerService;
  readonly #rest: (milliseconds: number) => Promise<void>;

  /** @param options.rest - waits; for tests */
  constructor(options: {
    store: ApprovalsStore;
    newResolver: () => ApproverResolver;
    clock: Clock;
    logger: LoggerService;
    rest?: (milliseconds: number) => Promise<void>;
  }) {
    this.#store = options.store;
    this.#newResolver = options.newResolver;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#rest =
      options.rest ??
      (milliseconds => delay(milliseconds, undefined, { ref: false }));
  }

  async #now(): Promise<string> {
    return (await this.#clock.now()).toISOString();
  }

  /**
   * Looks the approvers of a request up now, and stores what changed.
   *
   * @returns the request with its approvers of this moment
   * @throws when the catalog can't be read
   */
  async refresh(request: RequestRecord): Promise<RequestRecord> {
    if (request.status !== 'pending') {
      return request;
    }
    const resolver = this.#newResolver();
    const stages = [];
    for (const stage of request.stages) {
      if (stage.status !== 'open' && stage.status !== 'waiting') {
        stages.push(stage);
        continue;
      }
      const found = await resolver.resolve(
        approversOf(stage),
        request.requester,
      );
      if (!isAsStored(found, stage)) {
        await this.#store.replaceApprovers(stage.id, found, await this.#now());
      }
      const { users: eligible, unresolved } = found;
      stages.push({ ...stage, eligible, unresolved });
    }
    return { ...request, stages };
  }

  /**
   * As {@link ApproverRefresher.refresh}, for showing only: with a catalog
   * that can't be read it gives what is stored.
   */
  async refreshForDisplay(request: RequestRecord): Promise<RequestRecord> {
    try {
      return await this.refresh(request);
    } catch (error) {
      this.#logger.warn(
        `Approvers of request ${request.id} were not refreshed`,
        toError(error),
      );
      return request;
    }
  }

  /**
   * Refreshes every undecided stage; the catalog is read once per entity.
   *
   * @remarks
   * Where very many wait, it takes its time: it works for a tenth of it, so
   * that runs and people hardly notice.
   *
   * @returns whether anything changed
   */
  async refreshAll(): Promise<boolean> {
    const resolver = this.#newResolver();
    const answers = new Map<string, Promise<StageApprovers>>();
    let changed = false;
    let after: RequestCursor | undefined;
    do {
      const started = performance.now();
      const page = await this.#store.listUndecidedStages({
        limit: PAGE,
        after,
      });
      for (const { stageId, approvers, requester, ...stored } of page.stages) {
        const question = JSON.stringify([approvers, requester]);
        const answer =
          answers.get(question) ?? resolver.resolve(approvers, requester);
        answers.set(question, answer);
        const found = await answer;
        if (isAsStored(found, stored)) {
          continue;
        }
        const replaced = await this.#store.replaceApprovers(
          stageId,
          found,
          await this.#now(),
        );
        changed ||= replaced;
      }
      after = page.next;
      if (after) {
        const rest = (performance.now() - started) * REST_FACTOR;
        await this.#rest(Math.min(rest, LONGEST_REST_MILLISECONDS));
      }
    } while (after);
    return changed;
  }
}
