import {
  ApiOperation,
  changedResourceSchema,
  extendResourceSchema,
  extensionSchema,
  findResourceSchema,
  removalSchema,
  resourceDetailSchema,
  resourceFilterSchema,
  resourcePageSchema,
  resourceRecordSchema,
  useResourceSchema,
} from '@self-service/plugin-runs-common';

/** The routes about what runs have made. */
export const resourceOperations: readonly ApiOperation[] = [
  {
    method: 'post',
    path: '/resources/find',
    summary: 'What is known of a resource, by its id or a secret of it',
    callers: 'plugins',
    body: findResourceSchema,
    answer: resourceRecordSchema,
  },
  {
    method: 'post',
    path: '/resources/:id/changes',
    summary: 'Say that a run is about to change a resource',
    callers: 'plugins',
    body: useResourceSchema,
    answer: changedResourceSchema,
  },
  {
    method: 'post',
    path: '/resources/:id/removals',
    summary: 'Remove a resource, or ask how its removal stands',
    callers: 'plugins',
    body: useResourceSchema,
    answer: removalSchema,
  },
  {
    method: 'post',
    path: '/resources/:id/extensions',
    summary: 'Move the end of a resource',
    callers: 'plugins',
    body: extendResourceSchema,
    answer: extensionSchema,
  },
  {
    method: 'get',
    path: '/resources',
    summary: 'List what runs have made, newest first',
    callers: 'people',
    query: resourceFilterSchema,
    answer: resourcePageSchema,
  },
  {
    method: 'get',
    path: '/resources/:id',
    summary: 'What a run has made, and what was to remove it',
    callers: 'people',
    answer: resourceDetailSchema,
  },
];
