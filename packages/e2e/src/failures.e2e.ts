import {
  press,
  readRun,
  replace,
  resubmit,
  rollBack,
  SETTLED,
  ShownRun,
  waitForStatus,
} from './failedRuns';
import { FAILING } from './failingSteps';
import { clearFaults, setFault } from './faults';
import { NotificationSwitch } from './NotificationSwitch';
import { eventually, startTemplate, vote, waitForRequest } from './runs';
import { findFreePorts, Stack, startStack } from './stack';
import { hiddenOf, Trace, traceOfRun } from './trace';
import { readSecret, useDatabase } from './vault';

const TEMPLATE = 'new-service';

const NOTHING: Partial<Trace> = {
  openPullRequests: 0,
  branches: 0,
  databases: 0,
  roles: 0,
  secrets: 0,
  grants: 0,
  repositories: 0,
  archived: 0,
  dashboards: 0,
  ruleGroups: 0,
};
const EVERYTHING: Partial<Trace> = {
  openPullRequests: 0,
  merged: 1,
  reverted: 0,
  databases: 1,
  secrets: 1,
  grants: 1,
  repositories: 1,
  archived: 0,
  dashboards: 1,
  ruleGroups: 2,
};

let stack: Stack;
let notifications: NotificationSwitch;

beforeAll(async () => {
  const ports = await findFreePorts();
  notifications = await NotificationSwitch.start(ports.backend);
  stack = await startStack({ ports, config: notifications.config });
}, 240_000);

afterAll(async () => {
  await stack?.stop();
  await notifications?.stop();
}, 60_000);

afterEach(async () => {
  notifications.failing = undefined;
  await clearFaults(stack);
});

function ask(
  name: string,
  environment: 'dev' | 'production' = 'dev',
): Promise<string> {
  return startTemplate(stack, 'dana', TEMPLATE, { name, environment });
}

/** Checks that nothing is left outside that the page of a run does not show. */
async function expectAllShown(taskId: string, name: string): Promise<void> {
  // In this order: what is made in between is shown by then.
  const trace = await traceOfRun(stack, name);
  const { effects } = await readRun(stack, taskId);
  expect({ hidden: hiddenOf(trace, effects), trace, effects }).toMatchObject({
    hidden: [],
  });
}

/** Waits for the failure of a step, and checks what its page says. */
async function expectHeld(
  taskId: string,
  { step, name }: { step: string; name: string },
): Promise<ShownRun> {
  const run = await waitForStatus(stack, taskId, SETTLED, 120_000);
  // The first step to fail has made nothing, or nobody knows: both are shown.
  expect(['needs-attention', 'failed']).toContain(run.status);
  expect(run.failure).toMatchObject({
    stepId: step,
    problem: { what: expect.any(String), remedy: expect.any(String) },
  });
  expect(run.options.retry).toEqual({ allowed: true });
  expect(run.options.resubmit).toEqual({ allowed: true });
  await expectAllShown(taskId, name);
  return run;
}

/** The catalog reads an entity a moment after it was registered. */
async function expectInCatalog(name: string): Promise<void> {
  await eventually(`component ${name} is in the catalog`, () =>
    stack.request(
      'dana',
      `/api/catalog/entities/by-name/component/default/${name}`,
    ),
  );
}

/** Checks that a step was passed over, with a reason; returns its report. */
function expectSkipped(run: ShownRun, stepId: string) {
  const report = run.stepReports.find(
    one => one.stepId === stepId && one.outcome === 'skipped',
  );
  expect(report?.problem).toMatchObject({
    what: expect.any(String),
    remedy: expect.any(String),
  });
  return report!;
}

/** The texts that a run shows when it is through. */
async function readOutputTexts(taskId: string): Promise<string> {
  const events: { type: string; body: { output?: { text?: object[] } } }[] =
    await stack.request('dana', `/api/scaffolder/v2/tasks/${taskId}/events`);
  const completion = events.find(({ type }) => type === 'completion');
  return JSON.stringify(completion?.body.output?.text);
}

