import { AuthService } from '@backstage/backend-plugin-api';
import { Entity, parseEntityRef } from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';

/** Refs of users and groups in a text, without the full stop behind them. */
const REFS = /\b(?:user|group):[\w-]+\/[\w.-]*\w/gi;

/**
 * A ref in the shortest words: the name in it.
 *
 * @public
 */
export function shortName(ref: string): string {
  try {
    return parseEntityRef(ref, { defaultKind: 'user' }).name;
  } catch {
    return ref;
  }
}

/**
 * Knows what people and groups are called, by what the catalog says at the
 * moment: the display name of their profile, or else the entity's title.
 *
 * @remarks
 * Reads with the plugin's own credentials, and remembers nothing. Where the
 * catalog doesn't say, or can't be read, the name in the ref is given.
 *
 * @public
 */
export class EntityNames {
  readonly #catalog: Pick<CatalogService, 'getEntityByRef'>;
  readonly #auth: AuthService;

  private constructor(options: EntityNamesOptions) {
    this.#catalog = options.catalog;
    this.#auth = options.auth;
  }

  static create(options: EntityNamesOptions): EntityNames {
    return new EntityNames(options);
  }

  /** What these entities are called; others get the name in their ref. */
  async read(refs: Iterable<string>): Promise<(ref: string) => string> {
    const names = new Map<string, string>();
    await Promise.all(
      [...new Set(refs)].map(async ref => {
        const name = nameOf(await this.#find(ref).catch(() => undefined));
        names.set(ref, name ?? shortName(ref));
      }),
    );
    return ref => names.get(ref) ?? shortName(ref);
  }

  /** A text for people, with names in the place of refs. */
  async nameIn(text: string): Promise<string> {
    const name = await this.read(text.match(REFS) ?? []);
    return text.replace(REFS, ref => name(ref));
  }

  async #find(ref: string): Promise<Entity | undefined> {
    return this.#catalog.getEntityByRef(ref, {
      credentials: await this.#auth.getOwnServiceCredentials(),
    });
  }
}

function nameOf(entity: Entity | undefined): string | undefined {
  const profile = entity?.spec?.profile as
    | { displayName?: unknown }
    | undefined;
  return [profile?.displayName, entity?.metadata.title]
    .filter(name => typeof name === 'string')
    .map(name => name.trim())
    .find(name => name !== '');
}

interface EntityNamesOptions {
  catalog: Pick<CatalogService, 'getEntityByRef'>;
  auth: AuthService;
}
