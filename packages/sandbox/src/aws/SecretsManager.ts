import { randomBytes } from 'node:crypto';
import { JsonCollection } from '../common/JsonCollection';
import { AWS_ACCOUNT } from './credentials';
import { AwsError } from './errors';
import { AwsSecretRecord, VersionRecord } from './model';
import { attachStages, findByStage, moveStage } from './stages';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const NAME = /^[A-Za-z0-9/_+=.@-]{1,512}$/;

/**
 * Secrets of one account and region, without HTTP.
 *
 * @remarks
 * Source of every rule: the Secrets Manager API reference. A request token is
 * the id of the version that it made: repeated with the same values it changes
 * nothing, with others it is refused. A deleted secret keeps its name until
 * its recovery window is over.
 */
export class SecretsManager {
  constructor(
    private readonly secrets: JsonCollection<AwsSecretRecord>,
    private readonly region: string,
    private readonly now: () => Date,
  ) {}

  /** All secrets by name, those marked for deletion included. */
  all(): AwsSecretRecord[] {
    const now = this.#time();
    for (const secret of this.secrets.values()) {
      if (secret.deletesAt !== undefined && secret.deletesAt <= now) {
        this.secrets.delete(secret.name);
      }
    }
    return this.secrets
      .values()
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /**
   * A secret by name or ARN.
   *
   * @throws AwsError when there is none
   */
  require(id: unknown): AwsSecretRecord {
    const found = this.all().find(({ name, arn }) => name === id || arn === id);
    if (!found) {
      throw AwsError.notFound();
    }
    return found;
  }

  /** Like `require`; a secret that is marked for deletion is refused. */
  requireLive(id: unknown): AwsSecretRecord {
    const secret = this.require(id);
    if (secret.deletesAt !== undefined) {
      throw AwsError.markedForDeletion();
    }
    return secret;
  }

  /** Makes a secret with its first version. */
  create(options: {
    name: string;
    token: string;
    secretString: string;
    tags: Record<string, string>;
    kmsKeyId?: string;
    description?: string;
  }): { secret: AwsSecretRecord; version: VersionRecord } {
    const { name, token, secretString, ...rest } = options;
    if (!NAME.test(name)) {
      throw new AwsError(
        'ValidationException',
        'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
      );
    }
    requireToken(token);
    const standing = this.all().find(secret => secret.name === name);
    if (standing?.deletesAt !== undefined) {
      throw new AwsError(
        'InvalidRequestException',
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    }
    if (standing) {
      const version = standing.versions.find(({ id }) => id === token);
      if (version?.secretString === secretString) {
        return { secret: standing, version };
      }
      throw new AwsError(
        'ResourceExistsException',
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    const time = this.#time();
    const version: VersionRecord = {
      id: token,
      secretString,
      stages: ['AWSCURRENT'],
      createdAt: time,
    };
    const suffix = randomBytes(3).toString('hex');
    const secret: AwsSecretRecord = {
      ...rest,
      name,
      arn: `arn:aws:secretsmanager:${this.region}:${AWS_ACCOUNT}:secret:${name}-${suffix}`,
      versions: [version],
      createdAt: time,
      changedAt: time,
    };
    this.secrets.set(name, secret);
    return { secret, version };
  }

  /** Adds a version, with these labels. */
  put(options: {
    id: unknown;
    token: string;
    secretString: string;
    stages: string[];
  }): { secret: AwsSecretRecord; version: VersionRecord } {
    const { id, token, secretString, stages } = options;
    const secret = this.requireLive(id);
    requireToken(token);
    const standing = secret.versions.find(version => version.id === token);
    if (standing) {
      if (standing.secretString !== secretString) {
        throw new AwsError(
          'ResourceExistsException',
          `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${secret.arn}.`,
        );
      }
      return { secret, version: standing };
    }
    const version: VersionRecord = {
      id: token,
      secretString,
      stages: [],
      createdAt: this.#time(),
    };
    const changed = this.#change({
      ...secret,
      versions: attachStages([...secret.versions, version], token, stages),
    });
    return {
      secret: changed,
      version: changed.versions.find(it => it.id === token)!,
    };
  }

  /** A version by id or label, the current one without either. */
  readVersion(
    id: unknown,
    options: { versionId?: string; stage?: string },
  ): { secret: AwsSecretRecord; version: VersionRecord } {
    const secret = this.requireLive(id);
    const { versionId, stage = versionId ? undefined : 'AWSCURRENT' } = options;
    const version = secret.versions.find(
      it =>
        (versionId === undefined || it.id === versionId) &&
        (stage === undefined || it.stages.includes(stage)),
    );
    if (!version) {
      throw new AwsError(
        'ResourceNotFoundException',
        versionId
          ? `Secrets Manager can't find the specified secret value for VersionId: ${versionId}`
          : `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
      );
    }
    return { secret, version };
  }

  /** Moves or removes a label; see `moveStage`. */
  moveStage(
    id: unknown,
    options: { stage: string; from?: string; to?: string },
  ): AwsSecretRecord {
    const secret = this.requireLive(id);
    return this.#change({
      ...secret,
      versions: moveStage(secret.versions, options),
    });
  }

  /** Marks a secret for deletion. */
  delete(id: unknown, days: number): AwsSecretRecord {
    const secret = this.requireLive(id);
    if (!Number.isInteger(days) || days < 7 || days > 30) {
      throw AwsError.invalid(
        'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
      );
    }
    return this.#change({
      ...secret,
      deletesAt: this.#time() + days * DAY_MILLISECONDS,
    });
  }

  /** Takes a deletion back. */
  restore(id: unknown): AwsSecretRecord {
    const { deletesAt: _, ...secret } = this.require(id);
    return this.#change(secret);
  }

  /** Changes tags or the resource policy. */
  change(
    id: unknown,
    change: (secret: AwsSecretRecord) => Partial<AwsSecretRecord>,
  ): AwsSecretRecord {
    const secret = this.requireLive(id);
    return this.#change({ ...secret, ...change(secret) });
  }

  /** Forgets everything. */
  clear(): void {
    this.secrets.clear();
  }

  #change(secret: AwsSecretRecord): AwsSecretRecord {
    const changed = { ...secret, changedAt: this.#time() };
    this.secrets.set(secret.name, changed);
    return changed;
  }

  #time(): number {
    return this.now().getTime();
  }
}

/** Id of the version that readers get. */
export function currentVersionOf({
  versions,
}: AwsSecretRecord): string | undefined {
  return findByStage(versions, 'AWSCURRENT')?.id;
}

function requireToken(token: unknown): void {
  if (typeof token !== 'string' || token.length < 32 || token.length > 64) {
    throw AwsError.invalid('ClientRequestToken must be 32-64 characters long.');
  }
}