async function expectCompleted(taskId: string, name: string) {
  const run = await waitForStatus(stack, taskId, SETTLED, 120_000);
  expect([run.status, run.failure]).toEqual(['completed', undefined]);
  // Its page in the catalog as well.
  expect(
    run.stepReports.filter(({ outcome }) => outcome === 'skipped'),
  ).toEqual([]);
  await expectInCatalog(name);
  expect(await traceOfRun(stack, name)).toMatchObject(EVERYTHING);
  await expectAllShown(taskId, name);
  const secret = await readSecret(stack, 'dana', name);
  expect(await useDatabase(secret)).toMatchObject({ visits: 1 });
}

describe.each(FAILING)('a service whose $what fails', ({ step, fault }) => {
  it('is completed by Retry, undone by Roll back, and replaced by a new run', async () => {
    const names = ['retry', 'back', 'again'].map(
      button =>
        `fails-${button}-${FAILING.findIndex(one => one.step === step)}`,
    );
    await setFault(stack, fault);
    const [retried, undone, replaced] = await Promise.all(
      names.map(name => ask(name)),
    );
    const held = await Promise.all(
      [retried, undone, replaced].map((taskId, index) =>
        expectHeld(taskId, { step, name: names[index] }),
      ),
    );
    await clearFaults(stack);

    await press(stack, retried, 'retry');
    const [replacing] = await Promise.all([
      resubmit(stack, replaced, held[2]),
      rollBack(stack, undone, held[1]),
    ]);

    await expectCompleted(retried, names[0]);
    expect(await traceOfRun(stack, names[1])).toMatchObject(NOTHING);
    await expectAllShown(undone, names[1]);
    const back = await readRun(stack, undone);
    expect(back.effects.filter(({ status }) => status === 'created')).toEqual(
      [],
    );

    const run = await waitForStatus(stack, replacing, SETTLED, 120_000);
    expect(run).toMatchObject({ status: 'completed', replaces: replaced });
    expect((await readRun(stack, replaced)).replacedBy).toBe(replacing);
    const trace = await traceOfRun(stack, names[2]);
    expect(trace).toMatchObject({
      databases: 1,
      secrets: 1,
      repositories: 1,
      openPullRequests: 0,
    });
    // What the old run had merged, it took back.
    expect(trace.merged - trace.reverted).toBe(1);
    await expectAllShown(replacing, names[2]);
  }, 400_000);
});

describe('a service whose approver says no', () => {
  const why = 'Staging first, please.';
  const names = ['no-back', 'no-again'];
  let rejected: string[];

  beforeAll(async () => {
    rejected = await Promise.all(names.map(name => ask(name, 'production')));
    for (const taskId of rejected) {
      const request = await waitForRequest(stack, taskId);
      await vote(stack, 'leo', request, 'reject', why);
    }
  }, 240_000);

  it('says who and why, and has made nothing but its pull request', async () => {
    for (const [index, taskId] of rejected.entries()) {
      const run = await waitForStatus(stack, taskId, SETTLED, 120_000);
      expect(run).toMatchObject({
        status: 'needs-attention',
        failure: {
          stepId: 'approval',
          problem: { what: expect.stringContaining(why), whose: 'yours' },
        },
      });
      expect(run.failure?.problem.what).toContain('user:default/leo');
      expect(await traceOfRun(stack, names[index])).toMatchObject({
        ...NOTHING,
        openPullRequests: 1,
        branches: 1,
      });
    }
  }, 240_000);

  it('is let through neither by Retry nor by the stock one', async () => {
    const [taskId] = rejected;
    const preview = await stack.request(
      'dana',
      `/api/runs/runs/${taskId}/retry`,
    );
    expect(preview).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('edit and resubmit'),
    });
    await expect(press(stack, taskId, 'retry')).rejects.toThrow(
      /409.*was rejected/,
    );

    await stack.request('dana', `/api/scaffolder/v2/tasks/${taskId}/retry`, {
      method: 'POST',
      body: JSON.stringify({ secrets: {} }),
    });
    await eventually('the attempt has ended', async () => {
      const { status } = await stack.request(
        'dana',
        `/api/scaffolder/v2/tasks/${taskId}`,
      );
      return status === 'failed' ? true : undefined;
    });
    const run = await waitForStatus(stack, taskId, SETTLED, 120_000);
    expect(run.status).toBe('needs-attention');
    expect(run.failure?.problem.what).toContain(why);
    expect(await traceOfRun(stack, names[0])).toMatchObject({
      ...NOTHING,
      openPullRequests: 1,
      branches: 1,
    });
  }, 240_000);

  it('is undone by Roll back, and replaced by what was asked for', async () => {
    const [undone, replaced] = rejected;
    await press(stack, undone, 'rollback');
    await press(stack, replaced, 'rollback');
    for (const [index, taskId] of rejected.entries()) {
      await waitForStatus(stack, taskId, ['rolled-back'], 120_000);
      expect(await traceOfRun(stack, names[index])).toMatchObject(NOTHING);
    }
    const replacing = await ask(names[1]);
    await replace(stack, replaced, replacing);
    await expectCompleted(replacing, names[1]);
  }, 240_000);
});

