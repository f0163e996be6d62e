import Ajv, { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

interface Operation {
  responses: Record<string, unknown>;
  parameters?: Json[];
  requestBody?: Json;
}

/** An OpenAPI 3.0 description, or what of it is needed. */
export interface OpenApiDescription {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

type Json = Record<string, unknown>;

/** What to check by. */
export interface OpenApiConformanceOptions {
  /** For problems, for example `GitHub`. */
  vendor: string;
  description: OpenApiDescription;
  /** Name of the component that a refusal is, where an operation is silent. */
  error: string;
  /** Path parameters at a path's end that may hold slashes. */
  freeParameters?: readonly string[];
  /** Query parameters that are documented elsewhere. */
  furtherParameters?: readonly string[];
  /** The description leaves out bodies of answers; those may be anything. */
  leavesOutAnswers?: boolean;
}

/**
 * Checks requests and answers against a vendor's published OpenAPI description.
 *
 * @remarks
 * OpenAPI 3.0's `nullable` is translated to JSON Schema, component by component
 * as they are needed.
 */
export class OpenApiConformance {
  readonly #options: OpenApiConformanceOptions;
  readonly #description: OpenApiDescription;
  readonly #ajv = new Ajv({ strict: false, logger: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction | undefined>();
  readonly #added = new Set<string>();
  readonly #seen = new Set<string>();

  constructor(options: OpenApiConformanceOptions) {
    this.#options = options;
    this.#description = options.description;
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
      return [`${method} ${path} is no operation of ${this.#options.vendor}'s`];
    }
    this.#seen.add(`${method} ${template} ${status}`);
    const validate = this.#validator(method, template, status);
    if (!validate) {
      return body === undefined || this.#options.leavesOutAnswers
        ? []
        : ['there must be no body'];
    }
    validate(body);
    return (validate.errors ?? []).map(
      error => `${error.instancePath || '/'} ${error.message}`,
    );
  }

  /**
   * What is wrong with a request; empty when it conforms. A parameter or a
   * field that is not described is wrong as well: it would be ignored.
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
      return [`${method} ${path} is no operation of ${this.#options.vendor}'s`];
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
    const { furtherParameters = [] } = this.#options;
    return [...query].flatMap(([name, value]) => {
      if (furtherParameters.includes(name)) {
        return [];
      }
      const parameter = described.find(one => one.name === name);
      if (!parameter) {
        return [`?${name} is no parameter of this operation`];
      }
      const schema = this.#translate(parameter.schema) as Json;
      const given = readValue(value, schema.type);
      return this.#ajv.validate(schema, given)
        ? []
        : [`?${name} ${this.#ajv.errorsText()}`];
    });
  }

  #bodyProblems(operation: Operation, body: unknown): string[] {
    const described =
      operation.requestBody && this.#follow(operation.requestBody);
    const schema = described && schemaOf(described);
    if (!schema || body === undefined) {
      return [
        ...(body === undefined ? [] : ['there must be no body']),
        ...(described?.required ? ['there must be a body'] : []),
      ];
    }
    const isValid = this.#ajv.validate(this.#translate(schema) as Json, body);
    const invalid = isValid ? [] : [this.#ajv.errorsText()];
    return [
      ...this.#unknownFields(schema, body).map(
        pointer => `${pointer} is no field of this operation`,
      ),
      ...invalid,
    ];
  }

  /**
   * Pointers of the fields that a schema with properties does not have, or has
   * in answers only (`readOnly`).
   */
  #unknownFields(schema: Json, value: unknown, pointer = ''): string[] {
    const { properties, items, oneOf, anyOf } = this.#follow(schema) as {
      properties?: Record<string, Json>;
      items?: Json;
      oneOf?: Json[];
      anyOf?: Json[];
    };
    const alternatives = oneOf ?? anyOf;
    if (!properties && alternatives) {
      return this.#unknownFieldsOfAny(alternatives, value, pointer);
    }
    if (Array.isArray(value)) {
      return items
        ? value.flatMap((item, index) =>
            this.#unknownFields(items, item, `${pointer}/${index}`),
          )
        : [];
    }
    if (!properties || typeof value !== 'object' || value === null) {
      return [];
    }
    return Object.entries(value).flatMap(([name, item]) =>
      name in properties && !this.#follow(properties[name]).readOnly
        ? this.#unknownFields(properties[name], item, `${pointer}/${name}`)
        : [`${pointer}/${name}`],
    );
  }

  /** By the alternative that a value is meant by: the one that it fits best. */
  #unknownFieldsOfAny(
    alternatives: Json[],
    value: unknown,
    pointer: string,
  ): string[] {
    const [best = []] = alternatives
      // Where none fits, the validation of the body says so.
      .filter(schema =>
        this.#ajv.validate(this.#translate(schema) as Json, value),
      )
      .map(schema => this.#unknownFields(schema, value, pointer))
      .sort((one, other) => one.length - other.length);
    return best;
  }

  #template(method: string, path: string): string | undefined {
    const matching = Object.entries(this.#description.paths)
      .filter(([, operations]) => operations[method.toLowerCase()])
      .map(([template]) => template)
      .filter(template => {
        const parts = template.split(/\{[^}]+\}/).map(escapeRegExp);
        const { freeParameters = [] } = this.#options;
        const last = freeParameters.some(name => template.endsWith(`{${name}}`))
          ? '.+'
          : '[^/]+';
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
      return status < 400 ? { not: {} } : this.#error();
    }
    const response = this.#follow(described as Json);
    const schema = schemaOf(response);
    if (!schema) {
      return status < 400 ? undefined : this.#error();
    }
    return this.#translate(schema) as Json;
  }

  #error(): Json {
    return this.#translate({
      $ref: `#/components/schemas/${this.#options.error}`,
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
    const id = `component:${name}`;
    if (!this.#added.has(id)) {
      this.#added.add(id);
      const schema = this.#description.components.schemas[name];
      this.#ajv.addSchema(this.#translate(schema) as Json, id);
    }
    return id;
  }
}

/** The schema of a body, whatever JSON it is called. */
function schemaOf({ content }: Json): Json | undefined {
  const [, described] =
    Object.entries((content ?? {}) as Record<string, { schema?: Json }>).find(
      ([type]) => /[/+]json$/.test(type),
    ) ?? [];
  return described?.schema;
}

/** A value of a query as its parameter's type has it. */
function readValue(value: string, type: unknown): unknown {
  switch (type) {
    case 'array':
      return value.split(',');
    case 'integer':
      return Number(value);
    case 'boolean':
      return { true: true, false: false }[value] ?? value;
    default:
      return value;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
