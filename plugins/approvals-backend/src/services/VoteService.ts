import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import {
  approvalsRequestVotePermission,
  CastVote,
  decideAfterVote,
  votableStages,
} from '@self-service/plugin-approvals-common';
import { ApprovalsStore, RequestRecord } from '../database';
import { RequestAccess, toResource } from '../permissions';
import { ApproverRefresher } from './ApproverRefresher';
import { normaliseUserRef } from './ApproverResolver';
import { AuditTrail } from './AuditTrail';
import { assertInPerson, Caller } from './Caller';
import { Clock } from './Clock';
import { Notifier } from './Notifier';
import { OutboxDispatcher } from './OutboxDispatcher';

/** What stands in the way of a vote on a request that is not pending. */
export function describeOutcome(request: RequestRecord): string {
  const by = request.outcomeBy ? ` by ${request.outcomeBy}` : '';
  const at = request.decidedAt ? ` at ${request.decidedAt}` : '';
  return `The request has been ${request.status} already${by}${at}`;
}

function votedAlready(request: RequestRecord, voter: string): string {
  const vote = request.stages
    .flatMap(({ votes }) => votes)
    .find(({ voter: other }) => other === voter);
  return `You have voted already (${
    vote?.verdict ?? 'recorded'
  }); a person's vote counts in one stage of a request`;
}

/** Counts people's votes. */
export class VoteService {
  readonly #store: ApprovalsStore;
  readonly #refresher: ApproverRefresher;
  readonly #access: RequestAccess;
  readonly #clock: Clock;
  readonly #audit: AuditTrail;
  readonly #notifier: Notifier;
  readonly #dispatcher: OutboxDispatcher;

  constructor(options: {
    store: ApprovalsStore;
    refresher: ApproverRefresher;
    access: RequestAccess;
    clock: Clock;
    audit: AuditTrail;
    notifier: Notifier;
    dispatcher: OutboxDispatcher;
  }) {
    this.#store = options.store;
    this.#refresher = options.refresher;
    this.#access = options.access;
    this.#clock = options.clock;
    this.#audit = options.audit;
    this.#notifier = options.notifier;
    this.#dispatcher = options.dispatcher;
  }