describe('a service whose page in the catalog fails', () => {
  it('is there without it, says so, and is registered by hand', async () => {
    const name = 'fails-register';
    await setFault(stack, {
      service: 'github',
      kind: 'status',
      match: { method: 'GET', pathPattern: 'catalog-info.yaml' },
    });
    const taskId = await ask(name);
    const run = await waitForStatus(stack, taskId, SETTLED, 120_000);
    expect(run.status).toBe('completed');
    const report = expectSkipped(run, 'register');
    expect(await readOutputTexts(taskId)).toContain(
      `It could not be registered in the catalog: ${report.problem?.what}`,
    );
    expect(await traceOfRun(stack, name)).toMatchObject(EVERYTHING);

    // As the page says: by hand.
    await clearFaults(stack);
    const repository = run.effects.find(({ kind }) => kind === 'repository');
    await stack.request('dana', '/api/catalog/locations', {
      method: 'POST',
      body: JSON.stringify({
        type: 'url',
        target: `${repository?.reference?.contentsUrl}/catalog-info.yaml`,
      }),
    });
    await expectInCatalog(name);
  }, 240_000);
});

describe('a service that nothing can watch', () => {
  it('is there without dashboard and alerts, and says so', async () => {
    const name = 'fails-observe';
    await setFault(stack, {
      service: 'grafana',
      kind: 'status',
      match: { method: 'POST' },
    });
    const taskId = await ask(name);
    const run = await waitForStatus(stack, taskId, SETTLED, 120_000);
    expect(run.status).toBe('completed');
    expectSkipped(run, 'observe');
    expect(await traceOfRun(stack, name)).toMatchObject({
      ...EVERYTHING,
      dashboards: 0,
      ruleGroups: 0,
    });
    // What may have been made is looked up, and the page shows the truth.
    await clearFaults(stack);
    await eventually('nobody wonders any more', async () => {
      const { effects } = await readRun(stack, taskId);
      return effects.some(({ status }) => status === 'intended')
        ? undefined
        : true;
    });
    const { effects } = await readRun(stack, taskId);
    expect(effects.map(({ status }) => status)).toContain('created');
    expect(
      effects
        .filter(({ kind }) => ['dashboard', 'alerts', 'slo'].includes(kind))
        .filter(({ status }) => status === 'created'),
    ).toEqual([]);
  }, 240_000);
});

describe('a service of which nobody can be told', () => {
  it('is there all the same, and says so', async () => {
    const name = 'fails-notify';
    notifications.failing = `Service ${name} is ready`;
    const taskId = await ask(name);
    const run = await waitForStatus(stack, taskId, SETTLED, 120_000);
    expect(run.status).toBe('completed');
    expectSkipped(run, 'notify');
    expect(run.stepReports).not.toContainEqual(
      expect.objectContaining({ stepId: 'register', outcome: 'skipped' }),
    );
    expect(await traceOfRun(stack, name)).toMatchObject(EVERYTHING);
    await expectInCatalog(name);
  }, 240_000);
});

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
  await expectAllShown(taskId, 'fails-cancel');
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
