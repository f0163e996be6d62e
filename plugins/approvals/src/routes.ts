import {
  createExternalRouteRef,
  createRouteRef,
  createSubRouteRef,
} from '@backstage/frontend-plugin-api';

/**
 * The Approvals page.
 *
 * @public
 */
export const rootRouteRef = createRouteRef();

/**
 * The page of one request.
 *
 * @public
 */
export const requestRouteRef = createSubRouteRef({
  parent: rootRouteRef,
  path: '/:requestId',
});

/** The catalog's page of one entity. */
export const entityRouteRef = createExternalRouteRef({
  params: ['kind', 'namespace', 'name'],
  defaultTarget: 'catalog.catalogEntity',
});

/** The page of one run. */
export const runRouteRef = createExternalRouteRef({
  params: ['taskId'],
  defaultTarget: 'scaffolder.ongoingTask',
});

/** The list of templates, where a request begins. */
export const templatesRouteRef = createExternalRouteRef({
  defaultTarget: 'scaffolder.root',
});
