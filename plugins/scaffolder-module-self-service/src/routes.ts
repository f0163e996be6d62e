import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';

/**
 * Routes of the stock plugin that the run pages lead to.
 *
 * @remarks
 * The only place besides `module.tsx` that imports from `/alpha`: the routes
 * of the new frontend system are exported nowhere else.
 */
export const {
  root: createRootRouteRef,
  selectedTemplate: selectedTemplateRouteRef,
  ongoingTask: runRouteRef,
} = scaffolderPlugin.routes;
