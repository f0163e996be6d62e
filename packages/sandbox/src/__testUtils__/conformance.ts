import Ajv, { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';

interface Operation {
  responses: Record<string, unknown>;
  parameters?: Json[];
  requestBody?: Json;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

type Json = Record<string, unknown>;

/**
 * Checks requests and answers against GitHub's published OpenAPI description.
 *
 * @remarks
 * Source: `@octokit/openapi`, `api.github.com`. OpenAPI 3.0's `nullable` is
 * translated to JSON Schema, component by component as they are needed.
 */
export class GitHubConformance {
  readonly #description: Description;
  readonly #ajv = new Ajv({ strict: false, logger: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction | undefined>();
  readonly #added = new Set<string>();
  readonly #seen = new Set<string>();

  constructor() {
    const file = require.resolve(
      '@octokit/openapi/generated/api.github.com.json',
    );
    this.#description = JSON.parse(readFileSync(file, 'utf8'));
    addFormats(this.#ajv);
  }

  /** Operations with statuses that were checked, for instance `GET /user 200`. */
  seen(): string[] {
    return [...this.#seen].sort();
  }

  /**
   * What is wrong with an answer; empty when it conforms.
   *
   * @param path - path below the REST base URL, without query
   */
  problems(
    method: string,
    path: string,
    status: number,
    body: unknown,
  ): string[] {
    const template = this.#template(method, path);
    if (!template) {
      return [`${method} ${path} is no operation of GitHub's`];
    }
    this.#seen.add(`${method} ${template} ${status}`);
    const validate = this.#validator(method, template, status);
    if (!validate) {
      return body === undefined ? [] : ['there must be no body'];
    }
    validate(body);
    return (validate.errors ?? []).map(
      error => `${error.instancePath || '/'} ${error.message}`,
    );
  }

  /**
   * What is wrong with a request; empty when it conforms. A parameter or a
   * field that GitHub does not describe is wrong as well: it would be ignored.
   *
   * @param path - path below the REST base URL, without query
   */
  requestProblems(
    method: string,
    path: string,
    query: URLSearchParams,
    body: unknown,
  ): string[] {
    const template = this.#template(method, path);
    if (!template) {
      return [`${method} ${path} is no operation of GitHub's`];
    }
    const operation = this.#description.paths[template][method.toLowerCase()];
    return [
      ...this.#queryProblems(operation, query),
      ...this.#bodyProblems(operation, body),
    ];
  }

  #queryProblems(operation: Operation, query: URLSearchParams): string[] {
    const described = (operation.parameters ?? [])
      .map(parameter => this.#follow(parameter))
      .filter(parameter => parameter.in === 'query');
    return [...query].flatMap(([name, value]) => {
      const parameter = described.find(one => one.name === name);
      if (!parameter) {
        return [`?${name} is no parameter of this operation`];
      }
      const schema = this.#translate(parameter.schema) as Json;
      const given = schema.type === 'integer' ? Number(value) : value;
      return this.#ajv.validate(schema, given)
        ? []
        : [`?${name} ${this.#ajv.errorsText()}`];
    });
  }

  #bodyProblems(operation: Operation, body: unknown): string[] {
    const described =
      operation.requestBody && this.#follow(operation.requestBody);
    const content = described?.content as
      | Record<string, { schema: Json }>
      | undefined;
    const schema = content?.['application/json']?.schema;
    if (!schema || body === undefined) {
      return [
        ...(body === undefined ? [] : ['there must be no body']),
        ...(described?.required ? ['there must be a body'] : []),
      ];
    }
    const { properties } = this.#follow(schema) as { properties?: Json };
    const unknown = Object.keys(body as Json).filter(
      name => properties && !(name in properties),
    );
    const isValid = this.#ajv.validate(this.#translate(schema) as Json, body);
    return [
      ...unknown.map(name => `/${name} is no field of this operation`),
      ...(isValid ? [] : [this.#ajv.errorsText()]),
    ];
  }

  #template(method: string, path: string): string | undefined {
    const matching = Object.entries(this.#description.paths)
      .filter(([, operations]) => operations[method.toLowerCase()])
      .map(([template]) => template)
      .filter(template => {
        const parts = template.split(/\{[^}]+\}/).map(escapeRegExp);
        // only these parameters may hold slashes
        const free = /\{(path|ref|branch|basehead|tree_sha)\}$/.test(template);
        const last = free ? '.+' : '[^/]+';
        const pattern = parts
          .map((part, index) => {
            if (index === 0) {
              return part;
            }
            return `${index === parts.length - 1 ? last : '[^/]+'}${part}`;
          })
          .join('');
        return new RegExp(`^${pattern}$`).test(path);
      });
    const literal = (template: string) =>
      template.replace(/\{[^}]+\}/g, '').length;
    return matching.sort((one, other) => literal(other) - literal(one))[0];
  }

  #validator(
    method: string,
    template: string,
    status: number,
  ): ValidateFunction | undefined {
    const key = `${method} ${template} ${status}`;
    if (!this.#validators.has(key)) {
      const schema = this.#schema(method, template, status);
      this.#validators.set(key, schema && this.#ajv.compile(schema));
    }
    return this.#validators.get(key);
  }

  #schema(method: string, template: string, status: number): Json | undefined {
    const operation = this.#description.paths[template][method.toLowerCase()];
    const described = operation.responses[String(status)];
    if (!described) {
      // every operation may answer these, the description does not repeat them
      return status < 400 ? { not: {} } : this.#basicError();
    }
    const response = this.#follow(described as Json);
    const content = response.content as
      | Record<string, { schema: Json }>
      | undefined;
    const schema = content?.['application/json']?.schema;
    if (!schema) {
      return status < 400 ? undefined : this.#basicError();
    }
    return this.#translate(schema) as Json;
  }

  #basicError(): Json {
    return this.#translate({
      $ref: '#/components/schemas/basic-error',
    }) as Json;
  }

  #follow(value: Json): Json {
    if (typeof value.$ref !== 'string') {
      return value;
    }
    const [, , kind, name] = value.$ref.split('/');
    return this.#description.components[kind][name] as Json;
  }

  /** Turns an OpenAPI schema into a JSON Schema and adds what it refers to. */
  #translate(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map(item => this.#translate(item));
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const { nullable, $ref, example, examples, ...rest } = value as Json;
    if (typeof $ref === 'string') {
      return { $ref: this.#reference($ref) };
    }
    const translated = Object.fromEntries(
      Object.entries(rest).map(([key, item]) => [key, this.#translate(item)]),
    );
    return nullable === true
      ? { anyOf: [translated, { type: 'null' }] }
      : translated;
  }

  #reference(pointer: string): string {
    const name = pointer.split('/').pop()!;
    const id = `github:${name}`;
    if (!this.#added.has(id)) {
      this.#added.add(id);
      const schema = this.#description.components.schemas[name];
      this.#ajv.addSchema(this.#translate(schema) as Json, id);
    }
    return id;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
