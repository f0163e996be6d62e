import { randomUUID } from 'node:crypto';
import { Browser } from 'playwright-core';
import { launchBrowser } from './browser';
import { findInFiles, Sightings } from './canary';
import { readRun, SETTLED, waitForStatus } from './failedRuns';
import { clearFaults, setFault } from './faults';
import { Portal } from './Portal';
import { eventually, startTemplate, vote, waitForRequest } from './runs';
import { sharedStack } from './sharedStack';
import { hiddenOf, traceOfRun } from './trace';
import { readSecret } from './vault';

const stack = sharedStack();
let browser: Browser;
let dana: Portal;
let seen: Sightings;

beforeAll(async () => {
  seen = new Sightings(stack);
  browser = await launchBrowser();
  dana = await Portal.signIn(browser, stack, 'Dana');
}, 240_000);

afterAll(async () => {
  await browser?.close();
}, 60_000);

afterEach(() => clearFaults(stack));

/** Checks that the page that is open shows all that is outside of its run. */
async function expectOnPage(taskId: string, name: string): Promise<void> {
  const trace = await traceOfRun(stack, name);
  const { effects } = await readRun(stack, taskId);
  expect(hiddenOf(trace, effects)).toEqual([]);
  for (const { kind, name: full } of effects) {
    const row = dana.page
      .getByRole('listitem')
      .filter({ hasText: full.replace(/^https?:\/\/[^/]+\//, '') })
      .filter({ hasText: `${kind} · ` });
    await row.first().waitFor();
  }
}

/** Opens the page of a run whose last creating step fails, and mends the cause. */
async function openFailedRun(name: string): Promise<string> {
  await setFault(stack, {
    service: 'vault',
    kind: 'status',
    match: { method: 'POST', pathPattern: '/v1/secret/data/' },
  });
  const taskId = await startTemplate(stack, 'dana', 'new-service', {
    name,
    environment: 'dev',
  });
  await dana.open(`/create/tasks/${taskId}`);
  await dana.waitForStatus('Needs attention', 120_000);
  await clearFaults(stack);
  await expectOnPage(taskId, name);
  await seen.keepPage(`${name} failed`, dana.page);
  await seen.keepRun(`${name} failed`, taskId);
  return taskId;
}

/** Opens the form with an earlier run's values, and waits for a field of it. */
async function openForm(field: string) {
  const { page } = dana;
  await dana.click(page.getByRole('link', { name: 'Edit and resubmit' }));
  const input = page.getByLabel(field);
  await input.waitFor();
  return input;
}

/** Submits the form that is open; returns the id of the new run. */
async function submitForm(old: string): Promise<string> {
  const { page } = dana;
  await seen.keepPage('form', page);
  await dana.click(page.getByRole('button', { name: 'Review' }));
  const create = page.getByRole('button', { name: 'Create', exact: true });
  await create.waitFor();
  await seen.keepPage('review', page);
  await dana.click(create);
  await page.waitForURL(
    url =>
      /\/create\/tasks\/[0-9a-f-]{36}/.test(url.pathname) &&
      !url.pathname.includes(old),
    { timeout: 120_000 },
  );
  return page.url().match(/tasks\/([0-9a-f-]{36})/)![1];
}

/** Presses a button of the run page, and confirms its dialog. */
async function press(button: string, confirm: string): Promise<void> {
  const { page } = dana;
  await dana.click(page.getByRole('button', { name: button, exact: true }));
  const dialog = page.getByRole('dialog');
  await dana.click(dialog.getByRole('button', { name: confirm, exact: true }));
  await dialog.waitFor({ state: 'detached' });
}

async function withPicture(name: string, test: () => Promise<void>) {
  try {
    await test();
  } catch (error) {
    await dana.picture(name);
    throw error;
  }
}

describe('a service that failed at its credentials', () => {
  it(
    'is there after Retry',
    () =>
      withPicture('button-retry', async () => {
        const taskId = await openFailedRun('press-retry');
        await press('Retry', 'Retry');
        await dana.waitForStatus('Completed', 120_000);
        await seen.keepPage('retried', dana.page);
        await seen.keepRun('retried', taskId);
        expect(await traceOfRun(stack, 'press-retry')).toMatchObject({
          merged: 1,
          databases: 1,
          secrets: 1,
          repositories: 1,
        });
        await expectOnPage(taskId, 'press-retry');
      }),
    300_000,
  );

  it(
    'is gone after Roll back',
    () =>
      withPicture('button-rollback', async () => {
        const taskId = await openFailedRun('press-back');
        await press('Roll back', 'Roll back');
        await dana.waitForStatus('Rolled back', 120_000);
        await seen.keepPage('rolled back', dana.page);
        await seen.keepRun('rolled back', taskId);
        expect(await traceOfRun(stack, 'press-back')).toMatchObject({
          openPullRequests: 0,
          branches: 0,
          databases: 0,
          roles: 0,
          secrets: 0,
          repositories: 0,
        });
        await expectOnPage(taskId, 'press-back');
      }),
    300_000,
  );

  it(
    'is made anew after Edit and resubmit',
    () =>
      withPicture('button-resubmit', async () => {
        const old = await openFailedRun('press-again');
        const name = await openForm('Name');
        // As in the run that failed, and nothing of it in the address.
        expect(await name.inputValue()).toBe('press-again');
        expect(dana.page.url()).not.toContain('press-again');
        await dana.fill(name, 'press-anew');
        const taskId = await submitForm(old);
        await dana.waitForStatus('Completed', 120_000);
        expect(await traceOfRun(stack, 'press-anew')).toMatchObject({
          databases: 1,
          secrets: 1,
          repositories: 1,
        });
        await expectOnPage(taskId, 'press-anew');
        await seen.keepPage('resubmitted', dana.page);
        await seen.keepRun('resubmitted', taskId);
        await dana.open(`/create/tasks/${old}`);
        await dana.waitForStatus('Rolled back', 120_000);
        await expectOnPage(old, 'press-again');
        await seen.keepRun('replaced', old);
        expect(await traceOfRun(stack, 'press-again')).toMatchObject({
          databases: 0,
          secrets: 0,
          repositories: 0,
        });
      }),
    400_000,
  );
});

it(
  'shows who has rejected a service and why, and opens its form again',
  () =>
    withPicture('button-rejected', async () => {
      const { page } = dana;
      const old = await startTemplate(stack, 'dana', 'new-service', {
        name: 'press-no',
        environment: 'production',
      });
      await dana.open(`/create/tasks/${old}`);
      const request = await waitForRequest(stack, old);
      await vote(stack, 'leo', request, 'reject', 'Staging first, please.');
      await dana.waitForStatus('Needs attention', 120_000);
      await page
        .getByText(
          /Rejected by Leo \(lead, Payments\): Staging first, please\./,
        )
        .first()
        .waitFor();
      const name = await openForm('Name');
      expect(await name.inputValue()).toBe('press-no');
      await dana.select('Environment', 'staging');
      await submitForm(old);
      await dana.waitForStatus('Completed', 120_000);
      expect(await traceOfRun(stack, 'press-no')).toMatchObject({
        openPullRequests: 0,
        merged: 1,
        databases: 1,
        secrets: 1,
        repositories: 1,
      });
    }),
  400_000,
);

describe('secrets', () => {
  const key = `canary-${randomUUID()}`;
  const name = 'guarded';
  // It keeps the secrets of a task in clear while the task runs, as stock.
  const except = ['scaffolder'];

  /** Starts a run with a key, has it fail twice, and opens its page. */
  async function failGuarded(): Promise<string> {
    const { id } = await stack.request<{ id: string }>(
      'dana',
      '/api/scaffolder/v2/tasks',
      {
        method: 'POST',
        body: JSON.stringify({
          templateRef: 'template:default/guarded-service',
          values: { name, environment: 'production', apiKey: '******' },
          secrets: { apiKey: key },
        }),
      },
    );
    await setFault(stack, {
      service: 'vault',
      kind: 'status',
      match: { method: 'POST', pathPattern: '/v1/secret/data/' },
    });
    await setFault(stack, {
      service: 'github',
      kind: 'status',
      match: { method: 'POST', pathPattern: '/generate$' },
    });
    await vote(stack, 'leo', await waitForRequest(stack, id), 'approve');
    const question = await eventually('somebody is asked', async () => {
      const { state } = await stack.request('petra', `/api/runs/runs/${id}`);
      return state.interventions[0]?.id as string | undefined;
    });
    await seen.keepRun('asked', id);
    expect(findInFiles(stack, key, except)).toEqual([]);
    await clearFaults(stack);
    await setFault(stack, {
      service: 'github',
      kind: 'status',
      match: { method: 'POST', pathPattern: '/generate$' },
    });
    await stack.request('petra', `/api/runs/interventions/${question}/answer`, {
      method: 'POST',
      body: JSON.stringify({ answer: 'retry' }),
    });
    await waitForStatus(stack, id, SETTLED, 120_000);
    await clearFaults(stack);
    await dana.open(`/create/tasks/${id}`);
    await dana.waitForStatus('Needs attention', 120_000);
    return id;
  }

  it(
    'that a person has typed reach the vault, and nothing else',
    () =>
      withPicture('button-secret', async () => {
        const old = await failGuarded();
        expect(await readSecret(stack, 'dana', name)).toEqual({ key });
        await seen.keepRun('guarded failed', old);
        await seen.keepPage('guarded failed', dana.page);
        // It is not kept, so that nobody can go on with it.
        const preview = await stack.request(
          'dana',
          `/api/runs/runs/${old}/retry`,
        );
        expect(preview).toMatchObject({
          allowed: false,
          reason: expect.stringContaining('apiKey'),
        });

        const field = await openForm('API key');
        expect(await field.inputValue()).toBe('');
        expect(await dana.page.getByLabel('Name').inputValue()).toBe(name);
        await dana.fill(field, key);
        await dana.select('Environment', 'dev');
        const taskId = await submitForm(old);
        await dana.waitForStatus('Completed', 120_000);
        await seen.keepPage('guarded resubmitted', dana.page);
        await seen.keepRun('guarded resubmitted', taskId);
        await seen.keepRun('guarded replaced', old);
        expect((await readRun(stack, old)).phase).toBe('rolled-back');
        expect(await readSecret(stack, 'dana', name)).toEqual({ key });

        // What is searched for is found where it may be: its name, its path.
        expect(seen.find('apiKey')).not.toEqual([]);
        expect(findInFiles(stack, `databases/${name}`, except)).not.toEqual([]);
        expect(seen.find(key)).toEqual([]);
        expect(findInFiles(stack, key, except)).toEqual([]);
      }),
    400_000,
  );

  it('that an apply has made reach the vault, and nothing else', async () => {
    for (const made of ['press-retry', 'press-anew', 'press-no']) {
      const { password } = await readSecret(stack, 'dana', made);
      expect(String(password).length).toBeGreaterThan(15);
      expect(seen.find(String(password))).toEqual([]);
      expect(findInFiles(stack, String(password))).toEqual([]);
      expect(seen.find(made)).not.toEqual([]);
    }
  });
});
