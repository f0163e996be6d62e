/**
 * The same templates on outside systems that have no vendor in common with
 * those of the other tests, switched by a configuration file alone.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { findInFiles, Sightings } from './canary';
import { describeBrowserCanary } from './describeBrowserCanary';
import {
  NOTHING_ELSEWHERE as NOTHING,
  readAwsSecret,
  traceElsewhere,
} from './elsewhere';
import {
  press,
  resubmit,
  rollBack,
  SETTLED,
  ShownRun,
  waitForStatus,
} from './failedRuns';
import { clearFaults, setFault } from './faults';
import {
  eventually,
  inventory,
  runApproved,
  startRun,
  startTemplate,
  vote,
  waitForCompletion,
  waitForRequest,
} from './runs';
import { testCatalog } from './sharedStack';
import { Stack, startStack } from './stack';
import { useDatabase } from './vault';

/** A run on this machine, when it has other things to do. */
const RUN_MS = 120_000;
/** Passwords of databases, by name, as long as they could be read. */
const passwords = new Map<string, string>();

let stack: Stack;
let sightings: Sightings;
/** The run that has made the database `ledger`, by whose id it is known. */
let ledger: string;

beforeAll(async () => {
  stack = await startStack({ vendors: 'gitlab', config: testCatalog });
  sightings = new Sightings(stack);
}, 240_000);

afterAll(async () => {
  await stack?.stop();
}, 60_000);

const readSecret = (name: string, team?: string) =>
  readAwsSecret(stack, name, team);
const traceOf = (name: string) => traceElsewhere(stack, name);

async function expectUsableDatabase(name: string, visits = 1) {
  const database = name.replaceAll('-', '_');
  const secret = await readSecret(name);
  passwords.set(name, String(secret.password));
  expect(await useDatabase(secret)).toEqual({
    database,
    role: `${database}_owner`,
    visits,
  });
}

it('gives a developer a dev database without asking anyone', async () => {
  ledger = await startRun(stack, 'dana', 'postgresql-database-reviewed', {
    name: 'ledger',
    environment: 'dev',
  });
  await waitForCompletion(stack, ledger, RUN_MS);
  await sightings.keepRun('ledger', ledger);
  await expectUsableDatabase('ledger');
  expect(await traceOf('ledger')).toEqual({
    ...NOTHING,
    mergeRequests: ['merged'],
    branches: 1,
    databases: 1,
    roles: 1,
    workspaces: 1,
    secrets: 1,
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
    ...NOTHING,
    mergeRequests: ['merged'],
    branches: 1,
    projects: 1,
    databases: 1,
    roles: 1,
    workspaces: 1,
    secrets: 1,
    dashboards: 1,
    monitors: 3,
    slos: 1,
  });
}, 240_000);

it('registers the service, and tells the team', async () => {
  await eventually('refunds is in the catalog', () =>
    stack.request(
      'dana',
      '/api/catalog/entities/by-name/component/default/refunds',
    ),
  );
  const { notifications } = await stack.request(
    'dana',
    '/api/notifications/notifications',
  );
  expect(notifications).toContainEqual(
    expect.objectContaining({
      payload: expect.objectContaining({ title: 'Service refunds is ready' }),
    }),
  );
});

it('lets the owning team read the credentials, and no other', async () => {
  await expect(readSecret('ledger', 'search')).rejects.toThrow(
    /not authorized/,
  );
});

it('gives a database another size through the lead', async () => {
  const { taskId } = await runApproved(
    stack,
    'database-change',
    { resource: ledger, size: 'medium' },
    { requester: 'dana', approver: 'leo', timeoutMs: RUN_MS },
  );
  await sightings.keepRun('change', taskId);
  const password = passwords.get('ledger');
  await expectUsableDatabase('ledger', 2);
  expect(passwords.get('ledger')).toBe(password);
  expect(await traceOf('ledger')).toMatchObject({
    mergeRequests: ['merged', 'merged'],
    databases: 1,
    workspaces: 1,
    secrets: 1,
  });
}, 180_000);

it('deletes a database once security has approved, and leaves nothing', async () => {
  const { taskId } = await runApproved(
    stack,
    'database-deletion',
    { resource: ledger },
    { requester: 'dana', approver: 'sara', timeoutMs: RUN_MS },
  );
  await sightings.keepRun('deletion', taskId);
  const { mergeRequests, ...left } = await traceOf('ledger');
  expect(new Set(mergeRequests)).toEqual(new Set(['merged']));
  expect(left).toEqual(NOTHING);
  const { resource } = await stack.request(
    'dana',
    `/api/runs/resources/${ledger}`,
  );
  expect(resource.status).toBe('removed');
}, 180_000);

describe('a service that failed', () => {
  afterEach(() => clearFaults(stack));

  it('at its workspace is completed, undone and replaced by the buttons', async () => {
    const names = ['exchange', 'discount', 'chargeback'];
    await setFault(stack, {
      service: 'hcp',
      kind: 'status',
      match: {
        method: 'POST',
        pathPattern: '/organizations/myorg/workspaces$',
      },
    });
    const tasks = await Promise.all(
      names.map(name =>
        startTemplate(stack, 'dana', 'new-service', {
          name,
          environment: 'dev',
        }),
      ),
    );
    const held: ShownRun[] = [];
    for (const taskId of tasks) {
      const run = await waitForStatus(stack, taskId, SETTLED, RUN_MS);
      expect(run.failure?.stepId).toBe('plan');
      held.push(run);
    }
    await clearFaults(stack);
    await press(stack, tasks[0], 'retry');
    await rollBack(stack, tasks[1], held[1]);
    const replacing = await resubmit(stack, tasks[2], held[2]);
    await waitForCompletion(stack, tasks[0], RUN_MS);
    await waitForCompletion(stack, replacing, RUN_MS);
    await expectUsableDatabase(names[0]);
    await expectUsableDatabase(names[2]);
    expect(await traceOf(names[1])).toEqual({ mergeRequests: [], ...NOTHING });
  }, 240_000);

  it('after the merge is taken back, its apply included', async () => {
    await setFault(stack, { service: 'aws', kind: 'status', status: 403 });
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
    await clearFaults(stack);
    await rollBack(stack, taskId, failed);
    const { mergeRequests, ...left } = await traceOf('returns');
    expect(new Set(mergeRequests)).toEqual(new Set(['merged']));
    expect(left).toEqual(NOTHING);
  }, 300_000);
});

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
    const password = passwords.get(name) ?? '';
    expect(password).toMatch(/\S{8}/);
    // The search finds what is there: the path of the secret.
    expect(findInFiles(stack, `databases/${name}`)).not.toEqual([]);
    expect(findInFiles(stack, password)).toEqual([]);
    expect(sightings.find(`databases/${name}`)).not.toEqual([]);
    expect(sightings.find(password)).toEqual([]);
  }
});

describeBrowserCanary({ stack: () => stack, readSecret });
