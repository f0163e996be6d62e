import { JsonObject } from '@backstage/types';
import { z } from 'zod';
import { Operation, operations } from './operations';

type Direction = 'input' | 'output';

/**
 * A schema as OpenAPI 3.1 takes it, which is JSON Schema 2020-12. What JSON
 * can't express, as a value that is never there, allows anything.
 */
function toSchema(schema: z.ZodType, io: Direction): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
  });
  return rest as JsonObject;
}

function json(schema: z.ZodType, io: Direction): JsonObject {
  return { 'application/json': { schema: toSchema(schema, io) } };
}

/** A path with its parameters as OpenAPI writes them: `/requests/{id}`. */
export function toPathTemplate(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function parametersOf({ path, query }: Operation): JsonObject[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const { shape = {} } = query ?? {};
  const inQuery = Object.entries(shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !z.safeParse(schema as z.ZodType, undefined).success,
    schema: toSchema(schema as z.ZodType, 'output'),
  }));
  return [...inPath, ...inQuery];
}

const securityOf: Record<Operation['callers'], JsonObject[]> = {
  people: [{ person: [] }],
  plugins: [{ service: [] }],
  both: [{ person: [] }, { service: [] }],
};

function describe(operation: Operation): JsonObject {
  const { summary, callers, body, answer, status = 200 } = operation;
  return {
    summary,
    security: securityOf[callers],
    parameters: parametersOf(operation),
    ...(body && {
      requestBody: { required: true, content: json(body, 'input') },
    }),
    responses: {
      [status]: {
        description: 'Done',
        ...(answer && { content: json(answer, 'output') }),
      },
      default: { $ref: '#/components/responses/error' },
    },
  };
}

const errorSchema = z.object({
  error: z.looseObject({ name: z.string(), message: z.string() }),
  response: z.looseObject({ statusCode: z.number().int() }),
});

/**
 * The OpenAPI 3.1 document of the API, made from the same schemas that check
 * what comes in.
 *
 * @returns a new object, as JSON
 */
export function createOpenApiDocument(): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const operation of operations) {
    const path = toPathTemplate(operation.path);
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  const bearer = { type: 'http', scheme: 'bearer' };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Approvals',
      version: '1',
      description:
        'Decisions by policy, approval requests, stages and votes. List answers give `nextCursor` while there is more: pass it as `cursor`.',
    },
    servers: [{ url: '/api/approvals' }],
    paths,
    components: {
      securitySchemes: {
        person: { ...bearer, description: 'Backstage token of a person' },
        service: { ...bearer, description: 'Backstage token of a plugin' },
      },
      responses: {
        error: {
          description: 'Why not',
          content: json(errorSchema, 'output'),
        },
      },
    },
  };
}
