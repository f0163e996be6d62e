import { AuthService } from '@backstage/backend-plugin-api';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  ConflictError,
  ForwardedError,
  InputError,
  isError,
  NotFoundError,
  ResponseError,
} from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { withProblem } from '@self-service/plugin-providers-node';

/** A location in the catalog, and the entity that it is about. */
export interface Registration {
  locationId: string;
  /** Address of the catalog-info.yaml. */
  locationTarget: string;
  entityRef: string;
}

/** Registers in the catalog with our service's own credentials. */
export class CatalogRegistrar {
  constructor(
    private readonly catalog: CatalogService,
    private readonly auth: AuthService,
  ) {}

  /** What is registered of this address; `undefined` where nothing is. */
  async find(target: string): Promise<Registration | undefined> {
    const location = await this.#findLocation(target);
    return (
      location && {
        locationId: location.id,
        locationTarget: target,
        entityRef: await this.#readEntityRef(target),
      }
    );
  }

  /** Whether something is registered of this address. */
  async isRegistered(target: string): Promise<boolean> {
    return (await this.#findLocation(target)) !== undefined;
  }

  /**
   * Registers an address, or finds it registered.
   *
   * @param signal - looked at before it is registered; the catalog's client
   * takes none
   * @throws an error with its problem - the file can't be read, or describes
   * no entity; it may be there a little later
   */
  async register(target: string, signal?: AbortSignal): Promise<Registration> {
    const entityRef = await this.#readEntityRef(target);
    signal?.throwIfAborted();
    const credentials = await this.auth.getOwnServiceCredentials();
    try {
      const { location } = await this.catalog.addLocation(
        { type: 'url', target },
        { credentials },
      );
      return { locationId: location.id, locationTarget: target, entityRef };
    } catch (error) {
      const standing = isConflict(error) ? await this.find(target) : undefined;
      if (standing) {
        return standing;
      }
      throw error;
    }
  }

  async #findLocation(target: string) {
    const credentials = await this.auth.getOwnServiceCredentials();
    return this.catalog.getLocationByRef(`url:${target}`, { credentials });
  }

  /** The component that a file describes, else the first thing that it does. */
  async #readEntityRef(target: string): Promise<string> {
    const credentials = await this.auth.getOwnServiceCredentials();
    let entities: Entity[];
    try {
      ({ entities } = await this.catalog.addLocation(
        { type: 'url', target, dryRun: true },
        { credentials },
      ));
    } catch (error) {
      throw isUnreadable(error) ? unreadable(target, error) : error;
    }
    // The catalog makes location entities up whose names begin like this.
    const named = entities.filter(
      ({ metadata }) => !metadata.name.startsWith('generated-'),
    );
    const entity =
      named.find(({ kind }) => kind.toLowerCase() === 'component') ?? named[0];
    if (!entity) {
      throw unreadable(target, new Error('it describes no entity'));
    }
    return stringifyEntityRef(entity);
  }
}

function isConflict(error: unknown): boolean {
  return (
    error instanceof ConflictError ||
    (error instanceof ResponseError && error.statusCode === 409)
  );
}

function isUnreadable(error: unknown): boolean {
  return (
    error instanceof InputError ||
    error instanceof NotFoundError ||
    (error instanceof ResponseError && [400, 404].includes(error.statusCode))
  );
}

/** A file of a new repository is sometimes there only a little later. */
function unreadable(target: string, error: unknown): Error {
  const cause = error instanceof ResponseError ? error.cause : error;
  const reason = isError(cause) ? cause.message : String(cause);
  const what = `The catalog can't read ${target}: ${reason}`;
  return withProblem(new ForwardedError(what, cause), {
    what,
    whose: 'yours',
    canPass: true,
    remedy:
      'Look whether the file is there and describes an entity, then retry.',
  });
}
