import Ajv from 'ajv';

const ajv = new Ajv({ strict: false, allErrors: true });

const nullable = (type: string) => ({ type: [type, 'null'] });
const object = (properties: Record<string, object>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

const kvMetadata = object({
  created_time: { type: 'string' },
  custom_metadata: nullable('object'),
  deletion_time: { type: 'string' },
  destroyed: { type: 'boolean' },
  version: { type: 'integer', minimum: 1 },
});

const vaultEnvelope = (data: object, auth: object = { type: 'null' }) =>
  object({
    request_id: { type: 'string', minLength: 1 },
    lease_id: { type: 'string' },
    renewable: { type: 'boolean' },
    lease_duration: { type: 'integer' },
    data,
    wrap_info: { type: 'null' },
    warnings: nullable('array'),
    auth,
  });

/**
 * Shapes of documented answers.
 *
 * @remarks
 * Sources: Vault documentation, "KV secrets engine - version 2 (API)", "AppRole
 * auth method (API)", "Token auth method (API)", "/sys/health", "/sys/seal-status"
 * and "HTTP API: Error response"; OpenID Connect Core 1.0 section 3.1.3.3 and
 * OpenID Connect Discovery 1.0 section 3; Terraform's state file version 4.
 */
export const SHAPES = {
  vaultError: {
    ...object({ errors: { type: 'array', items: { type: 'string' } } }),
    additionalProperties: false,
  },
  kvWrite: vaultEnvelope(kvMetadata),
  kvRead: vaultEnvelope(
    object({ data: { type: 'object' }, metadata: kvMetadata }),
  ),
  kvDeleted: vaultEnvelope(
    object({ data: { type: 'null' }, metadata: kvMetadata }),
  ),
  kvList: vaultEnvelope(
    object({ keys: { type: 'array', items: { type: 'string' } } }),
  ),
  kvMetadata: vaultEnvelope(
    object({
      cas_required: { type: 'boolean' },
      created_time: { type: 'string' },
      current_version: { type: 'integer' },
      custom_metadata: nullable('object'),
      delete_version_after: { type: 'string' },
      max_versions: { type: 'integer' },
      oldest_version: { type: 'integer' },
      updated_time: { type: 'string' },
      versions: {
        type: 'object',
        additionalProperties: object({
          created_time: { type: 'string' },
          deletion_time: { type: 'string' },
          destroyed: { type: 'boolean' },
        }),
      },
    }),
  ),
  vaultLogin: vaultEnvelope(
    { type: 'null' },
    object({
      client_token: { type: 'string', minLength: 20 },
      accessor: { type: 'string' },
      policies: { type: 'array', items: { type: 'string' } },
      token_policies: { type: 'array' },
      metadata: nullable('object'),
      lease_duration: { type: 'integer' },
      renewable: { type: 'boolean' },
      entity_id: { type: 'string' },
      token_type: { const: 'service' },
      orphan: { type: 'boolean' },
    }),
  ),
  vaultLookup: vaultEnvelope(
    object({
      accessor: { type: 'string' },
      creation_time: { type: 'integer' },
      creation_ttl: { type: 'integer' },
      display_name: { type: 'string' },
      expire_time: nullable('string'),
      id: { type: 'string' },
      issue_time: { type: 'string' },
      meta: nullable('object'),
      policies: { type: 'array' },
      renewable: { type: 'boolean' },
      ttl: { type: 'integer' },
    }),
  ),
  vaultHealth: object({
    initialized: { const: true },
    sealed: { type: 'boolean' },
    standby: { type: 'boolean' },
    performance_standby: { type: 'boolean' },
    server_time_utc: { type: 'integer' },
    version: { type: 'string' },
  }),
  sealStatus: object({
    type: { const: 'shamir' },
    initialized: { const: true },
    sealed: { type: 'boolean' },
    t: { type: 'integer' },
    n: { type: 'integer' },
    progress: { type: 'integer' },
    version: { type: 'string' },
  }),
  oidcDiscovery: object({
    issuer: { type: 'string' },
    authorization_endpoint: { type: 'string' },
    token_endpoint: { type: 'string' },
    jwks_uri: { type: 'string' },
    response_types_supported: { type: 'array', contains: { const: 'code' } },
    subject_types_supported: { type: 'array' },
    id_token_signing_alg_values_supported: {
      type: 'array',
      contains: { const: 'RS256' },
    },
  }),
  oidcTokens: object({
    access_token: { type: 'string' },
    token_type: { const: 'Bearer' },
    expires_in: { type: 'integer' },
    refresh_token: { type: 'string' },
    id_token: { type: 'string', pattern: '^[^.]+\\.[^.]+\\.[^.]+$' },
  }),
  terraformState: object({
    version: { const: 4 },
    terraform_version: { type: 'string' },
    serial: { type: 'integer', minimum: 1 },
    lineage: { type: 'string', minLength: 36 },
    outputs: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['value', 'type'],
        properties: { sensitive: { const: true } },
      },
    },
    resources: {
      type: 'array',
      items: object({
        mode: { const: 'managed' },
        type: { type: 'string' },
        name: { type: 'string' },
        provider: { type: 'string', pattern: '^provider\\["' },
        instances: { type: 'array', items: { type: 'object' } },
      }),
    },
  }),
};

/** What is wrong with an answer's body; empty when it has the shape. */
export function shapeProblems(
  shape: keyof typeof SHAPES,
  body: unknown,
): string[] {
  const validate = ajv.compile(SHAPES[shape]);
  validate(body);
  return (validate.errors ?? []).map(
    error => `${error.instancePath || '/'} ${error.message}`,
  );
}
