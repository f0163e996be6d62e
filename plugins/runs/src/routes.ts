import {
  createExternalRouteRef,
  createRouteRef,
  createSubRouteRef,
} from '@backstage/frontend-plugin-api';

/**
 * The Providers page.
 *
 * @public
 */
export const providersRouteRef = createRouteRef();

/**
 * The Resources page.
 *
 * @public
 */
export const resourcesRouteRef = createRouteRef();

/**
 * The page of one resource.
 *
 * @public
 */
export const resourceRouteRef = createSubRouteRef({
  parent: resourcesRouteRef,
  path: '/:resourceId',
});

/** The page of one run. */
export const runRouteRef = createExternalRouteRef({
  params: ['taskId'],
  defaultTarget: 'scaffolder.ongoingTask',
});

/** The list of templates, where a resource begins. */
export const templatesRouteRef = createExternalRouteRef({
  defaultTarget: 'scaffolder.root',
});
