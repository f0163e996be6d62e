import { NotFoundError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import {
  HttpClient,
  malformedAnswer,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { VaultConfig } from './config';
import { isAbsent, toVaultError } from './vaultErrors';
import { VaultToken } from './VaultToken';

/** One call of Vault's HTTP API. */
export interface VaultCall<T> {
  /** In the infinitive, for errors: `write secret databases/orders`. */
  action: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** Below `/v1/`, with each segment as it is: encoding is done here. */
  path: readonly string[];
  query?: Record<string, string>;
  body?: JsonObject;
  /** What of the answer is read. */
  answer: z.ZodType<T>;
  /**
   * Whether sending it twice leaves nothing behind. Default: reads may be sent
   * again, which a read that makes something has to deny.
   */
  repeatable?: boolean;
  /** Values that must not appear in an error, should Vault echo them. */
  secrets?: readonly string[];
  /** For what has to be asked without token and namespace. */
  anonymous?: boolean;
  signal?: AbortSignal;
}

/**
 * Calls Vault's HTTP API; `docs/adr/0002-vault-client.md` says why not
 * through node-vault.
 */
export class VaultClient {
  readonly #config: VaultConfig;
  readonly #http: Pick<HttpClient, 'fetch' | 'now'>;
  readonly #token: VaultToken;

  constructor(config: VaultConfig, http: Pick<HttpClient, 'fetch' | 'now'>) {
    this.#config = config;
    this.#http = http;
    this.#token = new VaultToken(config.auth, {
      now: () => http.now(),
      send: (call, token) => this.#send(call, token),
    });
  }

  /**
   * Sends one request; errors are those of the secrets port.
   *
   * @remarks
   * A 403 may mean that the token was revoked or that its time is over: a
   * portal that can log in does so once and asks again. Vault did nothing
   * with a request that it refused so.
   */
  async call<T>(call: VaultCall<T>): Promise<T> {
    if (call.anonymous) {
      return this.#send(call);
    }
    const token = await this.#token.get(call.signal);
    try {
      return await this.#send(call, token);
    } catch (error) {
      if (error instanceof Error && error.name === 'NotAllowedError') {
        const fresh = await this.#token.replace(token, call.signal);
        if (fresh) {
          return this.#send(call, fresh);
        }
      }
      throw error;
    }
  }

  /** Like {@link VaultClient.call}, with `undefined` for what isn't there. */
  async find<T>(call: VaultCall<T>): Promise<T | undefined> {
    try {
      return await this.call(call);
    } catch (error) {
      if (error instanceof NotFoundError && isAbsent(error)) {
        return undefined;
      }
      throw error;
    }
  }

  async #send<T>(call: VaultCall<T>, token?: string): Promise<T> {
    const { address, namespace, auth } = this.#config;
    const path = call.path.map(encodeURIComponent).join('/');
    const query = call.query ? `?${new URLSearchParams(call.query)}` : '';
    const response = await this.#http.fetch(`${address}/v1/${path}${query}`, {
      method: call.method,
      headers: {
        // Vault refuses calls without it where it listens for agents.
        'x-vault-request': 'true',
        ...(token && { 'x-vault-token': token }),
        ...(namespace && !call.anonymous && { 'x-vault-namespace': namespace }),
        ...(call.body && { 'content-type': 'application/json' }),
      },
      body: call.body && JSON.stringify(call.body),
      // fetch would send the token along to wherever the redirect points.
      redirect: 'manual',
      repeatable: call.repeatable,
      signal: call.signal,
    });
    const text = await response.text();
    if (!response.ok) {
      throw toVaultError(response, text, {
        action: call.action,
        now: this.#http.now(),
        secrets: [
          token,
          ...(auth.kind === 'appRole' ? [auth.secretId] : []),
          ...(call.secrets ?? []),
        ],
      });
    }
    return this.#parse(text, call);
  }

  #parse<T>(text: string, { action, answer }: VaultCall<T>): T {
    let body: unknown;
    try {
      body = text ? JSON.parse(text) : {};
    } catch {
      // The parser's own error quotes the text.
      body = undefined;
    }
    const result = answer.safeParse(body);
    if (!result.success) {
      throw malformedAnswer({
        vendor: 'Vault',
        action,
        check:
          'address and mount (a KV engine of version 2) of providers.vault',
      });
    }
    return result.data;
  }
}
