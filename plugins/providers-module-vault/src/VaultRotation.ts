import { JsonValue } from '@backstage/types';
import {
  CallOptions,
  RotatedSecret,
} from '@self-service/plugin-providers-node';
import { conflict, noSecret } from './conflict';
import { getLiveVersion, isReadable, KvEngine, Metadata } from './KvEngine';
import {
  findMark,
  originOf,
  VersionMark,
  withMark,
  withoutMark,
} from './marks';

/**
 * New versions of secrets, and their undoing.
 *
 * @remarks
 * A version is marked as a run's before it is written with check-and-set, so
 * that an attempt that was killed in between is known. Versions only count
 * upwards: an undone one is followed by a copy of the one before it, and is
 * deleted in the way that can be undone.
 */
export class VaultRotation {
  readonly #engine: KvEngine;

  constructor(engine: KvEngine) {
    this.#engine = engine;
  }

  /** See `SecretsProvider.rotate`. */
  async rotate(options: {
    path: string;
    data: Record<string, JsonValue>;
    from?: string;
    runKey: string;
    signal?: AbortSignal;
  }): Promise<RotatedSecret> {
    const { path, data, from, runKey, ...call } = options;
    const metadata = await this.#engine.readMetadata(path, call);
    const current = metadata && getLiveVersion(metadata);
    if (!metadata || current === undefined) {
      throw noSecret(path);
    }
    const own = findMark(metadata.marks, 'rotated', runKey);
    if (own && own.version <= metadata.current_version) {
      if (originOf(metadata.marks, current) !== own.version) {
        throw this.#overtaken(path, own.version);
      }
      return this.#toRotated(path, metadata, current, own.from);
    }
    if (from !== undefined && from !== String(current)) {
      throw conflict(
        `The secret ${path} has had version ${current} since version ${from} was read.`,
        'Try again with what it holds now.',
      );
    }
    const written = await this.#writeMarked(path, metadata, data, {
      act: 'rotated',
      from: current,
      runKey,
      ...call,
    });
    return this.#toRotated(path, metadata, written, current);
  }

  /** See `SecretsProvider.undoRotation`. */
  async undo(
    path: string,
    { runKey, ...call }: CallOptions & { runKey: string },
  ): Promise<'restored' | 'absent'> {
    const metadata = await this.#engine.readMetadata(path, call);
    const own = metadata && findMark(metadata.marks, 'rotated', runKey);
    if (!metadata || !own) {
      return 'absent';
    }
    if (own.version > metadata.current_version) {
      // Never written: who writes that version later is somebody else.
      await this.#clear(path, metadata, own.version, call);
      return 'absent';
    }
    const restored = findMark(metadata.marks, 'restored', runKey);
    const isRestored =
      restored !== undefined && restored.version <= metadata.current_version;
    if (!isRestored) {
      await this.#restore(path, metadata, own, call);
    }
    const left = Object.keys(metadata.versions)
      .map(Number)
      .filter(version => originOf(metadata.marks, version) === own.version)
      .filter(version => isReadable(metadata, version));
    if (left.length > 0) {
      await this.#engine.deleteVersions(path, left, call);
    }
    return isRestored && left.length === 0 ? 'absent' : 'restored';
  }

  async #restore(
    path: string,
    metadata: Metadata,
    own: VersionMark,
    call: CallOptions,
  ): Promise<void> {
    const { current_version: current, marks } = metadata;
    if (originOf(marks, current) !== own.version) {
      throw this.#overtaken(path, own.version);
    }
    const before = await this.#engine.read(path, own.from, call);
    if (!before) {
      throw conflict(
        `Version ${own.from} of the secret ${path}, which this run replaced, is not there any more.`,
        `Look which values are to be in use, and write them by hand: ${this.#engine.toUrl(
          path,
        )}`,
      );
    }
    await this.#writeMarked(path, metadata, before.data, {
      act: 'restored',
      from: own.from,
      runKey: own.runKey,
      ...call,
    });
  }

  async #writeMarked(
    path: string,
    metadata: Metadata,
    data: Record<string, JsonValue>,
    options: CallOptions & Omit<VersionMark, 'version'>,
  ): Promise<number> {
    const { act, from, runKey, ...call } = options;
    const { current_version: current } = metadata;
    const version = current + 1;
    const marks = withMark(metadata.marks, { version, act, from, runKey });
    await this.#engine.writeMarks(path, marks, call);
    try {
      return await this.#engine.write(path, data, current, call);
    } catch (error) {
      if (error instanceof Error && error.name === 'ConflictError') {
        // Somebody else's version has the mark now.
        const standing = await this.#engine.readMetadata(path, call);
        const mark = standing && findMark(standing.marks, act, runKey);
        if (standing && mark?.version === version) {
          await this.#clear(path, standing, version, call);
        }
      }
      throw error;
    }
  }

  #clear(
    path: string,
    { marks }: Metadata,
    version: number,
    call: CallOptions,
  ): Promise<void> {
    return this.#engine.writeMarks(path, withoutMark(marks, version), call);
  }

  #overtaken(path: string, version: number): Error {
    return conflict(
      `Version ${version} of the secret ${path}, which this run wrote, is not the one in use: somebody has written the secret since, or it was undone.`,
      `Look which values are to be in use: ${this.#engine.toUrl(path)}`,
    );
  }

  #toRotated(
    path: string,
    { marks }: Metadata,
    version: number,
    previous: number,
  ): RotatedSecret {
    return {
      ...this.#engine.toStored(path, version, marks),
      previousVersion: String(previous),
    };
  }
}
