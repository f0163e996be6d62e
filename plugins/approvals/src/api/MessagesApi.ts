import { createApiRef } from '@backstage/frontend-plugin-api';
import {
  ChannelsByKind,
  LinkLook,
  MessagePreferences,
  RequestDetail,
  UseLink,
} from '@self-service/plugin-approvals-common';

/**
 * What the pages about messages ask of the approvals backend, as the signed-in
 * person.
 *
 * @remarks
 * Every method throws the `ResponseError` of `@backstage/errors` when the
 * backend refuses, and a zod error when its answer breaks the contract.
 *
 * @public
 */
export interface MessagesApi {
  /** Where this person wants to be told of what. */
  getPreferences(options?: {
    signal?: AbortSignal;
  }): Promise<MessagePreferences>;
  /**
   * Changes that, for all kinds at once.
   *
   * @returns what holds from now on
   */
  setPreferences(preferences: ChannelsByKind): Promise<MessagePreferences>;
  /**
   * What a link of a mail is for, and whether it still decides; changes
   * nothing. 403: it was sent to somebody else; 404: nobody knows it.
   *
   * @param token - of the link's fragment
   */
  lookAtLink(
    token: string,
    options?: { signal?: AbortSignal },
  ): Promise<LinkLook>;
  /**
   * Votes by a link of a mail, once. 403: it was sent to somebody else, or
   * they may not vote any more; 404: nobody knows it; 409: it was used, or the
   * request is decided.
   *
   * @returns the request as it stands afterwards
   */
  voteByLink(vote: UseLink): Promise<RequestDetail>;
  /**
   * Has a message sent again that failed; for the platform team.
   *
   * @returns the request with its deliveries
   */
  retryDelivery(requestId: string, deliveryId: string): Promise<RequestDetail>;
}

/**
 * The {@link MessagesApi} of the app.
 *
 * @public
 */
export const messagesApiRef = createApiRef<MessagesApi>().with({
  id: 'plugin.approvals.messages',
  pluginId: 'approvals',
});
