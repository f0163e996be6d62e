import Ajv, { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import description from '../hcp/__fixtures__/hcpOpenApi.json';

type Json = Record<string, unknown>;

/** What the API answers that its description does not name. */
const UNDESCRIBED: Record<string, string[]> = {
  // "List state version outputs": the value, null where it is sensitive.
  'state-version-outputs': ['value'],
};

/**
 * Checks answers against HCP Terraform's published OpenAPI description; an
 * attribute that it does not name is a problem too.
 *
 * @remarks
 * Source: the excerpt in `hcp/__fixtures__`, which names its own. OpenAPI 3.0's
 * `nullable` is translated to JSON Schema.
 */
export class HcpConformance {
  readonly #ajv = new Ajv({ strict: false, logger: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor() {
    addFormats(this.#ajv);
    for (const [name, schema] of Object.entries(
      description.components.schemas,
    )) {
      this.#ajv.addSchema(translate(schema, name) as Json, `hcp:${name}`);
    }
  }

  /**
   * What is wrong with an answer; empty when it conforms.
   *
   * @param schema - name of a component, for example `runs-envelope`
   */
  problems(schema: string, body: unknown): string[] {
    const validate =
      this.#validators.get(schema) ??
      this.#ajv.compile({ $ref: `hcp:${schema}` });
    this.#validators.set(schema, validate);
    validate(body);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
    );
  }
}

function translate(value: unknown, name: string, key = ''): unknown {
  if (Array.isArray(value)) {
    return value.map(item => translate(item, name));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const { nullable, $ref, ...rest } = value as Json;
  if (typeof $ref === 'string') {
    return { $ref: `hcp:${$ref.split('/').pop()}` };
  }
  const translated = Object.fromEntries(
    Object.entries(rest).map(([each, item]) => [
      each,
      translate(item, name, each),
    ]),
  );
  if (key === 'attributes' && rest.properties) {
    const further = UNDESCRIBED[name] ?? [];
    translated.properties = {
      ...(translated.properties as Json),
      ...Object.fromEntries(further.map(each => [each, {}])),
    };
    translated.additionalProperties = false;
  }
  return nullable === true
    ? { anyOf: [translated, { type: 'null' }] }
    : translated;
}

/** Calls the stand-in's API. */
export class HcpClient {
  constructor(readonly url: string, readonly token = 'sandbox-hcp-token') {}

  /** One call; an answer other than success is given, not thrown. */
  readonly call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${this.url}/api/v2${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body && { 'content-type': 'application/vnd.api+json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text ? JSON.parse(text) : undefined,
    };
  };

  /** Creates a workspace for a directory of `myorg/infrastructure`. */
  async createWorkspace(
    directory: string,
    attributes: object = {},
    relationships: object = {},
  ) {
    return this.call('POST', '/organizations/myorg/workspaces', {
      data: {
        type: 'workspaces',
        attributes: {
          name: directory.replaceAll('/', '-'),
          'working-directory': directory,
          'queue-all-runs': true,
          'vcs-repo': {
            identifier: 'myorg/infrastructure',
            'oauth-token-id': 'ot-sandboxGitHub001',
            branch: '',
          },
          ...attributes,
        },
        relationships,
      },
    });
  }

  /** Runs of a commit, newest first. */
  async runsOf(commit: string, operation: string) {
    const query = new URLSearchParams({
      'filter[operation]': operation,
      'search[commit]': commit,
    });
    const { body } = await this.call(
      'GET',
      `/organizations/myorg/runs?${query}`,
    );
    return body.data;
  }
}
