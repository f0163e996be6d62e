import { AuthService } from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { Effect } from '@self-service/plugin-runs-common';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { isNotFound } from './errors';

/** The part of the catalog that unregistering needs. */
export type CatalogLocations = Pick<
  CatalogService,
  'getLocationByRef' | 'getLocationById' | 'removeLocationById'
>;

/**
 * Unregisters the location of an entity; the catalog then drops what nothing
 * else refers to. A step claims such an effect only where the location was not
 * there before, so that one which is there now is the run's, though the step
 * could not say so.
 */
export function createCatalogEntityUndoer(deps: {
  auth: AuthService;
  catalog: CatalogLocations;
}): EffectUndoer {
  return {
    capability: 'catalog',
    kind: 'catalog entity',
    async settle(effect) {
      const credentials = await deps.auth.getOwnServiceCredentials();
      const locationId = await findLocation(deps.catalog, effect, credentials);
      return locationId
        ? {
            outcome: 'created',
            url: targetOf(effect),
            reference: { ...effect.reference, locationId },
          }
        : { outcome: 'absent' };
    },
    async undo(effect) {
      const credentials = await deps.auth.getOwnServiceCredentials();
      const id = await findLocation(deps.catalog, effect, credentials);
      if (!id) {
        return { outcome: 'undone', note: 'It is not in the catalog.' };
      }
      try {
        await deps.catalog.removeLocationById(id, { credentials });
      } catch (error) {
        if (!isNotFound(error)) {
          throw error;
        }
      }
      return { outcome: 'undone', note: 'Unregistered from the catalog.' };
    },
  };
}

async function findLocation(
  catalog: CatalogLocations,
  effect: Effect,
  credentials: Awaited<ReturnType<AuthService['getOwnServiceCredentials']>>,
): Promise<string | undefined> {
  const id = effect.reference?.locationId;
  const location =
    typeof id === 'string'
      ? await catalog.getLocationById(id, { credentials })
      : await catalog.getLocationByRef(`url:${targetOf(effect)}`, {
          credentials,
        });
  return location?.id;
}

function targetOf({ reference, name }: Effect): string {
  const target = reference?.locationTarget;
  return typeof target === 'string' ? target : name;
}
