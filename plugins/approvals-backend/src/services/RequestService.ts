import { PermissionsService } from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import {
  approvalsRequestCancelPermission,
  approvalsRequestReadPermission,
  approvalsRequestVotePermission,
  canWithdraw,
  CloseRun,
  listQuerySchema,
  RequestDetail,
  RequestList,
  RunApprovals,
  Viewer,
  votableStages,
} from '@self-service/plugin-approvals-common';
import { z } from 'zod';
import { ApprovalsStore, RequestFilter, RequestRecord } from '../database';
import { ApproverRefresher } from './ApproverRefresher';
import { AuditTrail } from './AuditTrail';
import { assertAllowed, assertInPerson, Caller, isAllowed } from './Caller';
import { Clock } from './Clock';
import { Notifier } from './Notifier';
import { OutboxDispatcher } from './OutboxDispatcher';
import { toRequest, toStoredDecision } from './presentation';
import { describeOutcome } from './VoteService';

type ParsedListQuery = z.output<typeof listQuerySchema>;

const cursorSchema = z.tuple([z.string(), z.string()]);

function writeCursor({ createdAt, id }: RequestRecord): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

function readCursor(cursor: string): RequestFilter['after'] {
  try {
    const json = Buffer.from(cursor, 'base64url').toString('utf8');
    const [createdAt, id] = cursorSchema.parse(JSON.parse(json));
    return { createdAt, id };
  } catch {
    throw new InputError('The cursor is not one that this list gave');
  }
}

/** Shows requests to people, and ends them. */
export class RequestService {
  readonly #store: ApprovalsStore;
  readonly #refresher: ApproverRefresher;
  readonly #permissions: PermissionsService;
  readonly #clock: Clock;
  readonly #audit: AuditTrail;
  readonly #notifier: Notifier;
  readonly #dispatcher: OutboxDispatcher;

  constructor(options: {
    store: ApprovalsStore;
    refresher: ApproverRefresher;
    permissions: PermissionsService;
    clock: Clock;
    audit: AuditTrail;
    notifier: Notifier;
    dispatcher: OutboxDispatcher;
  }) {
    this.#store = options.store;
    this.#refresher = options.refresher;
    this.#permissions = options.permissions;
    this.#clock = options.clock;
    this.#audit = options.audit;
    this.#notifier = options.notifier;
    this.#dispatcher = options.dispatcher;
  }

  /** Lists requests, newest first; `all` needs the permission to read. */
  async list(caller: Caller, query: ParsedListQuery): Promise<RequestList> {
    const { view, status, limit, cursor } = query;
    if (view === 'all') {
      await this.#assertReads(caller);
    }
    const { items, total } = await this.#store.listRequests({
      waitingFor: view === 'inbox' ? caller.ref : undefined,
      requester: view === 'mine' ? caller.ref : undefined,
      status,
      // One more than asked for tells whether there is a next page.
      limit: limit + 1,
      after: cursor ? readCursor(cursor) : undefined,
    });
    const page = items.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toRequest),
      total,
      nextCursor: items.length > limit && last ? writeCursor(last) : undefined,
    };
  }

  /** How many requests wait for this person. */
  async countInbox(caller: Caller): Promise<number> {
    return this.#store.countRequests({ waitingFor: caller.ref });
  }

  /** One request with its history, and what this person may do with it. */
  async getDetail(caller: Caller, requestId: string): Promise<RequestDetail> {
    await this.#assertReads(caller);
    const stored = await this.#find(requestId);
    const request = await this.#refresher.refreshForDisplay(stored);
    return {
      request: toRequest(request),
      history: await this.#store.listHistory(requestId),
      viewer: await this.#viewer(caller, request),
    };
  }

  /** Decisions and requests of a run. */
  async getRun(caller: Caller, taskId: string): Promise<RunApprovals> {
    await this.#assertReads(caller);
    const decisions = await this.#store.listDecisions(taskId);
    const requests = await this.#store.listRequestsOfRun(taskId);
    return {
      decisions: decisions.map(toStoredDecision),
      requests: requests.map(toRequest),
    };
  }

  /** Of these requests, those that are decided or unknown. */
  async decidedAmong(requestIds: string[]): Promise<string[]> {
    const pending = new Set(await this.#store.pendingAmong(requestIds));
    return requestIds.filter(id => !pending.has(id));
  }

  /**
   * Cancels a pending request, which only its requester may.
   *
   * @throws ConflictError when it was decided before
   */
  async cancel(
    caller: Caller,
    requestId: string,
    comment: string | undefined,
  ): Promise<void> {
    await this.#audit.record(
      { eventId: 'request-cancel', actor: caller.ref, meta: { requestId } },
      async () => {
        assertInPerson(caller, 'cancel a request');
        await assertAllowed(
          this.#permissions,
          caller,
          approvalsRequestCancelPermission,
        );
        const request = await this.#find(requestId);
        if (request.requester !== caller.ref) {
          throw new NotAllowedError('Only the requester can cancel a request');
        }
        const at = (await this.#clock.now()).toISOString();
        const cancel = {
          requestId,
          by: caller.ref,
          comment: comment || undefined,
          at,
        };
        if (!(await this.#store.cancelRequest(cancel))) {
          throw new ConflictError(describeOutcome(await this.#find(requestId)));
        }
      },
    );
    await this.#afterChange();
  }

  /** Ends a run's pending requests. Idempotent. */
  async closeRun(
    taskId: string,
    { comment, by }: CloseRun,
    caller: string,
  ): Promise<void> {
    await this.#audit.record(
      { eventId: 'run-close', actor: caller, meta: { taskId } },
      async () => {
        const at = (await this.#clock.now()).toISOString();
        await this.#store.closeRun({ taskId, by, comment, at });
      },
    );
    await this.#afterChange();
  }

  async #find(requestId: string): Promise<RequestRecord> {
    const request = await this.#store.findRequest(requestId);
    if (!request) {
      throw new NotFoundError(`There is no approval request '${requestId}'`);
    }
    return request;
  }

  async #viewer(caller: Caller, request: RequestRecord): Promise<Viewer> {
    const { stages, because } = votableStages(request, caller.ref);
    const hasVote = canWithdraw(request, caller.ref);
    const mayVote =
      (stages.length === 0 && !hasVote) ||
      (await isAllowed(
        this.#permissions,
        caller,
        approvalsRequestVotePermission,
      ));
    return {
      votableStages: mayVote ? stages : [],
      cannotVoteBecause: mayVote
        ? because
        : `You don't have the permission ${approvalsRequestVotePermission.name}.`,
      canWithdraw: mayVote && hasVote,
      canCancel:
        request.status === 'pending' &&
        request.requester === caller.ref &&
        (await isAllowed(
          this.#permissions,
          caller,
          approvalsRequestCancelPermission,
        )),
    };
  }

  async #assertReads(caller: Caller): Promise<void> {
    await assertAllowed(
      this.#permissions,
      caller,
      approvalsRequestReadPermission,
    );
  }

  async #afterChange(): Promise<void> {
    this.#dispatcher.deliverSoon();
    await this.#notifier.requestsChanged();
  }
}
