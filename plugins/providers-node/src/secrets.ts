import { createServiceRef } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { JsonValue } from '@backstage/types';
import { chooseProvider } from './chooseProvider';
import { MadeWithin } from './madeWithin';
import { createProblemError } from './problems';
import { CallOptions, Provider } from './provider';

/**
 * Optional parts of the secrets port: `access` has `grantAccess` and
 * `revokeAccess`, `leases` has `createLease` and `revokeLease`.
 *
 * @public
 */
export const SECRETS_FEATURES = ['access', 'leases'] as const;

/** Where a stored secret lies; never what it holds. @public */
export interface StoredSecret {
  /** Path within the vault as templates write it, for example `databases/orders`. */
  path: string;
  /** Id of the version that readers get, in the vault's own form: `3`, a UUID. */
  version: string;
  /** Page on which people who may can read it. */
  url: string;
  /** The run that created the secret, where one of ours did. */
  writtenBy?: string;
}

/** A secret with a new version. @public */
export interface RotatedSecret extends StoredSecret {
  /** Id of the version that readers got before. */
  previousVersion: string;
}

/** One version of a secret; never what it holds. @public */
export interface SecretVersion {
  /** As in `StoredSecret`. */
  version: string;
  /** ISO 8601. */
  createdAt: string;
  /** Whether it is what readers get who name no version. */
  isCurrent: boolean;
  /** Whether it can be read; false once it was deleted. */
  isReadable: boolean;
}

/**
 * What a secret holds. Hand it straight on: no log, output, checkpoint or
 * database may see it.
 *
 * @public
 */
export interface SecretValues {
  version: string;
  data: Record<string, JsonValue>;
}

/** Who may do what with a secret. @public */
export interface SecretAccess {
  path: string;
  /** Entity ref of the team, for example `group:default/payments`. */
  team: string;
  access: 'read';
  /** What gives it, in the vault's own form: a policy, a statement. */
  grant: string;
  /** Page of the grant or of the secret. */
  url: string;
}

/** Credentials that end by themselves. @public */
export interface SecretLease {
  /** With which the vault knows it; not secret. */
  id: string;
  /** ISO 8601. */
  expiresAt: string;
  /** The credentials; handle them as {@link SecretValues}. */
  data: Record<string, JsonValue>;
}

/**
 * Port of the capability `secrets`; errors as for the git port.
 *
 * @remarks
 * `runKey` names one act of a run: repeated with the same one, an act finds
 * what it did before. No error, and nothing but `SecretValues` and
 * `SecretLease`, holds a value.
 *
 * @public
 */
