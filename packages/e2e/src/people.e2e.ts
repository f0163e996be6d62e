/**
 * People: know before you click, approve where you are.
 */
import { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser';
import { findInFiles, Sightings } from './canary';
import { Portal } from './Portal';
import { inventory, startRun, waitForCompletion, waitForRequest } from './runs';
import { sharedStack } from './sharedStack';
import { readSecret, useDatabase } from './vault';

const TEMPLATE = 'PostgreSQL database';
/** Words of the button that decides in the chat's messages and on pages. */
const APPROVE = { name: 'Approve', exact: true };

const stack = sharedStack();
const seen = new Sightings(stack);
let browser: Browser;
const portals: Portal[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
}, 60_000);

async function signIn(person: string): Promise<Portal> {
  const portal = await Portal.signIn(browser, stack, person);
  portals.push(portal);
  return portal;
}

/** A picture of every page that is open when a test has failed. */
async function withPictures(name: string, test: () => Promise<void>) {
  try {
    await test();
  } catch (error) {
    for (const [index, portal] of portals.entries()) {
      await portal.picture(`${name}-${index}`);
    }
    throw error;
  } finally {
    for (const portal of portals.splice(0)) {
      await portal.close();
    }
  }
}

/** Of a request: who has voted. */
async function votersOf(taskId: string): Promise<string[]> {
  const { requests } = await stack.request(
    'dana',
    `/api/approvals/runs/${taskId}`,
  );
  return requests[0].stages.flatMap(({ votes }: { votes: object[] }) =>
    votes.map(vote => (vote as { voter: string }).voter),
  );
}

async function expectUsableDatabase(person: string, name: string) {
  const database = name.replaceAll('-', '_');
  expect(await useDatabase(await readSecret(stack, person, name))).toEqual({
    database,
    role: `${database}_owner`,
    visits: 1,
  });
}

/** The newest message of a conversation about something. */
const messageAbout = (chat: Page, name: string) =>
  chat.getByRole('article').filter({ hasText: name }).last();

it('gives who has never seen the portal a dev database for one field', () =>
  withPictures('first', async () => {
    const sam = await signIn('Sam');
    const { page, preview } = sam;
    sam.forgetActions();
    await sam.chooseTemplate(TEMPLATE);
    await sam.fill(page.getByLabel('Name'), 'first-steps');
    // What they get is there to read before anything is sent.
    await preview.getByText('databases/first-steps').first().waitFor();
    await preview.getByText('Goes through at once', { exact: true }).waitFor();
    const shown = await preview.innerText();
    expect(shown).toContain('PostgreSQL database');
    expect(shown).toMatch(/\$50.* a month/);
    expect(shown).toMatch(/read on databases\/first-steps/);
    await sam.click(page.getByRole('button', { name: 'Review' }));
    await page.getByText('It starts at once when you create it.').waitFor();
    const taskId = await sam.create();
    await sam.waitForStatus('Completed');
    // Choose, Review, Create; nobody was asked anything.
    expect({ fields: sam.fields, clicks: sam.actions - sam.fields }).toEqual({
      fields: 1,
      clicks: 3,
    });
    const { requests } = await stack.request(
      'sam',
      `/api/approvals/runs/${taskId}`,
    );
    expect(requests).toEqual([]);
    await expectUsableDatabase('sam', 'first-steps');
    await seen.keepRun('first', taskId);
  }));

it('says who has to approve, and what needs no approval, while one fills in', () =>
  withPictures('preview', async () => {
    const sam = await signIn('Sam');
    const { page, preview } = sam;
    await sam.open('/create/templates/default/postgresql-database');
    await sam.fill(page.getByLabel('Name'), 'weighed');
    await sam.select('Environment', 'production');
    await preview.getByText('Needs approval', { exact: true }).waitFor();
    await preview.getByText('Lena (lead, Search)').first().waitFor();
    await preview
      .getByText('goes through at once, $50 a month')
      .first()
      .waitFor();
    // What it says is so: with another value nobody is asked.
    await sam.click(preview.getByRole('button', { name: /^Use it/ }).first());
    await preview.getByText('Goes through at once', { exact: true }).waitFor();
    expect(await page.getByLabel('Environment').innerText()).toBe('dev');
  }));

it(
  'lets a lead approve a production database in the chat',
  () =>
    withPictures('chat', async () => {
      const name = 'from-chat';
      const dana = await signIn('Dana');
      const taskId = await dana.requestDatabase(TEMPLATE, {
        name,
        environment: 'production',
      });
      await waitForRequest(stack, taskId);
      const own = await dana.openChat('dana');
      await messageAbout(own, name).waitFor();

      const chat = await dana.openChat('leo');
      const message = messageAbout(chat, name);
      await message.waitFor();
      const text = await message.innerText();
      // Everything that it takes to decide.
      for (const part of [
        'Dana',
        'production',
        '$50',
        'elevated',
        'Due',
        'lead',
      ]) {
        expect(text).toContain(part);
      }
      await seen.keepPage('chat before', chat);
      await message.getByRole('button', APPROVE).click();

      // The same message says what has become of it, and asks no more.
      await message.getByText(/^Approved: /).waitFor();
      expect(await message.getByRole('button').count()).toBe(0);
      await messageAbout(own, name)
        .getByText(/^Approved: /)
        .waitFor();
      await dana.waitForStatus('Completed');
      expect(await votersOf(taskId)).toEqual(['user:default/leo']);
      await expectUsableDatabase('dana', name);
      await seen.keepPage('chat after', chat);
      await seen.keepRun('chat', taskId);
    }),
  180_000,
);

