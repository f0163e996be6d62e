import {
  createExternalRouteRef,
  createRouteRef,
} from '@backstage/frontend-plugin-api';

/**
 * The Providers page.
 *
 * @public
 */
export const providersRouteRef = createRouteRef();

/** The page of one run. */
export const runRouteRef = createExternalRouteRef({
  params: ['taskId'],
  defaultTarget: 'scaffolder.ongoingTask',
});
