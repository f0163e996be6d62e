import { z } from 'zod';
import { VaultAuth } from './config';
import { VaultCall } from './VaultClient';

/** https://developer.hashicorp.com/vault/api-docs/auth/approle#login-with-approle */
const loginAnswer = z.object({
  auth: z.object({
    client_token: z.string().min(1),
    /** Seconds; 0 for a token without an end. */
    lease_duration: z.number(),
    renewable: z.boolean(),
  }),
});

interface Lease {
  token: string;
  renewable: boolean;
  /** Milliseconds since the epoch. */
  renewAt: number;
  expiresAt: number;
}

/** Renew with this part of the lease gone: early enough for a second try. */
const RENEWAL_POINT = 2 / 3;

/**
 * The portal's token: got by AppRole login, renewed before its lease ends,
 * got anew when it can't be renewed or was revoked.
 */
export class VaultToken {
  readonly #auth: VaultAuth;
  readonly #now: () => number;
  readonly #send: <T>(call: VaultCall<T>, token?: string) => Promise<T>;
  #lease: Lease | undefined;
  #pending: Promise<Lease> | undefined;

  constructor(
    auth: VaultAuth,
    options: {
      now: () => number;
      send: <T>(call: VaultCall<T>, token?: string) => Promise<T>;
    },
  ) {
    this.#auth = auth;
    this.#now = options.now;
    this.#send = options.send;
  }

  /** A token that is good for now. */
  async get(signal?: AbortSignal): Promise<string> {
    if (this.#auth.kind === 'token') {
      return this.#auth.token;
    }
    const lease = this.#lease;
    if (lease && this.#now() < lease.renewAt) {
      return lease.token;
    }
    return this.#refresh(() => this.#renewOrLogIn(lease), signal);
  }

  /**
   * A token in place of one that was refused; `undefined` where the portal
   * can't get one by itself.
   */
  async replace(
    refused: string,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    if (this.#auth.kind === 'token') {
      return undefined;
    }
    if (this.#lease && this.#lease.token !== refused) {
      return this.#lease.token;
    }
    return this.#refresh(() => this.#logIn(), signal);
  }

  /** Many callers, one login; a caller that gives up doesn't end it for the others. */
  async #refresh(
    work: () => Promise<Lease>,
    signal?: AbortSignal,
  ): Promise<string> {
    signal?.throwIfAborted();
    this.#pending ??= work().finally(() => {
      this.#pending = undefined;
    });
    this.#lease = await this.#pending;
    signal?.throwIfAborted();
    return this.#lease.token;
  }

  async #renewOrLogIn(lease: Lease | undefined): Promise<Lease> {
    if (lease?.renewable && this.#now() < lease.expiresAt) {
      try {
        return await this.#request(
          {
            action: 'renew the token of the portal',
            method: 'POST',
            path: ['auth', 'token', 'renew-self'],
            body: {},
            answer: loginAnswer,
            repeatable: true,
          },
          lease.token,
        );
      } catch {
        // Revoked, or at the end of its longest life: a login tells more.
      }
    }
    return this.#logIn();
  }

  async #logIn(): Promise<Lease> {
    if (this.#auth.kind !== 'appRole') {
      throw new TypeError('A token that somebody else keeps has no login');
    }
    const { mount, roleId, secretId } = this.#auth;
    return this.#request({
      action: 'log the portal in by AppRole',
      method: 'POST',
      path: ['auth', ...mount.split('/'), 'login'],
      body: { role_id: roleId, secret_id: secretId },
      answer: loginAnswer,
      // A login too many leaves a token that ends by itself.
      repeatable: true,
    });
  }

  async #request(
    call: VaultCall<z.infer<typeof loginAnswer>>,
    token?: string,
  ): Promise<Lease> {
    const before = this.#now();
    const { auth } = await this.#send(call, token);
    const duration =
      auth.lease_duration > 0 ? auth.lease_duration * 1000 : Infinity;
    return {
      token: auth.client_token,
      renewable: auth.renewable,
      renewAt: before + duration * RENEWAL_POINT,
      expiresAt: before + duration,
    };
  }
}
