import { toPathTemplate } from '@self-service/plugin-runs-common';
import { Router } from 'express';
import { createPluginOperations } from '../pluginOperations';
import { createRouter } from '../router';
import { createWebhookRouter } from '../routes/webhookRoutes';
import { createRunsDocument } from './document';
import { operations } from './operations';

/** What express has registered, as `get /runs/{taskId}`. */
function routesOf({ stack }: Router): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (!route) {
      return 'stack' in handle ? routesOf(handle as unknown as Router) : [];
    }
    // Also in front of what reads a raw body.
    const methods = new Set(
      route.stack.map(({ method }: { method: string }) => method),
    );
    return [...methods].map(
      method => `${method} ${toPathTemplate(route.path)}`,
    );
  });
}

function registeredRoutes(): string[] {
  const router = createRouter({
    pluginOperations: createPluginOperations({} as never),
  } as unknown as Parameters<typeof createRouter>[0]);
  return [...routesOf(router), ...routesOf(createWebhookRouter({} as never))];
}

describe('the OpenAPI document', () => {
  const document = JSON.parse(JSON.stringify(createRunsDocument()));

  it('has every route of the routers, and no other', () => {
    const documented = Object.entries<object>(document.paths).flatMap(
      ([path, methods]) =>
        Object.keys(methods).map(method => `${method} ${path}`),
    );
    expect(registeredRoutes().length).toBeGreaterThan(20);
    expect(documented.sort()).toEqual(registeredRoutes().sort());
    expect(documented).toHaveLength(operations.length);
  });

  it('describes parameters, bodies and answers by the schemas that check them', () => {
    expect(document.paths['/runs/page'].get.parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    });
    const { post } = document.paths['/runs/{taskId}/cancel'];
    expect(post.parameters).toEqual([
      {
        name: 'taskId',
        in: 'path',
        required: true,
        schema: { type: 'string' },
      },
    ]);
    expect(post.requestBody.content['application/json'].schema).toMatchObject({
      properties: { rollback: { type: 'boolean' } },
    });
    expect(post.responses).toHaveProperty('202');
    expect(post.security).toEqual([{ person: [] }]);
    const run = document.paths['/runs/{taskId}'].get.responses['200'];
    expect(run.content['application/json'].schema.required).toEqual([
      'taskId',
      'suspensions',
      'effects',
    ]);
  });

  it('names no secret that would be needed from outside', () => {
    expect(document.paths['/webhooks/{receiver}'].post.security).toEqual([]);
  });
});
