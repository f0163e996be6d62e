/**
 * Pages about runs that are not inside Create: resources and providers.
 *
 * @packageDocumentation
 */
export { runsPlugin as default } from './plugin';
export { providersApiRef, type ProvidersApi } from './api/ProvidersApi';
export { ProvidersClient } from './api/ProvidersClient';
export { resourcesApiRef, type ResourcesApi } from './api/ResourcesApi';
export { ResourcesClient } from './api/ResourcesClient';
export { useMaySeeProviders } from './providers/useMaySeeProviders';
export { resourcesTranslationRef } from './resourcesTranslation';
export {
  providersRouteRef,
  resourceRouteRef,
  resourcesRouteRef,
} from './routes';
export { providersTranslationRef } from './translation';
