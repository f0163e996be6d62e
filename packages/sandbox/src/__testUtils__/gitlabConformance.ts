import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import description from '../gitlab/__fixtures__/openapi.json';

type Json = Record<string, unknown>;

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  type?: string;
  items?: { type?: string };
  schema?: Json;
}

interface Operation {
  parameters?: Parameter[];
  responses: Record<string, { schema?: Json }>;
}

/** Operations that GitLab has and its description leaves out. */
const NOT_DESCRIBED = [
  /^GET \/user$/,
  /^(GET|POST) \/projects\/[^/]+\/merge_requests\/\d+\/notes$/,
];

/**
 * What the description says otherwise than GitLab does.
 *
 * @remarks
 * It is generated: fields of an action of a commit that belong to one kind of
 * action are required of each, a commit is said to be answered with 200, a date
 * to have a time, and what has no declared type is a `string`. The parameters
 * are of https://docs.gitlab.com/api/projects/#delete-a-project.
 */
const MISTAKEN = {
  required: new Set(['previous_path', 'content', 'execute_filemode']),
  created: new Set(['/projects/{id}/repository/commits']),
  dates: new Set(['expires_at']),
  query: new Set([
    'DELETE /projects/{id} permanently_remove',
    'DELETE /projects/{id} full_path',
  ]),
};

/** https://docs.gitlab.com/api/rest/troubleshooting/#status-code-400 */
const ERROR = {
  type: 'object',
  anyOf: [{ required: ['message'] }, { required: ['error'] }],
};

/**
 * Checks requests and answers against GitLab's published description, as far
 * as the excerpt goes that is in `gitlab/__fixtures__/openapi.json`.
 */
export class GitLabConformance {
  readonly #ajv = new Ajv({ strict: false, logger: false, allErrors: true });
  readonly #paths = description.paths as unknown as Record<
    string,
    Record<string, Operation>
  >;
  readonly #seen = new Set<string>();

  constructor() {
    addFormats(this.#ajv);
    for (const side of ['request', 'answer'] as const) {
      for (const [name, schema] of Object.entries(description.definitions)) {
        this.#ajv.addSchema(
          this.#translate(schema, side) as Json,
          `${side}:${name}`,
        );
      }
    }
  }

