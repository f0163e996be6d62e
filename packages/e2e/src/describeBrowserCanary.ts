import { randomUUID } from 'node:crypto';
import { Browser } from 'playwright-core';
import { launchBrowser } from './browser';
import { findInFiles, Sightings } from './canary';
import { readConfiguredSecrets } from './configuredSecrets';
import { Portal } from './Portal';
import { eventually, inventory, waitForRequest } from './runs';
import { ConnectedStack } from './stack';

/** A production service with a key that somebody types. */
const GUARDED = 'watched-key';
/** A database, whose password an apply generates. */
const DATABASE = 'watched-books';
/** It keeps the secrets of a task in clear while the task runs, as stock. */
const EXCEPT = ['scaffolder'];

/**
 * Tests, the same for every stack: two people go through the portal with a
 * secret that is typed and one that is generated, and all that their browsers
 * are given is searched for both and for the credentials of every vendor.
 *
 * @param options.stack - with the templates of `testCatalog`; asked for when
 * the tests run
 * @param options.readSecret - reads the secret of a database from the vault of
 * this stack
 */
export function describeBrowserCanary(options: {
  stack: () => ConnectedStack;
  readSecret: (name: string) => Promise<Record<string, unknown>>;
}): void {
  describe('what a browser sees', () => {
    const key = `canary-${randomUUID()}`;
    let stack: ConnectedStack;
    let seen: Sightings;
    let browser: Browser;
    let dana: Portal;
    let leo: Portal;

    beforeAll(async () => {
      stack = options.stack();
      seen = new Sightings(stack);
      browser = await launchBrowser();
      dana = await Portal.signIn(browser, stack, 'Dana', seen);
      leo = await Portal.signIn(browser, stack, 'Leo', seen);
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
    }, 60_000);

    /** Keeps what a person has in front of them. */
    const keep = (portal: Portal, where: string) =>
      portal.watch!.keep(where, portal.page);

    /** Opens a page, and keeps it once it shows something. */
    async function look(portal: Portal, path: string, text: string | RegExp) {
      await portal.open(path);
      const shown = portal.page.getByText(text).filter({ visible: true });
      await shown.first().waitFor();
      await keep(portal, path);
    }

    /** The page of a run that is through, loaded anew, with all of its log. */
    async function keepRunPage(taskId: string) {
      await keep(dana, 'the run, all the time');
      await dana.page.reload();
      await dana.waitForStatus('Completed');
      const log = await dana.readLog();
      expect(log).toContain('databases/');
      seen.keep('downloaded log', log);
      await keep(dana, 'the run');
      await seen.keepRun('api', taskId);
    }

    it('is searched wherever it is: the search finds what is planted', async () => {
      const planted = `planted-${randomUUID()}`;
      const { page } = dana;
      await page.evaluate(async value => {
        localStorage.setItem('planted', value);
        sessionStorage.setItem('planted', value);
        document.cookie = `planted=${value}`;
        await new Promise(resolve => {
          const opening = indexedDB.open('planted', 1);
          opening.onupgradeneeded = () =>
            opening.result.createObjectStore('values').put(value, 'key');
          opening.onsuccess = resolve;
        });
        console.debug(value);
        document.body.dataset.planted = value;
        await fetch(`/api/scaffolder/v2/${value}`);
      }, planted);
      await keep(dana, 'planted');
      await dana.watch!.settle();
      expect([...new Set(seen.find(planted))].sort()).toEqual([
        'address of Dana',
        'answer of Dana',
        'console of Dana',
        'page of Dana: planted',
        'session storage of Dana',
        'storage of Dana',
      ]);
    });

    it('is the way of a secret that a person types and another approves', async () => {
      const { page } = dana;
      await dana.open('/create/templates/default/guarded-service');
      await dana.fill(page.getByLabel('Name'), GUARDED);
      await dana.select('Environment', 'production');
      await dana.fill(page.getByLabel('API key'), key);
      await keep(dana, 'form');
      await dana.click(page.getByRole('button', { name: 'Review' }));
      await page.getByRole('button', { name: 'Create', exact: true }).waitFor();
      await keep(dana, 'review');
      const taskId = await dana.create();
      await waitForRequest(stack, taskId);
      await page.getByText('Waiting for approval').first().waitFor();
      await keep(dana, 'waiting');

      await leo.openWaitingRequest(GUARDED);
      await keep(leo, 'request');
      await leo.vote('Approve');
      await dana.waitForStatus('Completed', 120_000);
      await keep(leo, 'decided request');
      await keepRunPage(taskId);
      expect(await options.readSecret(GUARDED)).toEqual({ key });
    }, 240_000);

    it('is the way to a database, its resource and its messages', async () => {
      const taskId = await dana.requestDatabase('PostgreSQL database', {
        name: DATABASE,
        environment: 'dev',
      });
      await dana.waitForStatus('Completed', 120_000);
      await keepRunPage(taskId);
      expect(await options.readSecret(DATABASE)).toHaveProperty('password');
      await eventually('the database is listed', () =>
        stack.request('dana', `/api/runs/resources/${taskId}`),
      );
      await look(dana, '/resources', DATABASE);
      await look(dana, `/resources/${taskId}`, `databases/${DATABASE}`);
      await look(dana, '/create/tasks', 'PostgreSQL database');
      await look(dana, '/notifications', GUARDED);
      await look(leo, '/notifications', GUARDED);
      for (const portal of [dana, leo]) {
        const person = portal === dana ? 'dana' : 'leo';
        const chat = await portal.openChat(person);
        await chat.getByRole('article').first().waitFor();
        await portal.watch!.keep('chat', chat);
        const mailbox = await portal.openMailbox(person);
        await portal.watch!.keep('mailbox', mailbox);
      }
    }, 240_000);

    it('has no secret in it, nor has anything else', async () => {
      const { password } = await options.readSecret(DATABASE);
      await dana.watch!.settle();
      await leo.watch!.settle();
      seen.keep('the outside', JSON.stringify(await inventory(stack)));
      // What was seen are answers, and what is not secret is found in them.
      expect(new Set(seen.find(`databases/${DATABASE}`))).toContain(
        'answer of Dana',
      );
      expect(new Set(seen.find(GUARDED))).toContain('answer of Leo');
      expect(findInFiles(stack, GUARDED)).not.toEqual([]);
      expect([...dana.watch!.unread, ...leo.watch!.unread]).toEqual([]);

      const configured = readConfiguredSecrets();
      expect(configured.length).toBeGreaterThan(15);
      for (const secret of [key, String(password), ...configured]) {
        expect(secret).toMatch(/\S{8}/);
        expect(seen.find(secret)).toEqual([]);
        expect(findInFiles(stack, secret, EXCEPT)).toEqual([]);
      }
      expect(findInFiles(stack, String(password))).toEqual([]);
    });
  });
}
