import { createHash, randomBytes } from 'node:crypto';
import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import {
  approvalsRequestReadPermission,
  LinkLook,
  UseLink,
  votableStages,
} from '@self-service/plugin-approvals-common';
import {
  ApprovalsStore,
  DecisionLink,
  LinkStore,
  RequestRecord,
} from '../../database';
import { RequestAccess, toResource } from '../../permissions';
import { ApproverRefresher } from '../ApproverRefresher';
import { AuditTrail } from '../AuditTrail';
import { assertInPerson, Caller } from '../Caller';
import { Clock } from '../Clock';
import { toRequest } from '../presentation';
import { describeOutcome, VoteService } from '../VoteService';
import { displayTime } from './composeParts';

const TOKEN_BYTES = 32;
const USED = 'This link has been used already';

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * Makes links in mails that decide: each for one person, request and stage,
 * and good for one vote.
 *
 * @remarks
 * The token is in the address's fragment, which no browser sends to a server;
 * only its hash is stored. It says which request a mail was about, and gives
 * nobody a right: whoever uses it is signed in and authorised anew.
 */
export class DecisionLinkIssuer {
  readonly #links: LinkStore;
  readonly #clock: Clock;
  readonly #baseUrl: string;

  /** @param options.baseUrl - `app.baseUrl`, without a slash at its end */
  constructor(options: { links: LinkStore; clock: Clock; baseUrl: string }) {
    this.#links = options.links;
    this.#clock = options.clock;
    this.#baseUrl = options.baseUrl;
  }

  /**
   * Makes a link.
   *
   * @returns its address, which is a secret between us and the mail
   */
  async issue(
    link: Pick<DecisionLink, 'person' | 'requestId' | 'stageId'>,
  ): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    await this.#links.add({
      ...link,
      tokenHash: hash(token),
      createdAt: (await this.#clock.now()).toISOString(),
    });
    return `${this.#baseUrl}/approvals/decide#${token}`;
  }
}

/** Shows what a link is for, and decides by it. */
export class DecisionLinks {
  readonly #links: LinkStore;
  readonly #store: ApprovalsStore;
  readonly #refresher: ApproverRefresher;
  readonly #access: RequestAccess;
  readonly #votes: VoteService;
  readonly #audit: AuditTrail;
  readonly #clock: Clock;

  constructor(options: {
    links: LinkStore;
    store: ApprovalsStore;
    refresher: ApproverRefresher;
    access: RequestAccess;
    votes: VoteService;
    audit: AuditTrail;
    clock: Clock;
  }) {
    this.#links = options.links;
    this.#store = options.store;
    this.#refresher = options.refresher;
    this.#access = options.access;
    this.#votes = options.votes;
    this.#audit = options.audit;
    this.#clock = options.clock;
  }

  /**
   * What a link is for, and whether it still decides; changes nothing.
   *
   * @throws NotFoundError - there is no such link
   * @throws NotAllowedError - it is another person's
   */
  async look(caller: Caller, token: string): Promise<LinkLook> {
    return this.#audit.record(
      { eventId: 'decision-link-look', actor: caller.ref },
      async () => {
        const { link, request } = await this.#find(caller, token);
        const fresh = await this.#refresher.refreshForDisplay(request);
        const resource = toResource(fresh.decision, fresh);
        await this.#access.assertAllowed(
          caller,
          approvalsRequestReadPermission,
          resource,
        );
        const reason = await this.#reasonAgainst(link, fresh);
        return {
          request: toRequest(fresh),
          stageId: link.stageId,
          usable: reason === undefined,
          reason,
        };
      },
    );
  }

  /**
   * Casts the vote of the signed-in addressee, and uses the link up with it.
   *
   * @returns the request's id
   * @throws NotFoundError, NotAllowedError - as for looking, and for whoever
   * may not vote at this moment
   * @throws ConflictError - it was used, or the request decided, before
   */
  async use(caller: Caller, use: UseLink): Promise<string> {
    return this.#audit.record(
      { eventId: 'decision-link-use', actor: caller.ref },
      async () => {
        assertInPerson(caller, 'decide by a link');
        const { token, verdict, comment } = use;
        const { link, request } = await this.#find(caller, token);
        const { requestId, stageId } = link;
        const reason =
          link.usedAt || request.status !== 'pending'
            ? await this.#reasonAgainst(link, request)
            : await this.#lateness(link, request);
        if (reason) {
          throw new ConflictError(reason);
        }
        await this.#votes.castVote(
          caller,
          requestId,
          { verdict, comment, stageId },
          { link: link.tokenHash },
        );
        return requestId;
      },
    );
  }

  async #find(
    caller: Caller,
    token: string,
  ): Promise<{ link: DecisionLink; request: RequestRecord }> {
    const link = await this.#links.find(hash(token));
    const request = link && (await this.#store.findRequest(link.requestId));
    if (!request) {
      throw new NotFoundError('There is no such link');
    }
    if (link.person !== caller.ref) {
      throw new NotAllowedError(
        'This link was sent to somebody else. If you may decide, do it on the Approvals page',
      );
    }
    return { link, request };
  }

  /** Why a link does not decide any more, or not yet. */
  async #reasonAgainst(
    link: DecisionLink,
    request: RequestRecord,
  ): Promise<string | undefined> {
    if (request.status !== 'pending') {
      return describeOutcome(request);
    }
    if (link.usedAt) {
      return USED;
    }
    const { stages, because } = votableStages(request, link.person);
    if (!stages.includes(link.stageId)) {
      return because ?? 'The stage of this link is not open any more.';
    }
    return this.#lateness(link, request);
  }

  /** The sweep may not have ended yet what was due. */
  async #lateness(
    { stageId }: DecisionLink,
    { stages }: RequestRecord,
  ): Promise<string | undefined> {
    const dueAt = stages.find(({ id }) => id === stageId)?.dueAt;
    const now = await this.#clock.now();
    return dueAt && now.toISOString() > dueAt
      ? `This link has expired: the decision was due at ${displayTime(dueAt)}`
      : undefined;
  }
}
