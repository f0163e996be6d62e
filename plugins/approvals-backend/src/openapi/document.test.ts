import { toPathTemplate } from '@self-service/plugin-runs-common';
import { createPluginOperations } from '../pluginOperations';
import { createRouter, RouterOptions } from '../router';
import { createApprovalsDocument } from './document';
import { operations } from './operations';

/** What express has registered, as `get /requests/{id}`. */
function registeredRoutes(): string[] {
  const { stack } = createRouter({
    pluginOperations: createPluginOperations({} as never),
  } as unknown as RouterOptions);
  return stack.flatMap(({ route }) =>
    route
      ? route.stack.map(
          ({ method }: { method: string }) =>
            `${method} ${toPathTemplate(route.path)}`,
        )
      : [],
  );
}

describe('the OpenAPI document', () => {
  const document = JSON.parse(JSON.stringify(createApprovalsDocument()));

  it('has every route of the router, and no other', () => {
    const documented = Object.entries<object>(document.paths).flatMap(
      ([path, methods]) =>
        Object.keys(methods).map(method => `${method} ${path}`),
    );

    expect(registeredRoutes().length).toBeGreaterThan(10);
    expect(documented.sort()).toEqual(registeredRoutes().sort());
    expect(documented).toHaveLength(operations.length);
  });

  it('describes parameters, bodies and answers by the schemas that check them', () => {
    const { parameters } = document.paths['/requests'].get;
    expect(parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 25 },
    });
    const vote = document.paths['/requests/{id}/votes'].post;
    expect(vote.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    ]);
    expect(vote.requestBody.content['application/json'].schema).toMatchObject({
      properties: { verdict: { enum: ['approve', 'reject'] } },
      required: ['verdict'],
    });
    expect(
      vote.responses['200'].content['application/json'].schema.required,
    ).toEqual(['request', 'history', 'viewer']);
    expect(vote.security).toEqual([{ person: [] }]);
  });
});
