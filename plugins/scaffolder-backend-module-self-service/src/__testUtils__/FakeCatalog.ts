import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { ConflictError, InputError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';

type AddLocation = CatalogService['addLocation'];
type Location = Awaited<ReturnType<AddLocation>>['location'];

/** The component that a file of a test describes. */
export function componentOf(name: string): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, namespace: 'default' },
    spec: { type: 'service', lifecycle: 'production', owner: 'payments' },
  };
}

/** A location as the catalog shows it. */
export function locationOf(id: string, target: string): Location {
  return { id, type: 'url', target, entityRef: `location:default/${id}` };
}

/** A group with the names that it has elsewhere. */
export function groupOf(
  name: string,
  annotations?: Record<string, string>,
): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name, namespace: 'default', annotations },
    spec: { type: 'team', children: [] },
  };
}

/** The locations of a catalog, and what their files describe. */
export class FakeCatalog
  implements
    Pick<CatalogService, 'addLocation' | 'getLocationByRef' | 'getEntityByRef'>
{
  /** By entity ref. */
  readonly entities = new Map([
    ['group:default/payments', groupOf('payments')],
  ]);
  readonly locations: Location[] = [];
  /** What can be read, by address. */
  readonly files = new Map<string, Entity[]>();
  /** Called before a location is added. */
  onAdd: () => void = () => {};
  readonly askers: unknown[] = [];

  async addLocation(
    { target, dryRun }: Parameters<AddLocation>[0],
    { credentials }: Parameters<AddLocation>[1],
  ): ReturnType<AddLocation> {
    const { type } = credentials.principal as { type?: string };
    this.askers.push(type);
    const entities = this.files.get(target);
    if (!entities) {
      throw new InputError(`Unable to read ${target}`);
    }
    const location = locationOf(`location-${target}`, target);
    if (!dryRun) {
      this.onAdd();
      if (this.locations.some(known => known.target === target)) {
        throw new ConflictError('exists');
      }
      this.locations.push(location);
    }
    return { location, entities: dryRun ? entities : [] };
  }

  async getEntityByRef(
    ref: Parameters<CatalogService['getEntityByRef']>[0],
    { credentials }: Parameters<CatalogService['getEntityByRef']>[1],
  ): Promise<Entity | undefined> {
    const { type } = credentials.principal as { type?: string };
    this.askers.push(type);
    return this.entities.get(
      typeof ref === 'string' ? ref : stringifyEntityRef(ref),
    );
  }

  async getLocationByRef(ref: string): Promise<Location | undefined> {
    return this.locations.find(({ target }) => `url:${target}` === ref);
  }
}
