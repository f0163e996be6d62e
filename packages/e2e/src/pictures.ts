import { join } from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { Browser, Locator, Page } from 'playwright-core';
import { Portal } from './Portal';
import { startRun, waitForCompletion, waitForRequest } from './runs';
import { ConnectedStack } from './stack';

const TEMPLATE = 'PostgreSQL database';

/** Keeps a picture in docs/images: of a page, or of a part of it. */
async function take(name: string, what: Page | Locator): Promise<void> {
  // What is on its way in should be there.
  await new Promise(done => {
    setTimeout(done, 700);
  });
  const path = join(
    resolvePackagePath('e2e', '../../docs/images'),
    `${name}.png`,
  );
  await what.screenshot({ path, animations: 'disabled' });
  process.stdout.write(`${path}\n`);
}

async function takeForm(sam: Portal): Promise<void> {
  const { page, preview } = sam;
  await sam.open('/create');
  await page.getByRole('article').first().waitFor();
  const { height, width } = page.viewportSize()!;
  await page.setViewportSize({ width, height: 812 });
  await take('templates', page);
  await page.setViewportSize({ width, height });
  await sam.chooseTemplate(TEMPLATE);
  await sam.fill(page.getByLabel('Name'), 'catalogue');
  await preview.getByText('Goes through at once', { exact: true }).waitFor();
  await take('preview', page);
  await sam.select('Environment', 'production');
  await preview.getByText('Needs approval', { exact: true }).waitFor();
  await take('preview-approval', page);
}

async function takeChat(portal: Portal): Promise<void> {
  const chat = await portal.openChat('leo');
  const message = chat.getByRole('article').last();
  await message.getByRole('button', { name: 'Approve' }).waitFor();
  await take('chat-message', message);
  await message.getByRole('button', { name: 'Approve' }).click();
  await message.getByText(/^Approved: /).waitFor();
  await take('chat-decided', message);
}

async function takeMail(lena: Portal): Promise<void> {
  const path = '/api/approvals/message-preferences';
  const { defaults } = await lena.stack.request('lena', path);
  await lena.stack.request('lena', path, {
    method: 'PUT',
    body: JSON.stringify({ preferences: defaults }),
  });
  await lena.open('/approvals/messages');
  const toggle = lena.page.getByRole('switch', {
    name: 'A request waits for my approval: Mail',
  });
  await toggle.press('Space');
  await lena.page.getByText('Saved', { exact: true }).waitFor();
  await take('preferences', lena.page);
  const taskId = await startRun(lena.stack, 'sam', 'postgresql-database', {
    name: 'catalogue',
    environment: 'production',
    size: 'medium',
  });
  const request = await waitForRequest(lena.stack, taskId);
  const mailbox = await lena.openMailbox('lena');
  await mailbox
    .getByRole('link', { name: /^Approval needed.*catalogue/ })
    .click();
  await mailbox.frameLocator('iframe').getByRole('heading').first().waitFor();
  await take('mail', mailbox);
  const opened = lena.page.context().waitForEvent('page');
  await mailbox
    .frameLocator('iframe')
    .getByRole('link', { name: /^Decide/ })
    .click();
  const decision = await opened;
  await decision.setViewportSize({ width: 1300, height: 900 });
  await decision
    .getByRole('button', { name: 'Approve', exact: true })
    .waitFor();
  await take('decide', decision);
  await decision.getByRole('button', { name: 'Approve', exact: true }).click();
  await decision.getByText('You have approved this').waitFor();
  await waitForCompletion(lena.stack, taskId);
  await lena.open(`/approvals/${request}`);
  const told = lena.page.getByRole('region', { name: 'Who was told' });
  await told.getByText(/^Show the/).click();
  await take('deliveries', told);
}

/**
 * Takes the pictures of the documentation, in a portal that may have been used
 * before.
 */
export async function takePictures(
  stack: ConnectedStack,
  browser: Browser,
): Promise<void> {
  const dana = await Portal.signIn(browser, stack, 'Dana');
  const sam = await Portal.signIn(browser, stack, 'Sam');
  const lena = await Portal.signIn(browser, stack, 'Lena');
  await takeForm(sam);
  const taskId = await startRun(stack, 'dana', 'postgresql-database', {
    name: 'orders',
    environment: 'production',
  });
  await waitForRequest(stack, taskId);
  await takeChat(dana);
  await waitForCompletion(stack, taskId);
  await takeMail(lena);
  await dana.open('/resources');
  await dana.page.getByText('orders').first().waitFor();
  await take('resources', dana.page);
}
