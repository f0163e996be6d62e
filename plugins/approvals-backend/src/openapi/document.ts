import { JsonObject } from '@backstage/types';
import { createOpenApiDocument } from '@self-service/plugin-runs-common';
import { operations } from './operations';

/**
 * The OpenAPI 3.1 document of the API, made from the same schemas that check
 * what comes in.
 *
 * @returns a new object, as JSON
 */
export function createApprovalsDocument(): JsonObject {
  return createOpenApiDocument({
    title: 'Approvals',
    description:
      'Decisions by policy, approval requests, stages and votes. List answers give `nextCursor` while there is more: pass it as `cursor`.',
    url: '/api/approvals',
    operations,
  });
}