  /**
   * Casts one person's vote.
   *
   * @throws NotAllowedError for whoever may not vote, looked up in the catalog
   * at this moment
   * @throws ConflictError when the request was decided, or the vote used up,
   * before this one
   */
  async castVote(
    caller: Caller,
    requestId: string,
    vote: CastVote,
    options: { link?: string } = {},
  ): Promise<void> {
    const { verdict } = vote;
    await this.#audit.record(
      {
        eventId: 'vote-cast',
        actor: caller.ref,
        meta: {
          requestId,
          verdict,
          ...(caller.actor && { via: caller.actor }),
          ...(options.link && { via: 'link' }),
        },
      },
      async () => {
        assertInPerson(caller, 'vote');
        const request = await this.#refresher.refresh(
          await this.#find(requestId),
        );
        await this.#assertMayVote(caller, request);
        await this.#vote(caller.ref, request, vote, options.link);
      },
    );
    await this.#afterVote();
  }

  /**
   * Casts the vote of a person who answered in chat, where nobody signs in.
   *
   * @remarks
   * The messenger vouches for who they are, and the catalog says at this
   * moment whether they may decide. The permission policy can't be asked, as
   * there are no credentials of the person. A second press of the same button
   * is no error.
   *
   * @param options.voter - user ref of the one person in the catalog with the
   * address that the messenger has verified
   * @param options.via - what the audit log says of where it came from
   * @throws NotAllowedError, ConflictError - as for other votes
   */
  async castVoteInChat(options: {
    voter: string;
    requestId: string;
    vote: CastVote;
    via: { provider: string; answerId: string };
  }): Promise<void> {
    const { requestId, vote, via } = options;
    const voter = normaliseUserRef(options.voter);
    await this.#audit.record(
      {
        eventId: 'vote-cast',
        actor: voter,
        meta: { requestId, verdict: vote.verdict, via: 'chat', ...via },
      },
      async () => {
        if (!voter.startsWith('user:')) {
          throw new NotAllowedError('Only a person can vote');
        }
        const request = await this.#refresher.refresh(
          await this.#find(requestId),
        );
        try {
          await this.#vote(voter, request, vote);
        } catch (error) {
          if (!(await this.#hasVoted(voter, requestId, vote))) {
            throw error;
          }
        }
      },
    );
    await this.#afterVote();
  }

  /** Whether just this vote counts already. */
  async #hasVoted(
    voter: string,
    requestId: string,
    { stageId, verdict }: CastVote,
  ): Promise<boolean> {
    const { stages } = await this.#find(requestId);
    return stages
      .flatMap(({ votes }) => votes)
      .some(
        vote =>
          vote.voter === voter &&
          vote.stageId === stageId &&
          vote.verdict === verdict,
      );
  }

  async #vote(
    voter: string,
    request: RequestRecord,
    vote: CastVote,
    link?: string,
  ): Promise<void> {
    const stageId = this.#chooseStage(voter, request, vote.stageId);
    await this.#count(voter, { requestId: request.id, stageId, link }, vote);
  }

  async #afterVote(): Promise<void> {
    this.#dispatcher.deliverSoon();
    await this.#notifier.requestsChanged();
  }

  /**
   * Takes the caller's own vote back while its stage is open; they may vote
   * again.
   *
   * @throws NotFoundError when they have not voted
   * @throws ConflictError when request or stage was decided before
   */
  async withdrawVote(caller: Caller, requestId: string): Promise<void> {
    await this.#audit.record(
      {
        eventId: 'vote-withdraw',
        actor: caller.ref,
        meta: { requestId, ...(caller.actor && { via: caller.actor }) },
      },
      async () => {
        assertInPerson(caller, 'withdraw a vote');
        await this.#assertMayVote(caller, await this.#find(requestId));
        await this.#withdraw(requestId, caller.ref);
      },
    );
    await this.#afterVote();
  }

  async #withdraw(requestId: string, voter: string): Promise<void> {
    const at = (await this.#clock.now()).toISOString();
    const result = await this.#store.withdrawVote({ requestId, voter, at });
    switch (result.outcome) {
      case 'withdrawn':
        return;
      case 'not-voted':
        throw new NotFoundError('You have no vote in this request');
      case 'request-decided':
        throw new ConflictError(describeOutcome(await this.#find(requestId)));
      default:
        throw new ConflictError(
          `Your vote counts: the stage '${result.stage}' has been ${result.status} already`,
        );
    }
  }

  async #find(requestId: string): Promise<RequestRecord> {
    const request = await this.#store.findRequest(requestId);
    if (!request) {
      throw new NotFoundError(`There is no approval request '${requestId}'`);
    }
    return request;
  }

  async #assertMayVote(caller: Caller, request: RequestRecord): Promise<void> {
    await this.#access.assertAllowed(
      caller,
      approvalsRequestVotePermission,
      toResource(request.decision, request),
    );
  }

  #chooseStage(
    voter: string,
    request: RequestRecord,
    wanted: string | undefined,
  ): string {
    if (request.status !== 'pending') {
      throw new ConflictError(describeOutcome(request));
    }
    const voters = request.stages.flatMap(({ votes }) =>
      votes.map(other => other.voter),
    );
    if (voters.includes(voter)) {
      throw new ConflictError(votedAlready(request, voter));
    }
    const { stages, because } = votableStages(request, voter);
    if (because || stages.length === 0) {
      throw new NotAllowedError(because ?? 'You may not vote here.');
    }
    if (wanted === undefined && stages.length > 1) {
      throw new InputError(
        `You may vote in several stages, in one of them only: say which with stageId (${stages.join(
          ', ',
        )})`,
      );
    }
    const stageId = wanted ?? stages[0];
    if (!stages.includes(stageId)) {
      throw new NotAllowedError(`You may not vote in stage '${stageId}' now.`);
    }
    return stageId;
  }

  async #count(
    voter: string,
    where: { requestId: string; stageId: string; link?: string },
    { verdict, comment }: CastVote,
  ): Promise<void> {
    const { requestId, stageId } = where;
    const at = (await this.#clock.now()).toISOString();
    const { outcome } = await this.#store.castVote(
      {
        ...where,
        voter,
        verdict,
        comment: comment || undefined,
        at,
      },
      (stages, votes) =>
        decideAfterVote({
          stages,
          stageId,
          verdict,
          approvals: votes.filter(other => other.verdict === 'approve').length,
        }),
    );
    if (outcome === 'counted') {
      return;
    }
    // Somebody was faster between the look and the vote: say what happened.
    const request = await this.#find(requestId);
    switch (outcome) {
      case 'request-decided':
        throw new ConflictError(describeOutcome(request));
      case 'voted-already':
        throw new ConflictError(votedAlready(request, voter));
      case 'link-used':
        throw new ConflictError('This link has been used already');
      default: {
        const stage = request.stages.find(({ id }) => id === stageId);
        throw new ConflictError(
          `The stage '${stage?.name}' has been ${stage?.status} already`,
        );
      }
    }
  }
}
