import { Browser } from 'playwright-core';
import { launchBrowser } from './browser';
import { clearFaults, setFault } from './faults';
import { Portal } from './Portal';
import { startTemplate } from './runs';
import { Stack, startStack } from './stack';
import { traceOfRun } from './trace';

let stack: Stack;
let browser: Browser;
let dana: Portal;

beforeAll(async () => {
  stack = await startStack();
  browser = await launchBrowser();
  dana = await Portal.signIn(browser, stack, 'Dana');
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
}, 60_000);

afterEach(() => clearFaults(stack));

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
  return taskId;
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
        await openFailedRun('press-retry');
        await press('Retry', 'Retry');
        await dana.waitForStatus('Completed', 120_000);
        expect(await traceOfRun(stack, 'press-retry')).toMatchObject({
          merged: 1,
          databases: 1,
          secrets: 1,
          repositories: 1,
        });
      }),
    300_000,
  );

  it(
    'is gone after Roll back',
    () =>
      withPicture('button-rollback', async () => {
        await openFailedRun('press-back');
        await press('Roll back', 'Roll back');
        await dana.waitForStatus('Rolled back', 120_000);
        expect(await traceOfRun(stack, 'press-back')).toMatchObject({
          openPullRequests: 0,
          branches: 0,
          databases: 0,
          roles: 0,
          secrets: 0,
          repositories: 0,
        });
      }),
    300_000,
  );

  it(
    'is made anew after Edit and resubmit',
    () =>
      withPicture('button-resubmit', async () => {
        const { page } = dana;
        const old = await openFailedRun('press-again');
        await dana.click(page.getByRole('link', { name: 'Edit and resubmit' }));
        // As in the run that failed, and nothing of it in the address.
        const name = page.getByLabel('Name');
        await name.waitFor();
        expect(await name.inputValue()).toBe('press-again');
        expect(page.url()).not.toContain('press-again');
        await dana.fill(name, 'press-anew');
        await dana.click(page.getByRole('button', { name: 'Review' }));
        await dana.click(
          page.getByRole('button', { name: 'Create', exact: true }),
        );
        await page.waitForURL(
          url =>
            /\/create\/tasks\/[0-9a-f-]{36}/.test(url.pathname) &&
            !url.pathname.includes(old),
          { timeout: 120_000 },
        );
        await dana.waitForStatus('Completed', 120_000);
        expect(await traceOfRun(stack, 'press-anew')).toMatchObject({
          databases: 1,
          secrets: 1,
          repositories: 1,
        });
        await dana.open(`/create/tasks/${old}`);
        await dana.waitForStatus('Rolled back', 120_000);
        expect(await traceOfRun(stack, 'press-again')).toMatchObject({
          databases: 0,
          secrets: 0,
          repositories: 0,
        });
      }),
    400_000,
  );
});
