import { press, readRun, SETTLED, ShownRun, waitForStatus } from './failedRuns';
import { clearFaults, Fault, setFault } from './faults';
import { eventually, startTemplate } from './runs';
import { Stack, startStack } from './stack';
import { Trace, traceOfRun } from './trace';
import { readSecret, useDatabase } from './vault';

const TEMPLATE = 'new-service';

const NOTHING: Partial<Trace> = {
  openPullRequests: 0,
  branches: 0,
  databases: 0,
  roles: 0,
  secrets: 0,
  repositories: 0,
  archived: 0,
};
const EVERYTHING: Partial<Trace> = {
  openPullRequests: 0,
  merged: 1,
  reverted: 0,
  databases: 1,
  secrets: 1,
  repositories: 1,
  archived: 0,
};

/** What makes each step of the service workflow fail until it is cleared. */
const FAILING: Array<[string, Fault]> = [
  [
    'create-terraform-pr',
    {
      service: 'github',
      kind: 'status',
      match: {
        method: 'POST',
        pathPattern: '/repos/myorg/infrastructure/pulls$',
      },
    },
  ],
  [
    'create-repository',
    {
      service: 'github',
      kind: 'status',
      match: { method: 'POST', pathPattern: '/generate$' },
    },
  ],
  [
    'wait-for-apply',
    {
      service: 'terraform',
      kind: 'status',
      match: { pathPattern: '^/jobs/apply/' },
    },
  ],
  [
    'store-credentials',
    {
      service: 'vault',
      kind: 'status',
      match: { method: 'POST', pathPattern: '/v1/secret/data/' },
    },
  ],
];

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
}, 240_000);

afterAll(async () => {
  await stack?.stop();
}, 60_000);

afterEach(() => clearFaults(stack));

function ask(name: string): Promise<string> {
  return startTemplate(stack, 'dana', TEMPLATE, { name, environment: 'dev' });
}

/** Waits for the failure of a step, and checks what its page says. */
async function expectHeld(taskId: string, step: string): Promise<ShownRun> {
  const run = await waitForStatus(stack, taskId, SETTLED, 120_000);
  // The first step to fail has made nothing, or nobody knows: both are shown.
  expect(['needs-attention', 'failed']).toContain(run.status);
  expect(run.failure).toMatchObject({
    stepId: step,
    problem: { what: expect.any(String), remedy: expect.any(String) },
  });
  expect(run.options.retry).toEqual({ allowed: true });
  expect(run.options.resubmit).toEqual({ allowed: true });
  return run;
}

async function expectCompleted(taskId: string, name: string) {
  const run = await waitForStatus(stack, taskId, SETTLED, 120_000);
  expect([run.status, run.failure]).toEqual(['completed', undefined]);
  // Its page in the catalog as well.
  expect(
    run.stepReports.filter(({ outcome }) => outcome === 'skipped'),
  ).toEqual([]);
  // The catalog reads it a moment after it was registered.
  await eventually(`component ${name} is in the catalog`, () =>
    stack.request(
      'dana',
      `/api/catalog/entities/by-name/component/default/${name}`,
    ),
  );
  expect(await traceOfRun(stack, name)).toMatchObject(EVERYTHING);
  const secret = await readSecret(stack, 'dana', name);
  expect(await useDatabase(secret)).toMatchObject({ visits: 1 });
}

describe.each(FAILING)('a service whose step %s fails', (step, fault) => {
  it('is completed by Retry, undone by Roll back, and replaced by a new run', async () => {
    const names = ['retry', 'back', 'again'].map(
      button => `fails-${button}-${FAILING.findIndex(([id]) => id === step)}`,
    );
    await setFault(stack, fault);
    const [retried, undone, replaced] = await Promise.all(names.map(ask));
    for (const taskId of [retried, undone, replaced]) {
      await expectHeld(taskId, step);
    }
    await clearFaults(stack);

    await press(stack, retried, 'retry');
    const held = await readRun(stack, undone);
    if (held.options.rollback.allowed) {
      await press(stack, undone, 'rollback');
    }
    if ((await readRun(stack, replaced)).options.rollback.allowed) {
      await press(stack, replaced, 'rollback');
    }
    const replacing = await ask(names[2]);
    await stack.request('dana', `/api/runs/runs/${replacing}/replaces`, {
      method: 'PUT',
      body: JSON.stringify({ taskId: replaced }),
    });

    await expectCompleted(retried, names[0]);
    const back = await waitForStatus(
      stack,
      undone,
      ['rolled-back', 'failed'],
      120_000,
    );
    expect(await traceOfRun(stack, names[1])).toMatchObject(NOTHING);
    expect(back.effects.filter(({ status }) => status === 'created')).toEqual(
      [],
    );
    await waitForStatus(stack, replaced, ['rolled-back', 'failed'], 120_000);
    const run = await waitForStatus(stack, replacing, SETTLED, 120_000);
    expect(run.status).toBe('completed');
    const trace = await traceOfRun(stack, names[2]);
    expect(trace).toMatchObject({
      databases: 1,
      secrets: 1,
      repositories: 1,
      openPullRequests: 0,
    });
    // What the old run had merged, it took back.
    expect(trace.merged - trace.reverted).toBe(1);
  }, 400_000);
});

it('goes on without its page in the catalog, and says so', async () => {
  await setFault(stack, {
    service: 'github',
    kind: 'status',
    match: { method: 'GET', pathPattern: 'catalog-info.yaml' },
  });
  const taskId = await ask('fails-register');
  const run = await waitForStatus(stack, taskId, SETTLED, 120_000);
  expect(run.status).toBe('completed');
  expect(run.stepReports).toContainEqual(
    expect.objectContaining({ stepId: 'register', outcome: 'skipped' }),
  );
  expect(await traceOfRun(stack, 'fails-register')).toMatchObject(EVERYTHING);
}, 240_000);

it('is cancelled in the middle, and rolled back if the person says so', async () => {
  await setFault(stack, {
    service: 'vault',
    kind: 'slow',
    delayMs: 5_000,
    match: { method: 'POST', pathPattern: '/v1/secret/data/' },
  });
  const taskId = await ask('fails-cancel');
  await waitForEffect(taskId, 'apply');
  await press(stack, taskId, 'cancel', { rollback: true });
  await clearFaults(stack);
  const run = await waitForStatus(stack, taskId, ['rolled-back'], 120_000);
  expect(run.options.retry.allowed).toBe(false);
  expect(await traceOfRun(stack, 'fails-cancel')).toMatchObject(NOTHING);
}, 240_000);

/** Waits until a run has made something of a kind. */
async function waitForEffect(taskId: string, kind: string): Promise<void> {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    const { effects } = await readRun(stack, taskId);
    if (effects.some(one => one.kind === kind && one.status === 'created')) {
      return;
    }
    await new Promise(done => {
      setTimeout(done, 100);
    });
  }
  throw new Error(`Run ${taskId} has made no ${kind}`);
}
