/**
 * The same templates on outside systems that have no vendor in common with
 * those of the other tests, switched by a configuration file alone.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { findInFiles, Sightings } from './canary';
import { press, waitForStatus } from './failedRuns';
import {
  inventory,
  startTemplate,
  vote,
  waitForCompletion,
  waitForRequest,
} from './runs';
import { Stack, startStack } from './stack';
import { useDatabase } from './vault';

/** A run on this machine, when it has other things to do. */
const RUN_MS = 120_000;

let stack: Stack;
let sightings: Sightings;

beforeAll(async () => {
  stack = await startStack({ vendors: 'gitlab' });
  sightings = new Sightings(stack);
}, 240_000);

afterAll(async () => {
  await stack?.stop();
}, 60_000);

/** What the secret of a database holds, asked of AWS as its SDK does. */
async function readSecret(name: string): Promise<Record<string, unknown>> {
  const client = new SecretsManagerClient({
    endpoint: stack.urls.aws,
    region: 'eu-central-1',
    credentials: {
      accessKeyId: 'AKIASANDBOXPORTAL000',
      secretAccessKey: 'sandbox-aws-secret-access-key',
    },
  });
  const { SecretString } = await client.send(
    new GetSecretValueCommand({ SecretId: `databases/${name}` }),
  );
  return JSON.parse(SecretString ?? '{}');
}

async function expectUsableDatabase(name: string) {
  const database = name.replaceAll('-', '_');
  expect(await useDatabase(await readSecret(name))).toEqual({
    database,
    role: `${database}_owner`,
    visits: 1,
  });
}

/** What exists of a name, as the stand-ins list it. */
async function traceOf(name: string) {
  const { repositories, databases, gitlab, aws, hcp, datadog } =
    await inventory(stack);
  const infrastructure = gitlab.projects.find(
    (project: { name: string }) => project.name === 'myorg/infrastructure',
  );
  const concerns = (text: string) => text.includes(name);
  return {
    mergeRequests: infrastructure.mergeRequests
      .filter(({ title }: { title: string }) => concerns(title))
      .map(({ state }: { state: string }) => state),
    projects: gitlab.projects.filter(
      (project: { name: string; markedForDeletion: boolean }) =>
        concerns(project.name) && !project.markedForDeletion,
    ).length,
    databases: databases.filter(
      database => database === name.replaceAll('-', '_'),
    ).length,
    workspaces: hcp.workspaces.filter((workspace: { name: string }) =>
      concerns(workspace.name),
    ).length,
    secrets: aws.secrets.filter(
      (secret: { name: string; deleted: boolean }) =>
        concerns(secret.name) && !secret.deleted,
    ).length,
    dashboards: datadog.dashboards.filter(concerns).length,
    // GitHub's stand-in runs beside the others, and is asked for nothing.
    pullRequests: repositories.flatMap(it => it.pullRequests).length,
  };
}

it('gives a developer a dev database without asking anyone', async () => {
  const taskId = await startTemplate(
    stack,
    'dana',
    'postgresql-database-reviewed',
    { name: 'ledger', environment: 'dev', size: 'small' },
  );
  await waitForCompletion(stack, taskId, RUN_MS);
  await sightings.keepRun('ledger', taskId);
  await expectUsableDatabase('ledger');
  expect(await traceOf('ledger')).toEqual({
    mergeRequests: ['merged'],
    projects: 0,
    databases: 1,
    workspaces: 1,
    secrets: 1,
    dashboards: 0,
    pullRequests: 0,
  });
}, 180_000);

it('gives a service for production once the lead has approved it', async () => {
  const taskId = await startTemplate(stack, 'dana', 'new-service', {
    name: 'refunds',
    environment: 'production',
  });
  const request = await waitForRequest(stack, taskId);
  expect(await traceOf('refunds')).toMatchObject({
    mergeRequests: ['opened'],
    projects: 0,
    databases: 0,
  });
  await vote(stack, 'leo', request, 'approve');
  await waitForCompletion(stack, taskId, RUN_MS);
  await sightings.keepRun('refunds', taskId);
  await expectUsableDatabase('refunds');
  const { gitlab } = await inventory(stack);
  // Developers: the team may push to what is its own.
  expect(gitlab.projects).toContainEqual(
    expect.objectContaining({
      name: 'myorg/refunds',
      sharedWith: { 'myorg/payments': 30 },
    }),
  );
  expect(await traceOf('refunds')).toEqual({
    mergeRequests: ['merged'],
    projects: 1,
    databases: 1,
    workspaces: 1,
    secrets: 1,
    dashboards: 1,
    pullRequests: 0,
  });
}, 240_000);

it('takes a failed service back, an apply after the merge included', async () => {
  const fault = await fetch(`${stack.urls.control}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service: 'aws', kind: 'status', status: 403 }),
  });
  const { id } = await fault.json();
  const taskId = await startTemplate(stack, 'dana', 'new-service', {
    name: 'returns',
    environment: 'dev',
  });
  const failed = await waitForStatus(
    stack,
    taskId,
    ['needs-attention'],
    RUN_MS,
  );
  expect(failed.failure?.stepId).toBe('store-credentials');
  await fetch(`${stack.urls.control}/faults/${id}`, { method: 'DELETE' });
  await press(stack, taskId, 'rollback');
  await waitForStatus(stack, taskId, ['rolled-back'], RUN_MS);
  expect(await traceOf('returns')).toMatchObject({
    projects: 0,
    databases: 0,
    secrets: 0,
    dashboards: 0,
  });
}, 300_000);

it('tells the platform team how the vendors are', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      'src/checkProviders.ts',
      ...[
        'app-config.yaml',
        'packages/sandbox/app-config.yaml',
        'packages/sandbox/app-config.gitlab.yaml',
      ].flatMap(file => [
        '--config',
        join(resolvePackagePath('e2e', '../..'), file),
      ]),
    ],
    {
      cwd: resolvePackagePath('e2e', '../backend'),
      env: {
        ...process.env,
        ...Object.fromEntries(
          Object.entries(stack.urls).flatMap(([name, url]) => [
            [`SANDBOX_${name.toUpperCase()}_URL`, url],
            [`SANDBOX_${name.toUpperCase()}_HOST`, new URL(url).host],
          ]),
        ),
      },
    },
  );
  const checked = stdout.split('\n').filter(line => /^[A-Z]+ /.test(line));
  expect(checked.map(line => line.split(/\s+/).slice(0, 3))).toEqual([
    ['OK', 'git:', 'gitlab'],
    ['OK', 'infrastructure:', 'hcp-terraform'],
    ['OK', 'secrets:', 'aws'],
    ['OK', 'observability:', 'datadog'],
    ['OK', 'messaging:', 'slack'],
  ]);
}, 120_000);

it('keeps passwords in the vault and the Terraform state, and nowhere else', async () => {
  // Merge requests, messages, dashboards: all but values.
  sightings.keep('the outside', JSON.stringify(await inventory(stack)));
  for (const name of ['ledger', 'refunds']) {
    const { password } = await readSecret(name);
    expect(String(password)).toMatch(/\S{8}/);
    // The search finds what is there: the path of the secret.
    expect(findInFiles(stack, `databases/${name}`)).not.toEqual([]);
    expect(findInFiles(stack, String(password))).toEqual([]);
    expect(sightings.find(`databases/${name}`)).not.toEqual([]);
    expect(sightings.find(String(password))).toEqual([]);
  }
});
