import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * A persistent map of JSON values, one file per key.
 *
 * @remarks
 * A write goes to a temporary file that is then renamed, synchronously, so that
 * a process killed at any moment leaves either the old or the new value. Files
 * carry mode 0600 since some hold the sandbox's secrets. Values are kept in
 * memory; mutate one and `set` it again to store the change.
 */
export class JsonCollection<T> {
  readonly #directory: string;
  readonly #items = new Map<string, T>();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Opens the collection and reads all of it.
   *
   * @param directory - absolute path; created when missing
   */
  static open<T>(directory: string): JsonCollection<T> {
    const collection = new JsonCollection<T>(directory);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(directory)) {
      const path = join(directory, file);
      if (file.endsWith('.tmp')) {
        rmSync(path, { force: true });
      } else if (file.endsWith('.json')) {
        const { key, value } = JSON.parse(readFileSync(path, 'utf8'));
        collection.#items.set(key, value);
      }
    }
    return collection;
  }

  /** The value under the key, or undefined. */
  get(key: string): T | undefined {
    return this.#items.get(key);
  }

  /** Stores the value; on return it is on disk. */
  set(key: string, value: T): void {
    const path = this.#path(key);
    writeFileSync(`${path}.tmp`, JSON.stringify({ key, value }), {
      mode: 0o600,
    });
    renameSync(`${path}.tmp`, path);
    this.#items.set(key, value);
  }

  /** Removes the key; nothing happens when it is absent. */
  delete(key: string): void {
    rmSync(this.#path(key), { force: true });
    this.#items.delete(key);
  }

  /** All keys, in no particular order. */
  keys(): string[] {
    return [...this.#items.keys()];
  }

  /** All values, in no particular order. */
  values(): T[] {
    return [...this.#items.values()];
  }

  /** Removes everything. */
  clear(): void {
    for (const key of this.keys()) {
      this.delete(key);
    }
  }

  #path(key: string): string {
    const name = createHash('sha256').update(key).digest('hex');
    return join(this.#directory, `${name}.json`);
  }
}