describe('a lead who prefers mail', () => {
  const name = 'from-mail';
  let taskId: string;
  let link: string;

  it('says so on the page', () =>
    withPictures('preferences', async () => {
      const lena = await signIn('Lena');
      const { page } = lena;
      await lena.open('/approvals/messages');
      const of = (channel: string) =>
        page.getByRole('switch', {
          name: `A request waits for my approval: ${channel}`,
        });
      // By keyboard, which takes what is drawn over it.
      await of('Mail').press('Space');
      await of('Slack').press('Space');
      await page.getByText('Saved', { exact: true }).waitFor();
      const { preferences } = await stack.request(
        'lena',
        '/api/approvals/message-preferences',
      );
      expect(preferences['approval-needed']).toEqual(
        expect.arrayContaining(['mail']),
      );
      expect(preferences['approval-needed']).not.toContain('chat');
    }));

  it(
    'approves from the mail, through the page that its link opens',
    () =>
      withPictures('mail', async () => {
        taskId = await startRun(stack, 'sam', 'postgresql-database', {
          name,
          environment: 'production',
        });
        await waitForRequest(stack, taskId);
        const lena = await signIn('Lena');
        const mailbox = await lena.openMailbox('lena');
        await mailbox
          .getByRole('link', { name: new RegExp(`^Approval needed.*${name}`) })
          .click();
        const mail = mailbox.frameLocator('iframe');
        const decide = mail.getByRole('link', { name: /^Decide/ });
        link = (await decide.getAttribute('href'))!;
        const opened = lena.page.context().waitForEvent('page');
        await decide.click();
        const decision = await opened;
        await decision.getByRole('button', APPROVE).waitFor();
        // Opening it has decided nothing.
        expect(await votersOf(taskId)).toEqual([]);
        await seen.keepPage('decision page', decision);
        await decision.getByRole('button', APPROVE).click();
        await decision.getByText('You have approved this').waitFor();
        await seen.keepPage('decided page', decision);
        expect(await votersOf(taskId)).toEqual(['user:default/lena']);
        await waitForCompletion(stack, taskId);
        await expectUsableDatabase('sam', name);
        // In chat they were told nothing.
        const { slack } = await inventory(stack);
        expect(
          slack.messages.filter(
            (message: { channel: string; text: string }) =>
              message.channel === '@lena' && message.text.includes(name),
          ),
        ).toEqual([]);
      }),
    180_000,
  );

  it(
    'cannot use the link again, and nobody else can use it',
    () =>
      withPictures('link', async () => {
        const lena = await signIn('Lena');
        await lena.page.goto(link);
        await lena.page
          .getByText('This link does not decide any more')
          .waitFor();
        expect(await lena.page.getByRole('button', APPROVE).count()).toBe(0);
        const dana = await signIn('Dana');
        await dana.page.goto(link);
        await dana.page
          .getByText('This link was sent to somebody else')
          .waitFor();
        const token = link.split('#')[1];
        await expect(
          stack.request('lena', '/api/approvals/decision-links/use', {
            method: 'POST',
            body: JSON.stringify({ token, verdict: 'approve' }),
          }),
        ).rejects.toThrow(/answered 409/);
        expect(await votersOf(taskId)).toEqual(['user:default/lena']);
      }),
    120_000,
  );

  it('finds the link in the mail, and nowhere else', async () => {
    const token = link.split('#')[1];
    expect(token).toMatch(/^[\w-]{43}$/);
    await seen.keepRun('mail', taskId);
    const { requests } = await stack.request(
      'lena',
      `/api/approvals/runs/${taskId}`,
    );
    const path = `/api/approvals/requests/${requests[0].id}`;
    const detail = await stack.request('petra', path);
    seen.keep('the request', JSON.stringify(detail));
    const { mail, ...outside } = await inventory(stack);
    seen.keep('the outside but mail', JSON.stringify(outside));
    expect(JSON.stringify(mail)).toContain(token);
    // The search finds what is there: the request.
    expect(findInFiles(stack, requests[0].id)).not.toEqual([]);
    expect(findInFiles(stack, token)).toEqual([]);
    expect(seen.find(requests[0].id)).not.toEqual([]);
    expect(seen.find(token)).toEqual([]);
  });
});

it('shows no password in form, chat or mail', async () => {
  seen.keep('the outside', JSON.stringify(await inventory(stack)));
  for (const [person, name] of [
    ['sam', 'first-steps'],
    ['dana', 'from-chat'],
    ['sam', 'from-mail'],
  ]) {
    const { password } = await readSecret(stack, person, name);
    expect(String(password)).toMatch(/\S{8}/);
    expect(seen.find(name)).not.toEqual([]);
    expect(seen.find(String(password))).toEqual([]);
    expect(findInFiles(stack, String(password))).toEqual([]);
  }
});
