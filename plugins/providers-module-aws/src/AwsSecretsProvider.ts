import { Config } from '@backstage/config';
import { ConflictError } from '@backstage/errors';
import { JsonObject, JsonValue } from '@backstage/types';
import {
  CallOptions,
  isBelowPrefixes,
  ProviderHealth,
  RotatedSecret,
  SecretsProvider,
  SecretValues,
  SecretVersion,
  StoredSecret,
} from '@self-service/plugin-providers-node';
import { AwsAccess } from './AwsAccess';
import { AwsClient, AwsClientOptions } from './AwsClient';
import { MarkedForDeletionError, VENDOR } from './awsErrors';
import { checkAwsHealth } from './awsHealth';
import { AwsRotation } from './AwsRotation';
import { AwsConfig, readAwsConfigs } from './config';
import { conflict, noSecret } from './conflict';
import { toRequestToken, toSecretName } from './names';
import { SecretsManagerApi, SecretState } from './SecretsManagerApi';
import { CURRENT, moveStage } from './stages';

/** @public */
export interface AwsSecretsProviderOptions {
  /** Replaced in tests: time limits, waits, clock. */
  client?: AwsClientOptions;
}

/** Tag that names the run that created a secret. */
const RUN_TAG = 'self-service-run';
/** Tag of a secret that its run has taken back: its name is free. */
const REMOVED_TAG = 'self-service-removed';
/** Label of the first version of a secret in the place of a removed one. */
const ANEW_STAGE = 'self-service-anew';

/**
 * The secrets port on AWS Secrets Manager.
 *
 * @remarks
 * The id of a version comes of the key of the run that writes it (AWS takes it
 * as the request token), and a tag names the run that created the secret. AWS
 * keeps the name of a deleted secret for a week or more, so what a run takes
 * back is tagged before it is deleted, and is restored with new values where
 * the name is wanted again. What a person has deleted stays a conflict.
 *
 * @public
 */
export class AwsSecretsProvider implements SecretsProvider {
  readonly id: string;
  readonly capability = 'secrets';
  readonly vendor = VENDOR;
  readonly endpoint: string;
  readonly features: readonly string[];
  readonly grantAccess: SecretsProvider['grantAccess'];
  readonly revokeAccess: SecretsProvider['revokeAccess'];
  readonly #config: AwsConfig;
  readonly #client: AwsClient;
  readonly #api: SecretsManagerApi;
  readonly #rotation: AwsRotation;

  /** One for each entry of `providers.aws`; none without it. */
  static fromConfig(
    config: Config,
    options: AwsSecretsProviderOptions = {},
  ): AwsSecretsProvider[] {
    return readAwsConfigs(config).map(
      entry => new AwsSecretsProvider(entry, options),
    );
  }