  /** Operations with statuses that were checked: `GET /projects/{id} 200`. */
  seen(): string[] {
    return [...this.#seen].sort();
  }

  /** Whether the description has nothing of an operation that is used. */
  isNotDescribed(method: string, path: string): boolean {
    return NOT_DESCRIBED.some(one => one.test(`${method} ${path}`));
  }

  /**
   * What is wrong with a request; empty when it conforms. A parameter or a
   * field that GitLab does not describe is wrong as well: it would be ignored.
   *
   * @param path - below `/api/v4`, as it was sent, without query
   */
  requestProblems(
    method: string,
    path: string,
    query: URLSearchParams,
    body: unknown,
  ): string[] {
    const found = this.#find(method, path);
    if (!found) {
      return [`${method} ${path} is no operation of GitLab's`];
    }
    const { parameters = [] } = found.operation;
    const schema = parameters.find(one => one.in === 'body')?.schema;
    if (body !== undefined && !schema) {
      return ['there must be no body'];
    }
    return [
      ...this.#queryProblems(`${method} ${found.template}`, parameters, query),
      ...(schema
        ? this.#validate(this.#translate(schema, 'request'), body)
        : []),
    ];
  }

  /** What is wrong with an answer; empty when it conforms. */
  problems(
    method: string,
    path: string,
    status: number,
    body: unknown,
  ): string[] {
    const found = this.#find(method, path);
    if (!found) {
      return [`${method} ${path} is no operation of GitLab's`];
    }
    const { template, operation } = found;
    this.#seen.add(`${method} ${template} ${status}`);
    const isCreated = status === 201 && MISTAKEN.created.has(template);
    const response = operation.responses[isCreated ? 200 : status];
    if (status >= 400) {
      // Not repeated for each operation.
      return method === 'HEAD' ? [] : this.#validate(ERROR, body);
    }
    if (!response) {
      return [`${status} is no answer of this operation`];
    }
    const { schema } = response;
    if (!schema || body === undefined) {
      return [];
    }
    // That there are many of something is often left unsaid.
    const isMany = Array.isArray(body) && schema.$ref !== undefined;
    return this.#validate(
      this.#translate(
        isMany ? { type: 'array', items: schema } : schema,
        'answer',
      ),
      body,
    );
  }

  #queryProblems(
    operation: string,
    parameters: Parameter[],
    query: URLSearchParams,
  ): string[] {
    const described = parameters.filter(one => one.in === 'query');
    const missing = described.filter(
      ({ name, required }) => required && !query.has(name),
    );
    return [
      ...missing.map(({ name }) => `?${name} is missing`),
      ...[...query].flatMap(([key, value]) => {
        const parameter = described.find(
          ({ name, type }) => key === (type === 'array' ? `${name}[]` : name),
        );
        if (MISTAKEN.query.has(`${operation} ${key}`)) {
          return [];
        }
        if (!parameter) {
          return [`?${key} is no parameter of this operation`];
        }
        const { name, in: place, required, ...schema } = parameter;
        return this.#validate(schema, read(value, parameter)).map(
          problem => `?${key} ${problem}`,
        );
      }),
    ];
  }

  #find(method: string, path: string) {
    const parts = path.split('/');
    const [found] = Object.entries(this.#paths)
      .filter(([template, operations]) => {
        const wanted = template.split('/');
        return (
          operations[method.toLowerCase()] &&
          wanted.length === parts.length &&
          wanted.every((one, index) => /^\{/.test(one) || one === parts[index])
        );
      })
      .map(([template, operations]) => ({
        template,
        operation: operations[method.toLowerCase()],
      }));
    return found;
  }

  #validate(schema: object, value: unknown): string[] {
    const validate = this.#ajv.compile(schema);
    validate(value);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath || '/'} ${message}${
          params.additionalProperty ? `: ${params.additionalProperty}` : ''
        }`,
    );
  }

  /** Turns what Swagger 2.0 says into a JSON Schema that knows no other field. */
  #translate(schema: unknown, side: 'request' | 'answer'): object {
    const { $ref, type, properties, items, required, ...rest } = schema as {
      $ref?: string;
      type?: string;
      properties?: Json;
      items?: Json;
      required?: string[];
    };
    if ($ref) {
      return { $ref: `${side}:${$ref.split('/').pop()}` };
    }
    if (side === 'answer' && type === 'string' && !('format' in rest)) {
      return {};
    }
    return {
      ...rest,
      // Swagger 2.0 has no word for what may be null.
      ...(type && { type: side === 'request' ? type : [type, 'null'] }),
      ...(items && { items: this.#translate(items, side) }),
      ...(required && {
        required: required.filter(name => !MISTAKEN.required.has(name)),
      }),
      ...(properties && {
        additionalProperties: false,
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, value]) => [
            name,
            MISTAKEN.dates.has(name) ? {} : this.#translateField(value, side),
          ]),
        ),
      }),
    };
  }

  /** Of an answer, what refers to something may be a list of it, or null. */
  #translateField(schema: unknown, side: 'request' | 'answer'): object {
    const one = this.#translate(schema, side);
    return side === 'answer' && '$ref' in one
      ? { anyOf: [one, { type: 'array', items: one }, { type: 'null' }] }
      : one;
  }
}

/** A value of a query as its parameter's type has it. */
function read(value: string, { type, items }: Partial<Parameter>): unknown {
  switch (type) {
    case 'array':
      return [read(value, { type: items?.type })];
    case 'integer':
      return Number(value);
    case 'boolean':
      return { true: true, false: false }[value] ?? value;
    default:
      return value;
  }
}
