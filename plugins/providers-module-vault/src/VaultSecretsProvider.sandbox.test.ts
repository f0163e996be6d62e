import { mockServices } from '@backstage/backend-test-utils';
import { HttpClient, problemOf } from '@self-service/plugin-providers-node';
import {
  createProviderFaults,
  describeSecretsProviderContract,
} from '@self-service/plugin-providers-node/testing';
import { Client } from 'pg';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, startSandbox } from 'sandbox';
import { VaultSecretsProvider } from './VaultSecretsProvider';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(30_000);

const TIMEOUT_MILLISECONDS = 1_500;
const TEAM = 'group:default/payments';

/** @param entry - of `providers.vault`, beside address and AppRole */
async function start(entry: object = {}) {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'vault-provider-'));
  const sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
  const { urls, credentials } = sandbox;
  const [provider] = VaultSecretsProvider.fromConfig(
    mockServices.rootConfig({
      data: {
        providers: {
          vault: {
            address: urls.vault,
            ...entry,
            auth: {
              appRole: {
                roleId: credentials.vaultRoleId,
                secretId: credentials.vaultSecretId,
              },
            },
          },
        },
      },
    }),
    {
      http: HttpClient.create({
        vendor: 'Vault',
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        clock: { now: () => Date.now(), sleep: async () => {} },
      }),
    },
  );
  return {
    sandbox,
    provider,
    stop: async () => {
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

function call(
  { urls, credentials }: Sandbox,
  method: string,
  path: string,
  body?: object,
) {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return fetch(`${urls.vault}/v1/secret/data/${encoded}`, {
    method,
    headers: {
      'x-vault-token': credentials.vaultRootToken,
      'content-type': 'application/json',
    },
    body: body && JSON.stringify(body),
  });
}

async function read(sandbox: Sandbox, path: string) {
  const response = await call(sandbox, 'GET', path);
  const { data } = await response.json();
  return data.data;
}

/** Reads as a member of the team would. */
async function mayRead({ urls, credentials }: Sandbox, path: string) {
  const login = await fetch(`${urls.vault}/v1/auth/userpass/login/dana`, {
    method: 'POST',
    body: JSON.stringify({ password: credentials.demoPassword }),
  });
  const { auth } = await login.json();
  const { status } = await fetch(`${urls.vault}/v1/secret/data/${path}`, {
    headers: { 'x-vault-token': auth.client_token },
  });
  expect([200, 403]).toContain(status);
  return status === 200;
}

async function canConnect({ postgres }: Sandbox, data: unknown) {
  const { username, password } = data as Record<string, string>;
  const client = new Client({
    ...postgres,
    database: 'postgres',
    user: username,
    password,
  });
  try {
    await client.connect();
    return true;
  } catch (error) {
    // Neither role nor password: anything else is no answer.
    expect((error as { code?: string }).code).toMatch(/^28/);
    return false;
  } finally {
    await client.end();
  }
}

describeSecretsProviderContract(
  'Vault',
  async () => {
    const { sandbox, provider, stop } = await start({
      paths: ['teams', 'databases'],
      access: {},
      leases: {},
    });
    return {
      provider,
      faults: createProviderFaults(sandbox.faults, 'vault', {
        slowMilliseconds: 2 * TIMEOUT_MILLISECONDS,
      }),
      prefix: 'teams',
      read: path => read(sandbox, path),
      write: async (path, data) => {
        expect((await call(sandbox, 'POST', path, { data })).status).toBe(200);
      },
      remove: async path => {
        expect((await call(sandbox, 'DELETE', path)).status).toBe(204);
      },
      access: { team: TEAM, mayRead: path => mayRead(sandbox, path) },
      leases: {
        role: 'read-only',
        work: data => canConnect(sandbox, data),
      },
      stop,
    };
  },
  { features: ['access', 'leases'] },
);

describe('a Vault provider and a vault in trouble', () => {
  let fixture: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    fixture = await start();
  }, 60_000);
  afterAll(async () => {
    await fixture?.stop();
  });

  it.each(['metadata', 'data'])(
    'is unsure about a cut answer of %s, and writes once',
    async kind => {
      const { sandbox, provider } = fixture;
      const secret = {
        path: `databases/cut-${kind}`,
        data: { password: 'canary' },
        runKey: 'run-1',
      };
      // Metadata is written again by itself, three times at most.
      sandbox.faults.add({
        service: 'vault',
        kind: 'reset-after',
        match: { method: 'POST', pathPattern: `/secret/${kind}/` },
        times: 3,
      });
      await expect(provider.create(secret)).rejects.toMatchObject({
        name: 'ServiceUnavailableError',
        message: expect.not.stringContaining('canary'),
      });
      sandbox.faults.clear();
      expect(await provider.create(secret)).toMatchObject({ version: '1' });
      expect(await read(sandbox, secret.path)).toEqual(secret.data);
      const { secrets } = await sandbox.inventory();
      expect(secrets).toContainEqual(
        expect.objectContaining({ path: secret.path, currentVersion: 1 }),
      );
    },
  );

  it('is unsure about a cut answer of a removal, and sure on the next attempt', async () => {
    const { sandbox, provider } = fixture;
    const path = 'databases/cut-removal';
    const options = { runKey: 'run-1' };
    await provider.create({ path, data: { password: 'canary' }, ...options });
    sandbox.faults.add({
      service: 'vault',
      kind: 'reset-after',
      match: { method: 'DELETE' },
      times: 3,
    });
    const error = await provider.remove(path, options).catch(e => e);
    expect(problemOf(error)).toMatchObject({ whose: 'vendor', canPass: true });
    sandbox.faults.clear();
    expect(await provider.remove(path, options)).toBe('absent');
    const { secrets } = await sandbox.inventory();
    expect(secrets.map(secret => secret.path)).not.toContain(path);
  });

  it.each(['json', 'html'] as const)(
    'does not take nonsense for a removal (%s)',
    async body => {
      const { sandbox, provider } = fixture;
      const path = `databases/nonsense-${body}`;
      const options = { runKey: 'run-1' };
      await provider.create({ path, data: { password: 'canary' }, ...options });
      const match = { method: 'DELETE' };
      sandbox.faults.add({ service: 'vault', kind: 'wrong', match, body });
      await expect(provider.remove(path, options)).rejects.toMatchObject({
        name: 'ServiceUnavailableError',
      });
      sandbox.faults.clear();
      expect(await provider.remove(path, options)).toBe('removed');
    },
  );

  it('may not write where its role does not let it', async () => {
    await expect(
      fixture.provider.create({
        path: 'elsewhere/orders',
        data: { password: 'canary' },
        runKey: 'run-1',
      }),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
  });

  it('says that the vault is sealed', async () => {
    const { sandbox, provider } = fixture;
    const seal = (path: string, body = {}) =>
      fetch(`${sandbox.urls.vault}/v1/sys/${path}`, {
        method: 'POST',
        headers: {
          'x-vault-token': sandbox.credentials.vaultRootToken,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      });
    expect((await seal('seal')).ok).toBe(true);
    await expect(provider.find('databases/orders')).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining('unseal'),
    });
  });
});

