import { AuthService } from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  GitProvider,
  Repository,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { toNameDigest } from '../../database/effectRows';
import { NameTarget } from './listTargets';

/** How to find out whether a name is taken. */
export interface NameLookup {
  /** Names system and thing, the same for everybody who asks. */
  key: string;
  /** For people, for example `GitHub`. */
  vendor: string;
  /** Under which the ledger has the name while a run makes or keeps it. */
  nameDigest?: string;
  /** @throws where the system does not answer */
  exists(signal: AbortSignal): Promise<boolean>;
}

/** `myorg/orders`, or with a host in front: `github.com/myorg/orders`. */
function toRepository(
  name: string,
  defaultHost: string | undefined,
): Repository | undefined {
  const parts = name.split('/');
  const [first] = parts;
  const hasHost = parts.length > 2 && first.includes('.');
  const host = hasHost ? first : defaultHost;
  const path = hasHost ? parts.slice(1) : parts;
  const owner = path.slice(0, -1).join('/');
  const repository = path.at(-1);
  return host && owner && repository
    ? { host, owner, name: repository }
    : undefined;
}

/** The one that serves it; none where it is not clear which. */
function only<T>(providers: readonly T[]): T | undefined {
  return providers.length === 1 ? providers[0] : undefined;
}

/** Knows where names can be looked for. */
export class NameLookups {
  readonly #deps: NameLookupsDeps;

  private constructor(deps: NameLookupsDeps) {
    this.#deps = deps;
  }

  static create(deps: NameLookupsDeps): NameLookups {
    return new NameLookups(deps);
  }

  /** @returns `undefined` where no installed system has such names */
  find({ capability, name }: NameTarget): NameLookup | undefined {
    switch (capability) {
      case 'git':
        return this.#ofRepository(name);
      case 'secrets':
        return this.#ofSecret(name);
      default:
        return this.#ofEntity(name);
    }
  }

  #ofRepository(text: string): NameLookup | undefined {
    const repository = toRepository(text, this.#deps.defaultGitHost);
    const provider =
      repository &&
      only(this.#deps.git.filter(git => git.serves(repository.host)));
    if (!provider) {
      return undefined;
    }
    const { host, owner, name } = repository;
    const full = `${host}/${owner}/${name}`;
    return {
      key: JSON.stringify(['git', provider.id, full]),
      vendor: provider.vendor,
      // As the action git:repository:create claims it.
      nameDigest: toNameDigest({
        capability: 'git',
        provider: provider.id,
        kind: 'repository',
        name: full,
      }),
      exists: async signal =>
        (await provider.findRepository(repository, { signal })) !== undefined,
    };
  }

  #ofSecret(path: string): NameLookup | undefined {
    const provider = only(
      this.#deps.secrets.filter(secrets => secrets.serves(path)),
    );
    return (
      provider && {
        key: JSON.stringify(['secrets', provider.id, path]),
        vendor: provider.vendor,
        // As the action secret:create claims it.
        nameDigest: toNameDigest({
          capability: 'secrets',
          provider: provider.id,
          kind: 'secret',
          name: path,
        }),
        exists: async signal =>
          (await provider.find(path, { signal })) !== undefined,
      }
    );
  }

  #ofEntity(text: string): NameLookup | undefined {
    const { catalog, auth } = this.#deps;
    let ref: string;
    try {
      ref = stringifyEntityRef(
        parseEntityRef(text, { defaultKind: 'component' }),
      );
    } catch {
      return undefined;
    }
    return {
      key: JSON.stringify(['catalog', ref]),
      vendor: 'the catalog',
      // As the portal: a name is taken also where the caller can't see by whom.
      exists: async () =>
        (await catalog.getEntityByRef(ref, {
          credentials: await auth.getOwnServiceCredentials(),
        })) !== undefined,
    };
  }
}

interface NameLookupsDeps {
  git: readonly GitProvider[];
  secrets: readonly SecretsProvider[];
  catalog: Pick<CatalogService, 'getEntityByRef'>;
  auth: AuthService;
  /** Of repositories that templates write without one. */
  defaultGitHost?: string;
}
