import { ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { startSandbox } from './sandbox';
import {
  databaseFile,
  startTestSandbox,
  TestClient,
} from './__testUtils__/sandbox';

jest.setTimeout(60_000);

describe('the sandbox', () => {
  it('goes on after being killed in the middle of an apply', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'sandbox-'));
    let child: ChildProcess | undefined;
    try {
      const started = await startChild(dataDirectory, { applyMs: 60_000 });
      child = started.child;
      const github = new TestClient(started.githubApi);
      const { number, sha } = await github.openPull('db-killed', {
        'databases/killed/main.tf': databaseFile('killed'),
      });
      const until = async (context: string, state: RegExp) => {
        while (!state.test((await github.statuses(sha))[context] ?? '')) {
          // asks until the runner has got there; the test's timeout ends it
        }
      };
      await until('atlantis/plan', /^success/);
      await github.comment(number, 'atlantis apply');
      await until('atlantis/apply: databases/killed/default', /^pending/);
      child.kill('SIGKILL');
      await new Promise(done => child!.once('exit', done));

      const sandbox = await startSandbox({
        dataDirectory,
        ports: 'ephemeral',
        delays: { planMs: 0, applyMs: 0 },
      });
      try {
        await sandbox.idle();
        const after = new TestClient(sandbox.urls.githubApi);
        expect((await after.statuses(sha))['atlantis/apply']).toMatch(
          /^success/,
        );
        const inventory = await sandbox.inventory();
        expect(inventory.databases).toEqual(['killed']);
        expect(inventory.repositories.map(({ name }) => name)).toEqual([
          'myorg/infrastructure',
          'myorg/service-template',
        ]);
        expect(inventory.repositories[0].pullRequests).toEqual([
          expect.objectContaining({ number, merged: true }),
        ]);
        await sandbox.reset();
        expect(await sandbox.inventory()).toMatchObject({
          databases: [],
          roles: [],
          states: [],
          repositories: [
            { branches: ['main'], pullRequests: [] },
            { branches: ['main'], pullRequests: [] },
          ],
        });
      } finally {
        await sandbox.stop();
      }
    } finally {
      child?.kill('SIGKILL');
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });

  it('keeps databases and their data over a restart', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const ports = await freePorts();
    const start = () =>
      startSandbox({ dataDirectory, ports, delays: { planMs: 0, applyMs: 0 } });
    let sandbox = await start();
    try {
      const github = new TestClient(sandbox.urls.githubApi);
      const { number } = await github.openPull('db-kept', {
        'databases/kept/main.tf': databaseFile('kept'),
      });
      await sandbox.idle();
      await github.comment(number, 'atlantis apply');
      await sandbox.idle();
      const { username, password } = sandbox.credentials.terraformState;
      const basic = Buffer.from(`${username}:${password}`).toString('base64');
      const state = await fetch(
        `${sandbox.urls.terraformState}/myorg/infrastructure/databases/kept`,
        { headers: { authorization: `Basic ${basic}` } },
      );
      const { outputs } = await state.json();
      const query = async (text: string) => {
        const client = new Client({ connectionString: outputs.url.value });
        await client.connect();
        const { rows } = await client.query(text);
        await client.end();
        return rows;
      };
      await query('CREATE TABLE note AS SELECT 42 AS answer');
      await sandbox.stop();
      sandbox = await start();
      expect(await query('SELECT answer FROM note')).toEqual([{ answer: 42 }]);
      const kept = await github.call(
        'GET',
        `/repos/myorg/infrastructure/pulls/${number}`,
      );
      expect(kept.body.merged).toBe(true);
    } finally {
      await sandbox.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });

  it('names a busy port and leaves nothing running', async () => {
    const ports = await freePorts();
    const holder = createServer();
    await new Promise<void>(done =>
      holder.listen(ports.vault, '127.0.0.1', done),
    );
    const dataDirectory = mkdtempSync(join(tmpdir(), 'sandbox-'));
    try {
      await expect(startSandbox({ dataDirectory, ports })).rejects.toThrow(
        `Port ${ports.vault} (vault) is already in use.`,
      );
      await expect(fetch(`http://localhost:${ports.github}`)).rejects.toThrow(
        'fetch failed',
      );
    } finally {
      await new Promise(done => holder.close(done));
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });

  it('is steered from the control port', async () => {
    const { sandbox, stop } = await startTestSandbox();
    try {
      const { control, vault } = sandbox.urls;
      const post = (path: string, body: object, headers = {}) =>
        fetch(`${control}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        });
      const rule = { service: 'vault', kind: 'status', status: 503 };
      const foreign = await post('/faults', rule, {
        origin: 'http://elsewhere.example',
      });
      expect(foreign.status).toBe(403);
      const added = await (await post('/faults', rule)).json();
      expect((await fetch(`${vault}/v1/sys/health`)).status).toBe(503);
      const page = await (await fetch(control)).text();
      expect(page).toContain(`/faults/${added.id}`);
      expect(page).toContain('Dana (developer, Payments)');
      await fetch(`${control}/faults/${added.id}`, { method: 'DELETE' });
      expect((await fetch(`${vault}/v1/sys/health`)).status).toBe(200);
      expect((await post('/faults', { service: 'x' })).status).toBe(400);
      await post('/vault/seal', {});
      expect((await fetch(`${vault}/v1/sys/health`)).status).toBe(503);
      await post('/reset', {});
      expect((await fetch(`${vault}/v1/sys/health`)).status).toBe(200);
      const inventory = await (await fetch(`${control}/inventory`)).json();
      expect(inventory.secrets).toEqual([]);
    } finally {
      await stop();
    }
  });
});

/** A sandbox in a process of its own, which can be killed. */
async function startChild(
  dataDirectory: string,
  delays: { applyMs: number },
): Promise<{ child: ChildProcess; githubApi: string }> {
  const script = `require(${JSON.stringify(
    resolve(__dirname, 'sandbox.ts'),
  )}).startSandbox(${JSON.stringify({
    dataDirectory,
    ports: 'ephemeral',
    delays,
  })}).then(sandbox => console.log(sandbox.urls.githubApi))`;
  const child = spawn(
    process.execPath,
    ['--require', '@backstage/cli/config/nodeTransform.cjs', '-e', script],
    { cwd: resolve(__dirname, '..'), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const githubApi = await new Promise<string>((done, reject) => {
    child.stdout!.once('data', data => done(String(data).trim()));
    child.once('exit', code => reject(new Error(`ended with ${code}`)));
  });
  return { child, githubApi };
}

async function freePorts() {
  const names = [
    'control',
    'github',
    'terraform',
    'vault',
    'identity',
    'postgres',
  ] as const;
  const servers = await Promise.all(
    names.map(
      () =>
        new Promise<ReturnType<typeof createServer>>(done => {
          const server = createServer();
          server.listen(0, '127.0.0.1', () => done(server));
        }),
    ),
  );
  const entries = servers.map((server, index) => [
    names[index],
    (server.address() as { port: number }).port,
  ]);
  await Promise.all(
    servers.map(server => new Promise(done => server.close(done))),
  );
  return Object.fromEntries(entries) as Record<(typeof names)[number], number>;
}