describe('a Vault provider and what its role may do', () => {
  it('says what it lacks, and who it is', async () => {
    const { provider, stop } = await start({ paths: ['elsewhere'] });
    try {
      const health = await provider.checkHealth();
      expect(health).toMatchObject({
        status: 'degraded',
        problem: { whose: 'platform', canPass: false },
      });
      expect(health.description).toContain('signed in as approle');
      expect(health.description).toContain(
        'create, read, update on secret/data/elsewhere/self-service-check',
      );
      expect(health.description).not.toContain('sys/policies');
      // Nothing was made to find out.
      expect(
        await provider.find('elsewhere/self-service-check').catch(e => e),
      ).toMatchObject({ name: 'NotAllowedError' });
    } finally {
      await stop();
    }
  });

  it('keeps namespaces apart', async () => {
    const { sandbox, provider, stop } = await start({
      namespace: 'payments',
      access: {},
    });
    try {
      const path = 'teams/spaced';
      const secret = { path, data: { password: 'canary' }, runKey: 'run-1' };
      await provider.create(secret);
      expect((await provider.read(path)).data).toEqual(secret.data);
      expect(await provider.checkHealth()).toMatchObject({ status: 'ok' });
      const { secrets } = await sandbox.inventory();
      expect(secrets.map(it => it.path)).toEqual([`payments/${path}`]);
      await provider.grantAccess?.({
        path,
        team: TEAM,
        access: 'read',
        runKey: 'run-1',
      });
      // A person of the root namespace is nobody there.
      expect((await call(sandbox, 'GET', path)).status).toBe(404);
      await expect(
        provider.grantAccess?.({
          path,
          team: 'group:default/strangers',
          access: 'read',
          runKey: 'run-1',
        }),
      ).rejects.toMatchObject({
        name: 'NotFoundError',
        message: expect.stringContaining('identity group strangers'),
      });
    } finally {
      await stop();
    }
  });

  it('grants nothing by a path that a policy takes for a pattern', async () => {
    const { provider, stop } = await start({ access: {} });
    try {
      for (const path of ['a*', 'teams/+/b', 'teams/a"b', 'teams/{{b}}']) {
        await expect(
          provider.grantAccess?.({
            path,
            team: TEAM,
            access: 'read',
            runKey: 'run-1',
          }),
        ).rejects.toMatchObject({ name: 'InputError' });
      }
    } finally {
      await stop();
    }
  });
});
