import { randomBytes, randomUUID } from 'node:crypto';
import { JsonCollection } from '../common/JsonCollection';
import { VaultError } from './errors';
import { TokenRecord } from './model';

/** The root token of the demo. */
export const ROOT_TOKEN = 'sandbox-root-token';

/** Tokens with their leases. */
export class Tokens {
  constructor(
    private readonly tokens: JsonCollection<TokenRecord>,
    private readonly now: () => Date,
  ) {}

  /** Hands out a token. */
  issue(
    options: Pick<
      TokenRecord,
      | 'namespace'
      | 'displayName'
      | 'policies'
      | 'path'
      | 'meta'
      | 'leaseSeconds'
    >,
  ): TokenRecord {
    this.#sweep();
    const issuedAt = this.now().getTime();
    const record: TokenRecord = {
      ...options,
      token: `hvs.${randomBytes(24).toString('base64url')}`,
      accessor: randomBytes(18).toString('base64url'),
      issuedAt,
      expiresAt: issuedAt + options.leaseSeconds * 1000,
    };
    this.tokens.set(record.token, record);
    return record;
  }

  /**
   * The record of a token that still holds.
   *
   * @param namespace - where it is to hold; the root token does everywhere
   * @throws VaultError 403 for an absent, unknown, expired or foreign token
   */
  require(token: string | undefined, namespace = ''): TokenRecord {
    if (token === ROOT_TOKEN) {
      return {
        token,
        accessor: 'root',
        displayName: 'root',
        policies: ['root'],
        path: 'auth/token/root',
        meta: {},
        leaseSeconds: 0,
        issuedAt: 0,
      };
    }
    const record = token ? this.tokens.get(token) : undefined;
    if (
      !record ||
      this.#hasExpired(record) ||
      (record.namespace ?? '') !== namespace
    ) {
      throw VaultError.denied();
    }
    return record;
  }

  /** Starts the lease of a token anew. */
  renew(record: TokenRecord): TokenRecord {
    const renewed = {
      ...record,
      expiresAt: this.now().getTime() + record.leaseSeconds * 1000,
    };
    if (record.leaseSeconds > 0) {
      this.tokens.set(record.token, renewed);
    }
    return renewed;
  }

  /** Ends a token. */
  revoke(record: TokenRecord): void {
    this.tokens.delete(record.token);
  }

  /** Ends all tokens. */
  clear(): void {
    this.tokens.clear();
  }

  /** Whole seconds a token has left; 0 for root. */
  remaining(record: TokenRecord): number {
    return record.expiresAt
      ? Math.max(Math.ceil((record.expiresAt - this.now().getTime()) / 1000), 0)
      : 0;
  }

  #hasExpired(record: TokenRecord): boolean {
    return (
      record.expiresAt !== undefined && record.expiresAt <= this.now().getTime()
    );
  }

  #sweep(): void {
    for (const record of this.tokens.values()) {
      if (this.#hasExpired(record)) {
        this.tokens.delete(record.token);
      }
    }
  }
}

/** `auth` of a login's answer. */
export function authJson(record: TokenRecord): Record<string, unknown> {
  return {
    client_token: record.token,
    accessor: record.accessor,
    policies: record.policies,
    token_policies: record.policies,
    metadata: record.meta,
    lease_duration: record.leaseSeconds,
    renewable: record.leaseSeconds > 0,
    entity_id: randomUUID(),
    token_type: 'service',
    orphan: true,
    mfa_requirement: null,
    num_uses: 0,
  };
}
