import { Browser } from 'playwright-core';
import { launchBrowser } from './browser';
import { findInFiles } from './canary';
import { Portal } from './Portal';
import {
  startRun,
  traceOf,
  vote,
  waitForCompletion,
  waitForRequest,
  waitUntilParked,
} from './runs';
import { sharedStack } from './sharedStack';
import { readSecret, useDatabase } from './vault';

const templates = [
  // `beforeGate`: how many pull requests there are while people decide
  { title: 'PostgreSQL database', short: 'plain', beforeGate: 0 },
  { title: 'PostgreSQL database, plan first', short: 'plan', beforeGate: 1 },
];

const stack = sharedStack();
let browser: Browser;
let dana: Portal;
let leo: Portal;

beforeAll(async () => {
  browser = await launchBrowser();
  dana = await Portal.signIn(browser, stack, 'Dana');
  leo = await Portal.signIn(browser, stack, 'Leo');
}, 240_000);

afterAll(async () => {
  await browser?.close();
}, 60_000);

/** A picture of both screens when a test has failed. */
async function withPictures(name: string, test: () => Promise<void>) {
  try {
    await test();
  } catch (error) {
    await dana.picture(`${name}-dana`);
    await leo.picture(`${name}-leo`);
    throw error;
  }
}

async function expectUsableDatabase(name: string) {
  const secret = await readSecret(stack, 'dana', name);
  const database = name.replaceAll('-', '_');
  expect(await useDatabase(secret)).toEqual({
    database,
    role: `${database}_owner`,
    visits: 1,
  });
  expect(await traceOf(stack, name)).toEqual({
    pullRequests: 1,
    databases: 1,
    secrets: 1,
  });
}

describe.each(templates)('$title', ({ title, short, beforeGate }) => {
  it('gives a developer a dev database without asking anyone', () =>
    withPictures(`dev-${short}`, async () => {
      const name = `dev-${short}`;
      await dana.requestDatabase(title, { name, environment: 'dev' });
      await dana.waitForStatus('Completed');
      await dana.picture(`run-${short}`);

      const vaultPage = await dana.openSecret();
      const { password } = await readSecret(stack, 'dana', name);
      // neither here nor there does a value stand in a page unasked
      expect(await vaultPage.content()).not.toContain(password);
      expect(await dana.page.content()).not.toContain(password);
      await vaultPage.close();

      await expectUsableDatabase(name);
    }));

  it('waits for the lead in production, and goes on by itself', () =>
    withPictures(`production-${short}`, async () => {
      const name = `prod-${short}`;
      const taskId = await dana.requestDatabase(title, {
        name,
        environment: 'production',
      });
      await dana.page.getByText('Waiting for approval').first().waitFor();
      await dana.page.getByText('Leo (lead, Payments)').first().waitFor();
      await dana.page
        .getByText('Production changes need the approval of the team')
        .first()
        .waitFor();
      await dana.picture(`waiting-${short}`);
      await waitUntilParked(stack, taskId);
      expect(await traceOf(stack, name)).toEqual({
        pullRequests: beforeGate,
        databases: 0,
        secrets: 0,
      });

      await leo.openWaitingRequest(name);
      await leo.picture(`request-${short}`);
      await leo.vote('Approve');

      // the page that was open all the time
      await dana.waitForStatus('Completed');
      const { createdBy } = await stack.request(
        'dana',
        `/api/scaffolder/v2/tasks/${taskId}`,
      );
      expect(createdBy).toBe('user:default/dana');
      await expectUsableDatabase(name);
    }));

  it('ends with the comment when the lead rejects', () =>
    withPictures(`rejected-${short}`, async () => {
      const name = `no-${short}`;
      await dana.requestDatabase(title, { name, environment: 'production' });
      await dana.page.getByText('Waiting for approval').first().waitFor();
      await leo.openWaitingRequest(name);
      await leo.vote('Reject', 'Use the shared one.');
      await dana.page.getByText('Use the shared one.').first().waitFor();
      await dana.picture(`rejected-${short}`);
      expect(await traceOf(stack, name)).toEqual({
        pullRequests: beforeGate,
        databases: 0,
        secrets: 0,
      });
    }));
});

it('lets a dev run through at once while ten others wait', async () => {
  const waiting = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      startRun(stack, 'dana', 'postgresql-database', {
        name: `crowd-${index}`,
        environment: 'production',
      }),
    ),
  );
  for (const taskId of waiting) {
    await waitUntilParked(stack, taskId);
  }
  const eleventh = await startRun(stack, 'dana', 'postgresql-database', {
    name: 'crowd-dev',
    environment: 'dev',
  });
  await waitForCompletion(stack, eleventh, 30_000);
  await expectUsableDatabase('crowd-dev');

  // and the ten are none the worse for it
  const request = await waitForRequest(stack, waiting[9]);
  await vote(stack, 'leo', request, 'approve');
  await waitForCompletion(stack, waiting[9]);
  await expectUsableDatabase('crowd-9');
}, 180_000);

it('keeps passwords in the vault and the Terraform state, and nowhere else', async () => {
  const secret = await readSecret(stack, 'dana', 'dev-plain');
  // The search finds what is there: the path of the secret.
  expect(findInFiles(stack, 'databases/dev-plain')).not.toEqual([]);
  expect(findInFiles(stack, String(secret.password))).toEqual([]);
});
