import { mockServices } from '@backstage/backend-test-utils';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, startSandbox } from 'sandbox';
import { OpenApiConformance } from 'sandbox/src/__testUtils__/OpenApiConformance';
import {
  Exchange,
  recordTraffic,
} from 'sandbox/src/__testUtils__/recordTraffic';
import { VaultSecretsProvider } from './VaultSecretsProvider';

// Real PostgreSQL takes its time on a busy machine.
jest.setTimeout(60_000);

const API = '/v1';
const PATH = 'teams/payments/told';
const TEAM = 'group:default/payments';

/**
 * Checks by the description that HashiCorp's clients are generated from. It
 * leaves out refusals, which are of https://developer.hashicorp.com/vault/api-docs
 * ("Error response"), and what a query may say.
 */
function createConformance(): OpenApiConformance {
  const file = require.resolve(
    'sandbox/src/vault/__fixtures__/vaultOpenApi.json',
  );
  // Vault writes a duration as Go does, not as JSON Schema has it.
  const description = JSON.parse(readFileSync(file, 'utf8'), (key, value) =>
    key === 'format' && value === 'duration' ? undefined : value,
  );
  Object.assign(description.components.schemas, {
    Refusal: {
      type: 'object',
      required: ['errors'],
      properties: { errors: { type: 'array', items: { type: 'string' } } },
    },
  });
  return new OpenApiConformance({
    vendor: 'Vault',
    description,
    error: 'Refusal',
    freeParameters: ['path'],
    furtherParameters: ['version', 'standbyok', 'perfstandbyok'],
    leavesOutAnswers: true,
  });
}

/** Everything that a provider can do, and some of what it may not. */
async function doEverything(provider: VaultSecretsProvider) {
  const data = { username: 'told', password: 'secret-1' };
  const own = { path: PATH, runKey: 'run-1' };
  await provider.checkHealth();
  await provider.find(PATH);
  await provider.create({ ...own, data });
  await provider.create({ ...own, data });
  await provider.create({ ...own, data, runKey: 'run-2' }).catch(() => {});
  await provider.read(PATH);
  await provider.read(PATH, { version: '1' });
  await provider.grantAccess?.({ ...own, team: TEAM, access: 'read' });
  await provider.revokeAccess?.({ ...own, team: TEAM, access: 'read' });
  await provider.rotate({ ...own, data, runKey: 'run-3' });
  await provider.listVersions(PATH);
  await provider.undoRotation(PATH, { runKey: 'run-3' });
  await provider.remove(PATH, { runKey: 'run-1' }).catch(() => {});
  const other = { path: `${PATH}-2`, runKey: 'run-4' };
  await provider.create({ ...other, data });
  await provider.remove(other.path, { runKey: other.runKey });
  const lease = await provider.createLease?.('read-only');
  await provider.revokeLease?.(lease?.id ?? '');
  await provider.createLease?.('none').catch(() => {});
}

describe('what goes to Vault and comes from its stand-in', () => {
  let dataDirectory: string;
  let sandbox: Sandbox;
  let exchanges: Exchange[];
  const conformance = createConformance();

  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'vault-traffic-'));
    sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
    const { vaultRoleId: roleId, vaultSecretId: secretId } =
      sandbox.credentials;
    const traffic = await recordTraffic(sandbox.urls.vault);
    const [provider] = VaultSecretsProvider.fromConfig(
      mockServices.rootConfig({
        data: {
          providers: {
            vault: {
              address: traffic.url,
              access: {},
              leases: {},
              auth: { appRole: { roleId, secretId } },
            },
          },
        },
      }),
    );
    await doEverything(provider);
    await traffic.stop();
    ({ exchanges } = traffic);
  }, 60_000);
  afterAll(async () => {
    await sandbox?.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it('is as the description of Vault has it, in both directions', () => {
    const problems = exchanges.flatMap(exchange => {
      const { method, query, body, status, answer } = exchange;
      const path = decodeURIComponent(exchange.path).slice(API.length);
      // Of an answer the description has what is in `data`.
      const described = status < 400 ? answer?.data ?? undefined : answer;
      return [
        ...conformance.requestProblems(method, path, query, body),
        ...conformance.problems(method, path, status, described),
      ].map(problem => `${method} ${path} ${status}: ${problem}`);
    });
    expect([...new Set(problems)]).toEqual([]);
    expect(conformance.seen()).toEqual([
      'DELETE /identity/group/name/{name} 204',
      'DELETE /sys/policies/acl/{name} 204',
      'DELETE /{kv_v2_mount_path}/metadata/{path} 204',
      'GET /auth/token/lookup-self 200',
      'GET /identity/group/name/{name} 200',
      'GET /identity/group/name/{name} 404',
      'GET /sys/health 200',
      'GET /{database_mount_path}/creds/{name} 200',
      'GET /{database_mount_path}/creds/{name} 400',
      'GET /{kv_v2_mount_path}/data/{path} 200',
      'GET /{kv_v2_mount_path}/metadata/{path} 200',
      'GET /{kv_v2_mount_path}/metadata/{path} 404',
      'POST /auth/{approle_mount_path}/login 200',
      'POST /identity/group 200',
      'POST /sys/capabilities-self 200',
      'POST /sys/leases/revoke 204',
      'POST /sys/policies/acl/{name} 204',
      'POST /{kv_v2_mount_path}/data/{path} 200',
      'POST /{kv_v2_mount_path}/delete/{path} 204',
      'POST /{kv_v2_mount_path}/metadata/{path} 204',
    ]);
  });

  it('would be found out if it were not', () => {
    const none = new URLSearchParams();
    const path = '/secret/data/told';
    expect(
      conformance.requestProblems('POST', path, none, {
        data: 'told',
        cas: 0,
      }),
    ).toEqual([
      '/cas is no field of this operation',
      'data/data must be object',
    ]);
    expect(conformance.requestProblems('PATCH', path, none, {})).toEqual([
      `PATCH ${path} is no operation of Vault's`,
    ]);
    const answer = (status: number, body?: object) =>
      conformance.problems('POST', path, status, body);
    expect(answer(200, { version: '1' })).toEqual(['/version must be integer']);
    expect(answer(204)).not.toEqual([]);
    expect(answer(403, {})).toEqual(["/ must have required property 'errors'"]);
  });
});
