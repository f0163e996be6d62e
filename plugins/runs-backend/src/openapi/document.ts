import { JsonObject } from '@backstage/types';
import { createOpenApiDocument } from '@self-service/plugin-runs-common';
import { operations } from './operations';

/**
 * The OpenAPI 3.1 document of the API, made from the same schemas that check
 * what comes in.
 *
 * @returns a new object, as JSON
 */
export function createRunsDocument(): JsonObject {
  return createOpenApiDocument({
    title: 'Runs',
    description:
      'Runs of templates: how they stand, what they have created outside, and what people can do when they fail. Pages give `nextCursor` while there is more: pass it as `cursor`.',
    url: '/api/runs',
    operations,
  });
}
