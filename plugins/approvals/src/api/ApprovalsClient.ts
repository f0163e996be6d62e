import { ResponseError } from '@backstage/errors';
import { FetchApi } from '@backstage/frontend-plugin-api';
import {
  CastVote,
  countSchema,
  ListQuery,
  listSchema,
  RequestDetail,
  requestDetailSchema,
  RequestList,
  RunApprovals,
  runApprovalsSchema,
} from '@self-service/plugin-approvals-common';
import { ApprovalsApi } from './ApprovalsApi';

interface Parser<T> {
  parse(value: unknown): T;
}

/**
 * Client of the approvals backend's routes for people.
 *
 * @remarks
 * Paths and shapes are those of `api.ts` in
 * `@self-service/plugin-approvals-common`; every answer is parsed.
 *
 * @public
 */
export class ApprovalsClient implements ApprovalsApi {
  readonly #fetchApi: FetchApi;

  /** @param options.fetchApi - resolves `plugin://approvals` and signs requests */
  constructor(options: { fetchApi: FetchApi }) {
    this.#fetchApi = options.fetchApi;
  }

  async listRequests(
    query: ListQuery,
    options?: { signal?: AbortSignal },
  ): Promise<RequestList> {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) {
        search.set(key, String(value));
      }
    }
    return this.#request(`/requests?${search}`, listSchema, options);
  }

  async countInbox(options?: { signal?: AbortSignal }): Promise<number> {
    const { inbox } = await this.#request(
      '/requests/count',
      countSchema,
      options,
    );
    return inbox;
  }

  async getRequest(
    requestId: string,
    options?: { signal?: AbortSignal },
  ): Promise<RequestDetail> {
    return this.#request(
      `/requests/${encodeURIComponent(requestId)}`,
      requestDetailSchema,
      options,
    );
  }

  async castVote(requestId: string, vote: CastVote): Promise<RequestDetail> {
    return this.#post(`/requests/${encodeURIComponent(requestId)}/votes`, vote);
  }

  async withdrawVote(requestId: string): Promise<RequestDetail> {
    return this.#request(
      `/requests/${encodeURIComponent(requestId)}/votes`,
      requestDetailSchema,
      { method: 'DELETE' },
    );
  }

  async cancelRequest(
    requestId: string,
    comment?: string,
  ): Promise<RequestDetail> {
    return this.#post(`/requests/${encodeURIComponent(requestId)}/cancel`, {
      comment,
    });
  }

  async getRunApprovals(
    taskId: string,
    options?: { signal?: AbortSignal },
  ): Promise<RunApprovals> {
    return this.#request(
      `/runs/${encodeURIComponent(taskId)}`,
      runApprovalsSchema,
      options,
    );
  }

  async #post(path: string, body: object): Promise<RequestDetail> {
    return this.#request(path, requestDetailSchema, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #request<T>(
    path: string,
    schema: Parser<T>,
    init?: RequestInit,
  ): Promise<T> {
    const response = await this.#fetchApi.fetch(
      `plugin://approvals${path}`,
      init,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return schema.parse(await response.json());
  }
}
