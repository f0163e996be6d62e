import { z } from 'zod';

type Json = string | number | boolean | null | Json[] | JsonObject;
interface JsonObject {
  [key: string]: Json | undefined;
}

/**
 * One route of an HTTP API, as its document tells of it.
 *
 * @public
 */
export interface ApiOperation {
  method: 'get' | 'post' | 'put' | 'delete';
  /** As express takes it: parameters are `:name`. */
  path: string;
  summary: string;
  /**
   * Who may call: people, plugins with service credentials, or both.
   * `outside`: without a Backstage token.
   */
  callers: 'people' | 'plugins' | 'both' | 'outside';
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Status of success and what comes with it; nothing where it is absent. */
  status?: 200 | 201 | 202 | 204;
  answer?: z.ZodType;
}

/** An API to describe. @public */
export interface ApiDescription {
  title: string;
  description: string;
  /** Where it is served, for example `/api/runs`. */
  url: string;
  operations: readonly ApiOperation[];
}

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

/**
 * A path with its parameters as OpenAPI writes them: `/requests/{id}`.
 *
 * @param path - as express takes it
 * @public
 */
export function toPathTemplate(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function parametersOf({ path, query }: ApiOperation): JsonObject[] {
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

const SECURITY: Record<ApiOperation['callers'], JsonObject[]> = {
  people: [{ person: [] }],
  plugins: [{ service: [] }],
  both: [{ person: [] }, { service: [] }],
  outside: [],
};

function describe(operation: ApiOperation): JsonObject {
  const { summary, callers, body, answer, status = 200 } = operation;
  return {
    summary,
    security: SECURITY[callers],
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
 * The OpenAPI 3.1 document of an API, made from the same schemas that check
 * what comes in.
 *
 * @returns a new object, as JSON
 * @public
 */
export function createOpenApiDocument(api: ApiDescription): JsonObject {
  const { title, description, url, operations } = api;
  const paths: Record<string, JsonObject> = {};
  for (const operation of operations) {
    const path = toPathTemplate(operation.path);
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  const bearer = { type: 'http', scheme: 'bearer' };
  return {
    openapi: '3.1.0',
    info: { title, version: '1', description },
    servers: [{ url }],
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
