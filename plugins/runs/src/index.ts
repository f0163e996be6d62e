/**
 * Pages about runs that are not inside Create: the providers.
 *
 * @packageDocumentation
 */
export { runsPlugin as default } from './plugin';
export { providersApiRef, type ProvidersApi } from './api/ProvidersApi';
export { ProvidersClient } from './api/ProvidersClient';
export { useMaySeeProviders } from './providers/useMaySeeProviders';
export { providersRouteRef } from './routes';
export { providersTranslationRef } from './translation';
