import { JsonValue } from '@backstage/types';
import { CallOptions, SecretLease } from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { doneAnswer } from './KvEngine';
import { VaultClient } from './VaultClient';

/** https://developer.hashicorp.com/vault/api-docs/secret/databases#generate-credentials */
const credentialsAnswer = z.object({
  lease_id: z.string().min(1),
  /** Seconds. */
  lease_duration: z.number(),
  data: z.record(z.string(), z.json()),
});

/** Credentials of Vault's database engine, which end with their lease. */
export class VaultLeases {
  readonly #client: VaultClient;
  readonly #mount: string;
  readonly #now: () => number;

  /** @param options.now - milliseconds since the epoch */
  constructor(
    client: VaultClient,
    options: { mount: string; now: () => number },
  ) {
    this.#client = client;
    this.#mount = options.mount;
    this.#now = options.now;
  }

  /** See `SecretsProvider.createLease`. */
  async create(role: string, options: CallOptions = {}): Promise<SecretLease> {
    // Before the call: what the lease lasts is never less than what we say.
    const start = this.#now();
    const answer = await this.#client.call({
      action: `make credentials for the role ${role}`,
      method: 'GET',
      path: [...this.#mount.split('/'), 'creds', role],
      answer: credentialsAnswer,
      // A read to Vault, and yet each makes credentials of its own.
      repeatable: false,
      ...options,
    });
    return {
      id: answer.lease_id,
      expiresAt: new Date(start + answer.lease_duration * 1000).toISOString(),
      data: answer.data as Record<string, JsonValue>,
    };
  }

  /** See `SecretsProvider.revokeLease`. */
  async revoke(id: string, options: CallOptions = {}): Promise<void> {
    await this.#client.call({
      action: 'revoke a lease',
      method: 'POST',
      path: ['sys', 'leases', 'revoke'],
      // Done when Vault answers, and not some time later.
      body: { lease_id: id, sync: true },
      answer: doneAnswer,
      repeatable: true,
      ...options,
    });
  }
}
