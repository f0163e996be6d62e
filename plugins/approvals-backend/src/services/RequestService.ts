import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import { ResourcePermission } from '@backstage/plugin-permission-common';
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
import { RequestAccess, toResource } from '../permissions';
import { ApproverRefresher } from './ApproverRefresher';
import { AuditTrail } from './AuditTrail';
import { assertInPerson, Caller } from './Caller';
import { Clock } from './Clock';
import { Notifier } from './Notifier';
import { DeliveryReports } from './messages/DeliveryReports';
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
  readonly #access: RequestAccess;
  readonly #isPlatformTeam: (userRef: string) => Promise<boolean>;
  readonly #clock: Clock;
  readonly #audit: AuditTrail;
  readonly #notifier: Notifier;
  readonly #dispatcher: OutboxDispatcher;
  readonly #deliveryReports: Pick<DeliveryReports, 'list'>;

  constructor(options: {
    store: ApprovalsStore;
    refresher: ApproverRefresher;
    access: RequestAccess;
    isPlatformTeam: (userRef: string) => Promise<boolean>;
    clock: Clock;
    audit: AuditTrail;
    notifier: Notifier;
    dispatcher: OutboxDispatcher;
    deliveryReports: Pick<DeliveryReports, 'list'>;
  }) {
    this.#store = options.store;
    this.#refresher = options.refresher;
    this.#access = options.access;
    this.#isPlatformTeam = options.isPlatformTeam;
    this.#clock = options.clock;
    this.#audit = options.audit;
    this.#notifier = options.notifier;
    this.#dispatcher = options.dispatcher;
    this.#deliveryReports = options.deliveryReports;
  }

  /** Lists the requests that a person may read, newest first. */
  async list(caller: Caller, query: ParsedListQuery): Promise<RequestList> {
    const { view, limit, cursor, requester, ...filter } = query;
    const { items, total } = await this.#store.listRequests({
      ...filter,
      waitingFor: view === 'inbox' ? caller.ref : undefined,
      requester: view === 'mine' ? caller.ref : requester,
      allowed: await this.#access.criteria(
        caller,
        approvalsRequestReadPermission,
      ),
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
    return this.#store.countRequests({
      waitingFor: caller.ref,
      allowed: await this.#access.criteria(
        caller,
        approvalsRequestReadPermission,
      ),
    });
  }

  /** One request with its history, and what this person may do with it. */
  async getDetail(caller: Caller, requestId: string): Promise<RequestDetail> {
    const stored = await this.#find(requestId);
    const request = await this.#refresher.refreshForDisplay(stored);
    await this.#assertMay(caller, approvalsRequestReadPermission, request);
    return {
      request: toRequest(request),
      history: await this.#store.listHistory(requestId),
      viewer: await this.#viewer(caller, request),
      deliveries: await this.#deliveryReports.list(caller, request),
    };
  }

  /** Decisions and requests of a run. */
  async getRun(caller: Caller, taskId: string): Promise<RunApprovals> {
    const mayRead = await this.#access.filter(
      caller,
      approvalsRequestReadPermission,
    );
    const decisions = await this.#store.listDecisions(taskId);
    const requests = await this.#store.listRequestsOfRun(taskId);
    const requestOf = (id: string) =>
      requests.find(({ decision }) => decision.id === id);
    return {
      decisions: decisions
        .filter(one => mayRead(toResource(one, requestOf(one.id))))
        .map(toStoredDecision),
      requests: requests
        .filter(one => mayRead(toResource(one.decision, one)))
        .map(toRequest),
    };
  }

  /** Of these requests, those that are decided or unknown. */
  async decidedAmong(requestIds: string[]): Promise<string[]> {
    const pending = new Set(await this.#store.pendingAmong(requestIds));
    return requestIds.filter(id => !pending.has(id));
  }

  /**
   * Cancels a pending request, which its requester and the platform team may.
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
        const request = await this.#find(requestId);
        await this.#assertMay(
          caller,
          approvalsRequestCancelPermission,
          request,
        );
        if (!(await this.#isInCharge(caller, request))) {
          throw new NotAllowedError(
            'Only the requester and the platform team can cancel a request',
          );
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
      (await this.#access.isAllowed(
        caller,
        approvalsRequestVotePermission,
        toResource(request.decision, request),
      ));
    return {
      votableStages: mayVote ? stages : [],
      cannotVoteBecause: mayVote
        ? because
        : `You don't have the permission ${approvalsRequestVotePermission.name}.`,
      canWithdraw: mayVote && hasVote,
      canCancel:
        request.status === 'pending' &&
        (await this.#isInCharge(caller, request)) &&
        (await this.#access.isAllowed(
          caller,
          approvalsRequestCancelPermission,
          toResource(request.decision, request),
        )),
      canRetryDeliveries: await this.#isPlatformTeam(caller.ref),
    };
  }

  async #assertMay(
    caller: Caller,
    permission: ResourcePermission<'approval-request'>,
    request: RequestRecord,
  ): Promise<void> {
    const resource = toResource(request.decision, request);
    await this.#access.assertAllowed(caller, permission, resource);
  }

  /** Whether a request is this person's own, or theirs to look after. */
  async #isInCharge(caller: Caller, request: RequestRecord): Promise<boolean> {
    return request.requester === caller.ref || this.#isPlatformTeam(caller.ref);
  }

  async #afterChange(): Promise<void> {
    this.#dispatcher.deliverSoon();
    await this.#notifier.requestsChanged();
  }
}
