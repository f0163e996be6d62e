import { createServiceRef } from '@backstage/backend-plugin-api';
import { JsonValue } from '@backstage/types';

/** Where a stored secret lies; never what it holds. @public */
export interface StoredSecret {
  /** Path within the vault as templates write it, for example `databases/orders`. */
  path: string;
  version: number;
  /** Page on which people who may can read it. */
  url: string;
  /** The run that wrote it, where one of ours did. */
  writtenBy?: string;
}

/**
 * Port of the capability `secrets`; errors as for the git port.
 *
 * @public
 */
export interface SecretsProvider {
  readonly id: string;
  /**
   * Writes a new secret. An existing one (a deleted one included) is a
   * `ConflictError`, unless `runKey` wrote it: then what stands is returned.
   */
  create(options: {
    path: string;
    data: Record<string, JsonValue>;
    runKey: string;
    signal?: AbortSignal;
  }): Promise<StoredSecret>;
  /** Finds a secret without reading it. */
  find(
    path: string,
    options?: { signal?: AbortSignal },
  ): Promise<StoredSecret | undefined>;
  /**
   * Takes back `create` of this run, so that the name is free again. `absent`:
   * there is none.
   *
   * @throws ConflictError - another run or a person has written it since
   */
  remove(
    path: string,
    options: { runKey: string; signal?: AbortSignal },
  ): Promise<'removed' | 'absent'>;
}

/**
 * Multiton: each vendor's factory gives the secrets providers that app-config names, or
 * none; `.flat()` is all of them.
 *
 * @public
 */
export const secretsProviderServiceRef = createServiceRef<
  readonly SecretsProvider[]
>({
  id: 'self-service.provider.secrets',
  scope: 'plugin',
  multiton: true,
});