export interface SecretsProvider extends Provider {
  readonly capability: 'secrets';
  /** Whether it is configured for secrets of this path. */
  serves(path: string): boolean;
  /**
   * Writes a new secret. An existing one (a deleted one included) is a
   * `ConflictError`, unless `runKey` wrote it: then what stands is returned.
   * What was taken back by `remove` stands in nobody's way.
   */
  create(
    options: CallOptions & {
      path: string;
      data: Record<string, JsonValue>;
      runKey: string;
    },
  ): Promise<StoredSecret>;
  /** Finds a secret without reading it. */
  find(path: string, options?: CallOptions): Promise<StoredSecret | undefined>;
  /**
   * Reads a version, the current one unless another is named.
   *
   * @throws NotFoundError - there is none, or it was deleted
   */
  read(
    path: string,
    options?: CallOptions & { version?: string },
  ): Promise<SecretValues>;
  /**
   * Takes back `create` of this run, so that the name is free again. `absent`:
   * there is none.
   *
   * @param options.made - proof in place of the run's mark, which stock actions
   * don't leave: a first and only version that no run has marked and that was
   * written within this time is the run's. Vendors that don't tell when pass
   * over it.
   * @throws ConflictError - another run or a person has written it since
   */
  remove(
    path: string,
    options: CallOptions & { runKey: string; made?: MadeWithin },
  ): Promise<'removed' | 'absent'>;
  /**
   * Writes a new version of a secret that stands, in place of the one that is
   * current at the call. Repeated with the same `runKey` it returns the version
   * that it wrote, whatever `data` is then.
   *
   * @throws NotFoundError - there is no secret to rotate
   * @throws ConflictError - somebody else has written a version meanwhile, or
   * this run's was replaced or undone since
   */
  rotate(
    options: CallOptions & {
      path: string;
      data: Record<string, JsonValue>;
      /** The version that `data` was made of: only that one is replaced. */
      from?: string;
      runKey: string;
    },
  ): Promise<RotatedSecret>;
  /**
   * Takes back `rotate` of this run: readers get again what they got before.
   * `absent`: nothing of it is current.
   *
   * @throws ConflictError - somebody else has written a version since
   */
  undoRotation(
    path: string,
    options: CallOptions & { runKey: string },
  ): Promise<'restored' | 'absent'>;
  /** The versions, oldest first; none where there is no secret. */
  listVersions(path: string, options?: CallOptions): Promise<SecretVersion[]>;
  /**
   * Feature `access`: lets a team read a secret. Given already by somebody
   * else, it is a `ConflictError`.
   *
   * @throws NotFoundError - there is no such secret, or the vault knows no
   * such team
   */
  grantAccess?(
    options: CallOptions & {
      path: string;
      team: string;
      access: 'read';
      runKey: string;
    },
  ): Promise<SecretAccess>;
  /**
   * Takes back `grantAccess` of this run.
   *
   * @throws ConflictError - somebody else gave it
   */
  revokeAccess?(
    options: CallOptions & {
      path: string;
      team: string;
      access: 'read';
      runKey: string;
    },
  ): Promise<'revoked' | 'absent'>;
  /**
   * Feature `leases`: makes credentials that end by themselves. No `runKey`: a
   * lease whose answer was lost can't be found again, and ends by its time.
   *
   * @param role - what the credentials are for, as the vault's operators named it
   * @throws NotFoundError - there is no such role
   */
  createLease?(role: string, options?: CallOptions): Promise<SecretLease>;
  /** Ends a lease; one that is over already stays so. */
  revokeLease?(id: string, options?: CallOptions): Promise<void>;
}

const MAXIMUM_PATH_LENGTH = 500;

/**
 * Splits a path of a secret.
 *
 * @param path - like `databases/orders`
 * @throws InputError - empty parts, `.` or `..`, control characters, or more
 * than 500 characters
 * @public
 */
export function toSecretPathSegments(path: string): string[] {
  const segments = path.split('/');
  const bad = segments.some(
    segment =>
      ['', '.', '..'].includes(segment) ||
      // Nobody types control characters; a template may render them.
      [...segment].some(character => character < ' ' || character === '\u007f'),
  );
  if (bad || path.length > MAXIMUM_PATH_LENGTH) {
    throw createProblemError(InputError, {
      what: `Not a path of a secret: ${JSON.stringify(path)}.`,
      remedy: `Give one like databases/orders: no empty parts, no . or .., at most ${MAXIMUM_PATH_LENGTH} characters.`,
    });
  }
  return segments;
}

/**
 * Whether a path is one of these prefixes or lies below one; without any, it
 * does.
 *
 * @param prefixes - like `payments` or `teams/payments`, as `paths` of a
 * provider's configuration has them
 * @public
 */
export function isBelowPrefixes(
  path: string,
  prefixes: readonly string[] | undefined,
): boolean {
  return (
    !prefixes?.length ||
    prefixes.some(prefix => path === prefix || path.startsWith(`${prefix}/`))
  );
}

/** Every text within some values, so that no error can quote it. @public */
export function collectSecretTexts(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(collectSecretTexts)
    : [];
}

/**
 * Picks the provider of a secret.
 *
 * @param options.provider - its id, where somebody has named it
 * @throws NotFoundError - none serves the path, or none has the id
 * @throws ConflictError - several serve the path
 * @public
 */
export function chooseSecretsProvider(
  providers: readonly SecretsProvider[],
  options: { path: string; provider?: string },
): SecretsProvider {
  const { path, provider: wanted } = options;
  return wanted === undefined
    ? chooseProvider(
        providers,
        provider => provider.serves(path),
        `the secret ${path}`,
      )
    : chooseProvider(
        providers,
        ({ id }) => id === wanted,
        `the secrets provider ${wanted}`,
      );
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
  scope: 'root',
  multiton: true,
});
