import { AuthService } from '@backstage/backend-plugin-api';
import { Entity } from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { RecentAnswers } from '@self-service/plugin-runs-node';

/** The part of the catalog that look-ups of people and groups need. */
export type EntityReader = Pick<CatalogService, 'getEntityByRef'>;

/**
 * A catalog that keeps what services read of it for a short time. What it says
 * is for people to look at; who decides with it has to ask the catalog itself.
 *
 * @remarks
 * Services see everything, so that an answer is the same for all of them. What
 * anybody else asks is never kept.
 *
 * @param options.recent - for entities alone, as their refs are the keys
 */
export function rememberCatalog(options: {
  catalog: EntityReader;
  auth: AuthService;
  recent: RecentAnswers<Entity>;
}): EntityReader {
  const { catalog, auth, recent } = options;
  return {
    getEntityByRef: async (ref, request) => {
      const read = () => catalog.getEntityByRef(ref, request);
      return typeof ref === 'string' &&
        auth.isPrincipal(request.credentials, 'service')
        ? recent.get(ref, read)
        : read();
    },
  };
}