  private constructor(config: AwsConfig, options: AwsSecretsProviderOptions) {
    this.id = config.id;
    this.endpoint = new URL(config.endpoint).origin;
    this.#config = config;
    this.#client = new AwsClient(config, options.client);
    this.#api = new SecretsManagerApi(this.#client);
    const toUrl = (path: string) => this.#toUrl(path);
    this.#rotation = new AwsRotation({
      api: this.#api,
      toStored: (...stored) => this.#toStored(...stored),
      toUrl,
    });
    const { teamPrincipal: principal } = config;
    this.features = principal === undefined ? [] : ['access'];
    if (principal !== undefined) {
      const access = new AwsAccess({ api: this.#api, principal, toUrl });
      this.grantAccess = grant => access.grant(grant);
      this.revokeAccess = grant => access.revoke(grant);
    }
  }

  serves(path: string): boolean {
    return isBelowPrefixes(path, this.#config.paths);
  }

  checkHealth(options: CallOptions = {}): Promise<ProviderHealth> {
    return checkAwsHealth(this.#client, this.#config, options);
  }

  async create({
    path,
    data,
    runKey,
    ...options
  }: CallOptions & {
    path: string;
    data: Record<string, JsonValue>;
    runKey: string;
  }): Promise<StoredSecret> {
    const name = toSecretName(path);
    const token = toRequestToken('create', runKey);
    const tags = { [RUN_TAG]: runKey };
    let state = await this.#api.describe(name, options);
    if (!state) {
      try {
        const { kmsKeyId } = this.#config;
        await this.#api.create({ name, token, data, tags, kmsKeyId }, options);
        return this.#toStored(path, token, { tags });
      } catch (error) {
        const isTaken =
          error instanceof ConflictError ||
          error instanceof MarkedForDeletionError;
        state = isTaken ? await this.#api.describe(name, options) : undefined;
        if (!state) {
          throw error;
        }
      }
    }
    if (state.tags[REMOVED_TAG] !== undefined) {
      return this.#createAnew({ path, token, data, runKey }, state, options);
    }
    if (state.tags[RUN_TAG] !== runKey) {
      throw this.#taken(path, state);
    }
    if (state.isDeleted) {
      throw conflict(
        `This run wrote the secret ${path}, and somebody has deleted it since.`,
        `Restore it, or choose another path: ${this.#toUrl(path)}`,
      );
    }
    return this.#toStored(path, String(state.current), state);
  }

  async find(
    path: string,
    options: CallOptions = {},
  ): Promise<StoredSecret | undefined> {
    const state = await this.#api.describe(toSecretName(path), options);
    return state && !state.isDeleted && state.current !== undefined
      ? this.#toStored(path, state.current, state)
      : undefined;
  }

  async read(
    path: string,
    { version, ...options }: CallOptions & { version?: string } = {},
  ): Promise<SecretValues> {
    try {
      const value = await this.#api.readValue(
        toSecretName(path),
        version,
        options,
      );
      return { version: value.version, data: readData(path, value.text) };
    } catch (error) {
      throw error instanceof MarkedForDeletionError ? noSecret(path) : error;
    }
  }

  /**
   * Tags the secret as taken back and deletes it with a recovery window: AWS
   * gives no name free at once, and `create` restores what has the tag.
   */
  async remove(
    path: string,
    { runKey, ...options }: CallOptions & { runKey: string },
  ): Promise<'removed' | 'absent'> {
    const name = toSecretName(path);
    const state = await this.#api.describe(name, options);
    const isRemoved = state?.tags[REMOVED_TAG] !== undefined;
    if (!state || (state.isDeleted && isRemoved)) {
      return 'absent';
    }
    const isOwn = state.tags[RUN_TAG] === runKey;
    if (!isOwn || state.current !== toRequestToken('create', runKey)) {
      throw conflict(
        isOwn
          ? `The secret ${path} has been written again since this run created it.`
          : `This run did not write the secret ${path}.`,
        `Look whether it is still needed, and delete it by hand: ${this.#toUrl(
          path,
        )}`,
      );
    }
    if (state.isDeleted) {
      // AWS tags nothing that is marked for deletion.
      await this.#api.restore(name, options);
    }
    await this.#api.tag(name, { [REMOVED_TAG]: runKey }, options);
    try {
      const { recoveryWindowDays } = this.#config;
      await this.#api.delete(name, recoveryWindowDays, options);
    } catch (error) {
      // A repetition of one whose answer was lost.
      if (!(error instanceof MarkedForDeletionError)) {
        throw error;
      }
    }
    return 'removed';
  }

  rotate(
    options: Parameters<SecretsProvider['rotate']>[0],
  ): Promise<RotatedSecret> {
    return this.#rotation.rotate(options);
  }

  undoRotation(
    path: string,
    options: CallOptions & { runKey: string },
  ): Promise<'restored' | 'absent'> {
    return this.#rotation.undo(path, options);
  }

  /** Those with a label: AWS deletes the others some day. */
  async listVersions(
    path: string,
    options: CallOptions = {},
  ): Promise<SecretVersion[]> {
    const name = toSecretName(path);
    const versions = await this.#api.listVersions(name, options);
    return versions
      .filter(({ stages }) => stages.length > 0)
      .map(({ id, stages, createdAt }) => ({
        version: id,
        createdAt: createdAt.toISOString(),
        isCurrent: stages.includes(CURRENT),
        isReadable: true,
      }));
  }

  /**
   * Creates a secret in the place of one that was taken back. The tag goes
   * last: as long as it is there, an attempt that was killed goes on here.
   */
  async #createAnew(
    secret: {
      path: string;
      token: string;
      data: Record<string, JsonValue>;
      runKey: string;
    },
    before: SecretState,
    options: CallOptions,
  ): Promise<StoredSecret> {
    const { path, token, data, runKey } = secret;
    const name = toSecretName(path);
    const tags = { [RUN_TAG]: runKey };
    if (before.isDeleted) {
      await this.#api.restore(name, options);
    }
    await this.#api.tag(name, tags, options);
    if (before.current !== token) {
      if (!before.stages[token]) {
        const stage = ANEW_STAGE;
        await this.#api.put({ name, token, data, stage }, options);
      }
      await moveStage(
        this.#api,
        name,
        { stage: CURRENT, from: String(before.current), to: token },
        options,
      );
    }
    // Nothing of the secret that was there before stays in reach.
    const standing = await this.#api.describe(name, options);
    for (const [id, stages] of Object.entries(standing?.stages ?? {})) {
      for (const stage of stages.filter(label => label !== CURRENT)) {
        await moveStage(this.#api, name, { stage, from: id }, options);
      }
    }
    await this.#api.writePolicy(name, undefined, options);
    if (standing?.tags[RUN_TAG] !== runKey) {
      throw this.#taken(path, standing ?? before);
    }
    await this.#api.untag(name, REMOVED_TAG, options);
    return this.#toStored(path, token, { tags });
  }

  #taken(path: string, { isDeleted }: SecretState): Error {
    const url = this.#toUrl(path);
    return isDeleted
      ? conflict(
          `There was a secret ${path}; somebody has deleted it, and it can still be restored.`,
          `Choose another path, or wait until AWS has given up the name: ${url}`,
        )
      : conflict(
          `The secret ${path} exists, and this run did not write it.`,
          `Choose another path, or delete it: ${url}`,
        );
  }

  #toStored(
    path: string,
    version: string,
    { tags }: Pick<SecretState, 'tags'>,
  ): StoredSecret {
    return { path, version, url: this.#toUrl(path), writtenBy: tags[RUN_TAG] };
  }

  #toUrl(path: string): string {
    const { region, uiUrl } = this.#config;
    const values: Record<string, string> = {
      name: encodeURIComponent(toSecretName(path)),
      region: encodeURIComponent(region),
    };
    return uiUrl.replace(/\{(name|region)\}/g, (_, key: string) => values[key]);
  }
}

/** Other programs may keep text that is no object: it is one value then. */
function readData(
  path: string,
  text: string | undefined,
): Record<string, JsonValue> {
  if (text === undefined) {
    throw conflict(
      `The secret ${path} is binary, which the portal does not write.`,
      'Choose another path.',
    );
  }
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value)
      ? (value as Record<string, JsonValue>)
      : { value: text };
  } catch {
    return { value: text };
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
