import { join } from 'node:path';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { JsonCollection } from '../common/JsonCollection';

interface Stored {
  payload: AdapterPayload;
  /** Milliseconds since 1970. */
  expiresAt?: number;
}

/** Keeps the provider's sessions, grants and tokens over restarts. */
export class IdentityStore {
  readonly #collections = new Map<string, JsonCollection<Stored>>();

  /** @param directory - absolute path */
  constructor(private readonly directory: string) {}

  /** The adapter of one of oidc-provider's models, such as `Session`. */
  readonly adapterFor = (model: string): Adapter => {
    const items = this.#collection(model);
    const find = (match: (payload: AdapterPayload) => boolean) =>
      items.values().find(item => isAlive(item) && match(item.payload))
        ?.payload;
    return {
      upsert: async (id, payload, expiresIn) => {
        this.#sweep(items);
        items.set(id, {
          payload: { ...payload, jti: id },
          ...(expiresIn ? { expiresAt: Date.now() + expiresIn * 1000 } : {}),
        });
      },
      find: async id => {
        const item = items.get(id);
        return item && isAlive(item) ? item.payload : undefined;
      },
      findByUid: async uid => find(payload => payload.uid === uid),
      findByUserCode: async userCode =>
        find(payload => payload.userCode === userCode),
      consume: async id => {
        const item = items.get(id);
        if (item) {
          const consumed = Math.floor(Date.now() / 1000);
          items.set(id, { ...item, payload: { ...item.payload, consumed } });
        }
      },
      destroy: async id => {
        items.delete(id);
      },
      revokeByGrantId: async grantId => {
        for (const item of items.values()) {
          if (item.payload.grantId === grantId && item.payload.jti) {
            items.delete(item.payload.jti);
          }
        }
      },
    };
  };

  /** Forgets everything: everybody has to sign in anew. */
  clear(): void {
    for (const collection of this.#collections.values()) {
      collection.clear();
    }
  }

  #collection(model: string): JsonCollection<Stored> {
    const known = this.#collections.get(model);
    if (known) {
      return known;
    }
    const opened = JsonCollection.open<Stored>(join(this.directory, model));
    this.#collections.set(model, opened);
    return opened;
  }

  #sweep(items: JsonCollection<Stored>): void {
    for (const item of items.values()) {
      if (!isAlive(item) && item.payload.jti) {
        items.delete(item.payload.jti);
      }
    }
  }
}

function isAlive(item: Stored): boolean {
  return item.expiresAt === undefined || item.expiresAt > Date.now();
}
