import {
  extendResourceSchema,
  findResourceSchema,
  useResourceSchema,
} from '@self-service/plugin-runs-common';
import { PluginOperation } from '@self-service/plugin-runs-node';
import { parse } from './parse';
import { ResourceService } from './services/resources/ResourceService';

/** What other plugins may do with resources. */
export function createResourceOperations(
  resources: ResourceService,
): PluginOperation[] {
  return [
    {
      method: 'POST',
      route: '/resources/find',
      run: async ({ body }) => resources.find(parse(findResourceSchema, body)),
    },
    {
      method: 'POST',
      route: '/resources/:id/changes',
      run: async ({ params, body }) =>
        resources.change(params.id, parse(useResourceSchema, body)),
    },
    {
      method: 'POST',
      route: '/resources/:id/removals',
      run: async ({ params, body }) =>
        resources.remove(params.id, parse(useResourceSchema, body)),
    },
    {
      method: 'POST',
      route: '/resources/:id/extensions',
      run: async ({ params, body }) =>
        resources.extend(params.id, parse(extendResourceSchema, body)),
    },
  ];
}
