import { JsonValue } from '@backstage/types';
import {
  CallOptions,
  RotatedSecret,
  StoredSecret,
} from '@self-service/plugin-providers-node';
import { conflict, noSecret } from './conflict';
import { toRequestToken, toSecretName } from './names';
import {
  SecretsManagerApi,
  SecretState,
  VersionEntry,
} from './SecretsManagerApi';
import {
  CURRENT,
  moveStage,
  PREVIOUS,
  readAfterStage,
  toAfterStage,
} from './stages';

/** A secret has 20 labels at most; old rotations lose theirs. */
const MAXIMUM_AFTER_STAGES = 8;

/**
 * New versions of secrets, and their undoing.
 *
 * @remarks
 * A version is written with a label that says which one it is to replace, and
 * only then made current, if that one still is: AWS compares. Its id comes of
 * the run's key, so that an attempt that was killed in between is known. Undone,
 * a version loses its labels, and AWS deletes it some day.
 */
export class AwsRotation {
  readonly #api: SecretsManagerApi;
  readonly #toStored: (
    path: string,
    version: string,
    state: SecretState,
  ) => StoredSecret;
  readonly #toUrl: (path: string) => string;

  constructor(options: {
    api: SecretsManagerApi;
    toStored: (
      path: string,
      version: string,
      state: SecretState,
    ) => StoredSecret;
    toUrl: (path: string) => string;
  }) {
    this.#api = options.api;
    this.#toStored = options.toStored;
    this.#toUrl = options.toUrl;
  }

  /** See `SecretsProvider.rotate`. */
  async rotate(
    options: CallOptions & {
      path: string;
      data: Record<string, JsonValue>;
      from?: string;
      runKey: string;
    },
  ): Promise<RotatedSecret> {
    const { path, data, from, runKey, ...call } = options;
    const name = toSecretName(path);
    const token = toRequestToken('rotate', runKey);
    const state = await this.#api.describe(name, call);
    if (!state || state.isDeleted || state.current === undefined) {
      throw noSecret(path);
    }
    const versions = await this.#api.listVersions(name, call);
    const own = versions.find(({ id }) => id === token);
    const previous = this.#findPrevious(path, state, own);
    const result: RotatedSecret = {
      ...this.#toStored(path, token, state),
      previousVersion: previous,
    };
    if (own && own.id === state.current) {
      return result;
    }
    if (!own && from !== undefined && from !== previous) {
      throw conflict(
        `The secret ${path} has had another version since version ${from} was read.`,
        'Try again with what it holds now.',
      );
    }
    if (!own) {
      const stage = toAfterStage(previous);
      await this.#api.put({ name, token, data, stage }, call);
    }
    await moveStage(
      this.#api,
      name,
      { stage: CURRENT, from: previous, to: token },
      call,
    );
    await this.#dropOldStages(name, versions, call);
    return result;
  }

  /** See `SecretsProvider.undoRotation`. */
  async undo(
    path: string,
    { runKey, ...call }: CallOptions & { runKey: string },
  ): Promise<'restored' | 'absent'> {
    const name = toSecretName(path);
    const state = await this.#api.describe(name, call);
    if (!state || state.isDeleted) {
      return 'absent';
    }
    const versions = await this.#api.listVersions(name, call);
    const token = toRequestToken('rotate', runKey);
    const own = versions.find(({ id }) => id === token);
    const isCurrent = own !== undefined && own.id === state.current;
    if (!own || (!isCurrent && readAfterStage(own.stages) === undefined)) {
      return 'absent';
    }
    const previous = this.#findPrevious(path, state, own);
    if (isCurrent) {
      if (!versions.some(({ id }) => id === previous)) {
        throw conflict(
          `The version of the secret ${path} that this run replaced is not there any more.`,
          `Look which values are to be in use, and write them by hand: ${this.#toUrl(
            path,
          )}`,
        );
      }
      await moveStage(
        this.#api,
        name,
        { stage: CURRENT, from: token, to: previous },
        call,
      );
    }
    // AWS has moved the label of the previous version to it. Its own comes
    // last: without it, nothing of this is left to do.
    const hasPrevious = isCurrent || own.stages.includes(PREVIOUS);
    const left = [
      ...(hasPrevious ? [PREVIOUS] : []),
      ...own.stages.filter(stage => ![CURRENT, PREVIOUS].includes(stage)),
    ];
    for (const stage of left) {
      await moveStage(this.#api, name, { stage, from: token }, call);
    }
    return hasPrevious ? 'restored' : 'absent';
  }

  /**
   * Which version a run's own replaces, or is to replace.
   *
   * @throws ConflictError - its own is neither current, nor was about to be
   */
  #findPrevious(
    path: string,
    { current, stages }: SecretState,
    own: VersionEntry | undefined,
  ): string {
    if (!own) {
      return String(current);
    }
    const after = readAfterStage(own.stages);
    if (own.id === current) {
      const labelled = Object.keys(stages).find(id =>
        stages[id].includes(PREVIOUS),
      );
      return after ?? labelled ?? '';
    }
    if (after === undefined || after !== current) {
      throw conflict(
        `Version ${own.id} of the secret ${path}, which this run wrote, is not the one in use: somebody has written the secret since, or it was undone.`,
        `Look which values are to be in use: ${this.#toUrl(path)}`,
      );
    }
    return after;
  }

  async #dropOldStages(
    name: string,
    versions: readonly VersionEntry[],
    call: CallOptions,
  ): Promise<void> {
    const labelled = versions.filter(
      ({ stages }) => readAfterStage(stages) !== undefined,
    );
    for (const { id, stages } of labelled.slice(0, -MAXIMUM_AFTER_STAGES)) {
      const stage = toAfterStage(readAfterStage(stages) ?? '');
      await moveStage(this.#api, name, { stage, from: id }, call);
    }
  }
}
