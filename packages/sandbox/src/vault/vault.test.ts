import { request as httpRequest } from 'node:http';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FaultSwitch } from '../faults/FaultSwitch';
import { readOrganisation } from '../identity/people';
import { SHAPES, shapeProblems } from '../__testUtils__/answers';
import { startTestService, TestService } from '../__testUtils__/services';
import { vaultApp } from './app';
import { listVerbHandler } from './listVerb';
import { Vault } from './Vault';

describe('the vault', () => {
  let service: TestService;
  let vault: Vault;
  let time = Date.parse('2026-11-22T10:00:00Z');
  let token: string;

  const open = (directory: string) =>
    Vault.open({
      directory,
      people: readOrganisation().people,
      now: () => new Date(time),
    });

  beforeAll(async () => {
    service = await startTestService(({ directory, url, service: port }) => {
      port.handleUnknownMethods(listVerbHandler(url));
      vault = open(directory);
      return vaultApp({ vault, faults: new FaultSwitch() });
    });
  });

  afterAll(async () => {
    await service.stop();
  });

  const call = async (
    method: string,
    path: string,
    body?: object,
    options: { token?: string; shape?: keyof typeof SHAPES } = {},
  ) => {
    const response = await fetch(`${service.url}/v1/${path}`, {
      method,
      headers: {
        'x-vault-request': 'true',
        ...(options.token ?? token
          ? { 'x-vault-token': options.token ?? token }
          : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    const json = text ? JSON.parse(text) : undefined;
    const shape =
      options.shape ??
      (json && 'errors' in json ? ('vaultError' as const) : undefined);
    if (shape) {
      expect(shapeProblems(shape, json)).toEqual([]);
    }
    return { status: response.status, body: json };
  };

  /** Lets a team read a secret, as the product does. */
  const letRead = (team: string, path: string) => {
    const { policies, groups } = vault.root;
    const policy = `path "secret/data/${path}" { capabilities = ["read"] }`;
    policies.set({ name: 'read', policy });
    groups.write({
      name: 'readers',
      policies: ['read'],
      memberGroupIds: [groups.get(team)!.id],
      metadata: {},
    });
  };

  const login = async () => {
    const { body } = await call(
      'POST',
      'auth/approle/login',
      { role_id: 'self-service', secret_id: 'sandbox-secret-id' },
      { token: '', shape: 'vaultLogin' },
    );
    return body.auth.client_token as string;
  };

  beforeEach(async () => {
    vault.reset();
    token = await login();
  });

  it('logs in by AppRole, renews, looks up and revokes', async () => {
    const wrong = await call('POST', 'auth/approle/login', {
      role_id: 'self-service',
      secret_id: 'nope',
    });
    expect(wrong).toEqual({
      status: 400,
      body: { errors: ['invalid role or secret ID'] },
    });
    const self = () =>
      call('GET', 'auth/token/lookup-self', undefined, {
        shape: 'vaultLookup',
      });
    expect((await self()).body.data.ttl).toBe(1200);
    time += 600_000;
    expect((await self()).body.data.ttl).toBe(600);
    await call('POST', 'auth/token/renew-self', {}, { shape: 'vaultLogin' });
    expect((await self()).body.data.ttl).toBe(1200);
    time += 1_200_000;
    const expired = await call('GET', 'auth/token/lookup-self');
    expect(expired).toEqual({
      status: 403,
      body: { errors: ['permission denied'] },
    });
    token = await login();
    expect((await call('POST', 'auth/token/revoke-self')).status).toBe(204);
    expect((await call('GET', 'auth/token/lookup-self')).status).toBe(403);
  });

  it('writes versions, checks and sets, and reads each', async () => {
    const path = 'secret/data/databases/orders';
    const write = (data: object, cas?: number) =>
      call('POST', path, { data, options: cas === undefined ? {} : { cas } });
    const first = await call(
      'POST',
      path,
      { data: { a: '1' }, options: { cas: 0 } },
      { shape: 'kvWrite' },
    );
    expect(first.body.data.version).toBe(1);
    expect(await write({ a: '2' }, 0)).toEqual({
      status: 400,
      body: {
        errors: ['check-and-set parameter did not match the current version'],
      },
    });
    expect((await write({ a: '2' }, 1)).body.data.version).toBe(2);
    const latest = await call('GET', path, undefined, { shape: 'kvRead' });
    expect(latest.body.data.data).toEqual({ a: '2' });
    const old = await call('GET', `${path}?version=1`);
    expect(old.body.data.data).toEqual({ a: '1' });
    expect((await call('GET', `${path}?version=9`)).status).toBe(404);
    expect(await call('GET', 'secret/data/databases/none')).toEqual({
      status: 404,
      body: { errors: [] },
    });
  });

  it('soft-deletes, restores, destroys, and forgets', async () => {
    const path = 'secret/data/databases/orders';
    await call('POST', path, { data: { a: '1' } });
    expect((await call('DELETE', path)).status).toBe(204);
    const deleted = await call('GET', path, undefined, { shape: 'kvDeleted' });
    expect(deleted.status).toBe(404);
    expect(deleted.body.data.metadata.deletion_time).not.toBe('');
    const blocked = await call('POST', path, {
      data: {},
      options: { cas: 0 },
    });
    expect(blocked.status).toBe(400);
    await call('POST', 'secret/undelete/databases/orders', { versions: [1] });
    expect((await call('GET', path)).body.data.data).toEqual({ a: '1' });
    await call('POST', 'secret/destroy/databases/orders', { versions: [1] });
    const destroyed = await call('GET', path, undefined, {
      shape: 'kvDeleted',
    });
    expect(destroyed.body.data.metadata.destroyed).toBe(true);
    await call('DELETE', 'secret/metadata/databases/orders');
    const anew = await call('POST', path, { data: {}, options: { cas: 0 } });
    expect(anew.body.data.version).toBe(1);
  });

  it('keeps metadata and lists by verb and by query', async () => {
    await call('POST', 'secret/data/databases/a', { data: {} });
    await call('POST', 'secret/data/databases/b/c', { data: {} });
    await call('POST', 'secret/metadata/databases/a', {
      custom_metadata: { run: 'one' },
    });
    const metadata = await call(
      'GET',
      'secret/metadata/databases/a',
      undefined,
      { shape: 'kvMetadata' },
    );
    expect(metadata.body.data).toMatchObject({
      current_version: 1,
      custom_metadata: { run: 'one' },
    });
    const listed = await call(
      'GET',
      'secret/metadata/databases?list=true',
      undefined,
      { shape: 'kvList' },
    );
    expect(listed.body.data.keys).toEqual(['a', 'b/']);
    const byVerb = await call('LIST', 'secret/metadata/databases');
    expect(byVerb.body.data).toEqual(listed.body.data);
    expect(await call('LIST', 'secret/metadata/databases/none')).toEqual({
      status: 404,
      body: { errors: [] },
    });
  });

  it('allows each token what its policies say', async () => {
    const elsewhere = await call('POST', 'secret/data/other', { data: {} });
    expect(elsewhere.status).toBe(403);
    await call('POST', 'secret/data/databases/a', { data: { k: 'v' } });
    const wrong = await call(
      'POST',
      'auth/userpass/login/dana',
      { password: 'nope' },
      { token: '' },
    );
    expect(wrong.status).toBe(400);
    const { body } = await call(
      'POST',
      'auth/userpass/login/dana',
      { password: 'demo' },
      { token: '', shape: 'vaultLogin' },
    );
    const person = { token: body.auth.client_token };
    const readAs = (who: { token: string }) =>
      call('GET', 'secret/data/databases/a', undefined, who);
    expect((await readAs(person)).status).toBe(403);
    letRead('payments', 'databases/a');
    const read = await readAs(person);
    expect(read.body.data.data).toEqual({ k: 'v' });
    const write = await call(
      'POST',
      'secret/data/databases/a',
      { data: {} },
      person,
    );
    expect(write.status).toBe(403);
    expect((await call('GET', 'nothing/here')).status).toBe(404);
    const none = await call('GET', 'secret/data/databases/a', undefined, {
      token: 'unknown',
    });
    expect(none.status).toBe(403);
  });

  it('answers 503 while sealed, and says so', async () => {
    const health = () =>
      call('GET', 'sys/health', undefined, { shape: 'vaultHealth' });
    expect((await health()).status).toBe(200);
    expect((await call('PUT', 'sys/seal')).status).toBe(403);
    await call('PUT', 'sys/seal', undefined, { token: 'sandbox-root-token' });
    expect((await health()).status).toBe(503);
    expect(await call('GET', 'secret/data/databases/a')).toEqual({
      status: 503,
      body: { errors: ['Vault is sealed'] },
    });
    expect((await call('PUT', 'sys/unseal', { key: 'x' })).status).toBe(400);
    await call(
      'PUT',
      'sys/unseal',
      { key: 'sandbox-unseal-key' },
      { shape: 'sealStatus' },
    );
    const status = await call('GET', 'sys/seal-status', undefined, {
      shape: 'sealStatus',
    });
    expect(status.body.sealed).toBe(false);
  });

  it('keeps secrets over a restart, in files of the owner alone', async () => {
    await call('POST', 'secret/data/databases/kept', { data: { k: 'v' } });
    const reopened = open(service.directory);
    expect(reopened.secrets.get('databases/kept')?.versions[0].data).toEqual({
      k: 'v',
    });
    expect(reopened.tokens.require(token).displayName).toBe('approle');
    const directory = join(service.directory, 'secrets');
    for (const file of readdirSync(directory)) {
      expect((statSync(join(directory, file)).mode % 0o1000).toString(8)).toBe(
        '600',
      );
    }
  });

  it('shows a secret’s page to people, values on demand only', async () => {
    await call('POST', 'secret/data/databases/shown', {
      data: { password: 'p4ssw0rd-value' },
    });
    const page = `${service.url}/ui/vault/secrets/secret/kv/databases%2Fshown/details`;
    expect(await (await fetch(page)).text()).toContain('Sign in to the vault');
    const cookie = await signIn(service.url, 'dana');
    const refused = await fetch(page, { headers: { cookie } });
    expect(refused.status).toBe(404);
    letRead('payments', 'databases/shown');
    const shown = await fetch(page, { headers: { cookie } });
    const html = await shown.text();
    expect(html).toContain('databases/shown');
    expect(html).not.toContain('p4ssw0rd-value');
    const value = await fetch(
      `${service.url}/ui/value?path=databases/shown&key=password`,
      { headers: { cookie } },
    );
    expect(await value.text()).toBe('p4ssw0rd-value');
    const stranger = await fetch(
      `${service.url}/ui/value?path=databases/shown&key=password`,
    );
    expect(stranger.status).toBe(403);
  });
});

/** Posts the sign-in form; fetch would follow the redirect and lose the cookie. */
function signIn(url: string, username: string): Promise<string> {
  return new Promise((done, reject) => {
    const request = httpRequest(
      `${url}/ui/login`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      response => {
        response.resume();
        done(String(response.headers['set-cookie']).split(';')[0]);
      },
    );
    request.on('error', reject);
    request.end(`username=${username}&password=demo`);
  });
}
