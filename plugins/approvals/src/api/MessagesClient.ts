import { ResponseError } from '@backstage/errors';
import { FetchApi } from '@backstage/frontend-plugin-api';
import {
  ChannelsByKind,
  LinkLook,
  linkLookSchema,
  MessagePreferences,
  messagePreferencesSchema,
  RequestDetail,
  requestDetailSchema,
  UseLink,
} from '@self-service/plugin-approvals-common';
import { MessagesApi } from './MessagesApi';

/**
 * Client of the approvals backend's routes about messages.
 *
 * @remarks
 * Paths and shapes are those of `messages.ts` in
 * `@self-service/plugin-approvals-common`; every answer is parsed. A token is
 * sent in a body alone: addresses are logged on the way.
 *
 * @public
 */
export class MessagesClient implements MessagesApi {
  readonly #fetchApi: FetchApi;

  /** @param options.fetchApi - resolves `plugin://approvals` and signs requests */
  constructor(options: { fetchApi: FetchApi }) {
    this.#fetchApi = options.fetchApi;
  }

  async getPreferences(options?: {
    signal?: AbortSignal;
  }): Promise<MessagePreferences> {
    return messagePreferencesSchema.parse(
      await this.#read('/message-preferences', options),
    );
  }

  async setPreferences(
    preferences: ChannelsByKind,
  ): Promise<MessagePreferences> {
    return messagePreferencesSchema.parse(
      await this.#send('PUT', '/message-preferences', { preferences }),
    );
  }

  async lookAtLink(
    token: string,
    options?: { signal?: AbortSignal },
  ): Promise<LinkLook> {
    return linkLookSchema.parse(
      await this.#send(
        'POST',
        '/decision-links/look',
        { token },
        options?.signal,
      ),
    );
  }

  async voteByLink(vote: UseLink): Promise<RequestDetail> {
    return requestDetailSchema.parse(
      await this.#send('POST', '/decision-links/use', vote),
    );
  }

  async retryDelivery(
    requestId: string,
    deliveryId: string,
  ): Promise<RequestDetail> {
    const request = encodeURIComponent(requestId);
    const delivery = encodeURIComponent(deliveryId);
    return requestDetailSchema.parse(
      await this.#send(
        'POST',
        `/requests/${request}/deliveries/${delivery}/retry`,
        {},
      ),
    );
  }

  #send(
    method: 'POST' | 'PUT',
    path: string,
    body: object,
    signal?: AbortSignal,
  ): Promise<unknown> {
    return this.#read(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  }

  async #read(path: string, init?: RequestInit): Promise<unknown> {
    const response = await this.#fetchApi.fetch(
      `plugin://approvals${path}`,
      init,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json();
  }
}
