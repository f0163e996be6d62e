import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { Browser, Locator, Page } from 'playwright-core';
import { BrowserWatch } from './BrowserWatch';
import { Sightings } from './canary';
import { DatabaseParameters } from './runs';
import { ConnectedStack } from './stack';

/** One person in front of the portal, in a browser profile of their own. */
export class Portal {
  #clicks = 0;
  #fields = 0;

  private constructor(
    readonly page: Page,
    readonly stack: ConnectedStack,
    /** Of a person who is watched. */
    readonly watch?: BrowserWatch,
  ) {}

  /**
   * Opens the portal and signs a person in on the company's sign-in page.
   *
   * @param person - the beginning of their name, for example `Dana`
   * @param seen - keeps all that their browser is given, from the first page on
   */
  static async signIn(
    browser: Browser,
    stack: ConnectedStack,
    person: string,
    seen?: Sightings,
  ): Promise<Portal> {
    const context = await browser.newContext({
      viewport: { width: 1300, height: 900 },
    });
    const watch = seen && BrowserWatch.start(context, seen, person);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const portal = new Portal(page, stack, watch);
    await page.goto(`${stack.urls.backend}/create`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: new RegExp(`^${person}`) }).click();
    await page
      .getByRole('heading', { name: 'Templates', exact: true })
      .waitFor();
    return portal;
  }

  /** Clicks and filled fields since the last {@link Portal.forgetActions}. */
  get actions(): number {
    return this.#clicks + this.#fields;
  }

  /** Of {@link Portal.actions}, the fields that were filled in or chosen. */
  get fields(): number {
    return this.#fields;
  }

  /** Begins to count from 0 again. */
  forgetActions(): void {
    this.#clicks = 0;
    this.#fields = 0;
  }

  /** Opens a path of the portal. */
  async open(path: string): Promise<void> {
    await this.page.goto(`${this.stack.urls.backend}${path}`);
  }

  async click(target: Locator): Promise<void> {
    await target.click();
    this.#clicks += 1;
  }

  async fill(target: Locator, text: string): Promise<void> {
    await target.fill(text);
    this.#fields += 1;
  }

  /** Picks an option of a select field of the form, unless it shows already. */
  async select(label: string, option: string): Promise<void> {
    const field = this.page.getByLabel(label);
    if ((await field.innerText()).startsWith(option)) {
      return;
    }
    await field.click();
    await this.page
      .getByRole('option', { name: new RegExp(`^${option}`) })
      .click();
    this.#fields += 1;
  }

  /**
   * Asks for a database in the form, from the list of templates on.
   *
   * @param title - of the template
   * @returns the run's id
   */
  async requestDatabase(
    title: string,
    { name, environment, size = 'small' }: DatabaseParameters,
  ): Promise<string> {
    const { page } = this;
    await this.open('/create');
    await this.chooseTemplate(title);
    await this.fill(page.getByLabel('Name'), name);
    await this.select('Environment', environment);
    await this.select('Size', `${size[0].toUpperCase()}${size.slice(1)}`);
    await this.click(page.getByRole('button', { name: 'Review' }));
    return this.create();
  }

  /** Picks a template of the list that is open, by its title. */
  async chooseTemplate(title: string): Promise<void> {
    const card = this.page.getByRole('article', { name: title, exact: true });
    await this.click(card.getByRole('button', { name: 'Choose' }));
  }

  /**
   * Submits the review that is open.
   *
   * @returns the run's id
   */
  async create(): Promise<string> {
    const { page } = this;
    await this.click(page.getByRole('button', { name: 'Create', exact: true }));
    await page.waitForURL(/\/create\/tasks\/[0-9a-f-]{36}/);
    return page.url().match(/tasks\/([0-9a-f-]{36})/)![1];
  }

  /** What will happen, as the form that is open says. */
  get preview(): Locator {
    return this.page.getByRole('complementary', { name: 'What will happen' });
  }

  /** Opens what the chat's stand-in shows a person, in a tab of its own. */
  async openChat(person: string): Promise<Page> {
    const chat = await this.page.context().newPage();
    await chat.goto(`${this.stack.urls.slack}/as/${person}`);
    return chat;
  }

  /** Opens a person's mailbox in a tab of its own. */
  async openMailbox(person: string): Promise<Page> {
    const mailbox = await this.page.context().newPage();
    const address = encodeURIComponent(`${person}@example.com`);
    await mailbox.goto(`${this.stack.urls.mail}/mailboxes/${address}`);
    return mailbox;
  }

  /** Waits until the run page, which names it in its title, has a status; it is not loaded anew. */
  async waitForStatus(status: string, timeout = 60_000): Promise<void> {
    await this.page.waitForFunction(
      expected => document.title.includes(` ${expected} – `),
      status,
      { timeout },
    );
  }

  /**
   * Follows the run's link to its secret, and signs in to the vault where it
   * asks for that.
   *
   * @returns the vault's page, in a tab of its own
   */
  async openSecret(): Promise<Page> {
    const link = this.page
      .getByRole('link', { name: 'Credentials in the vault' })
      .first();
    const vault = await this.page.context().newPage();
    await vault.goto((await link.getAttribute('href')) ?? '');
    const user = vault.getByLabel('Username');
    const key = vault.getByText('password', { exact: true });
    await user.or(key).first().waitFor();
    if (await user.isVisible()) {
      await user.fill('dana');
      await vault.getByLabel('Password').fill('demo');
      await vault.getByRole('button', { name: 'Sign in' }).click();
      await key.waitFor();
    }
    return vault;
  }

  /** Opens the newest request that waits for this person, from the tab on. */
  async openWaitingRequest(name: string): Promise<void> {
    await this.open('/approvals');
    // In the table: a notification that pops up has the name too.
    await this.page.getByRole('row').getByText(name).first().click();
    await this.page.getByRole('button', { name: 'Approve' }).waitFor();
  }

  /**
   * Opens the log of every step of the run that is open, and downloads it.
   *
   * @returns the file's text
   */
  async readLog(): Promise<string> {
    const { page } = this;
    const closed = page.getByRole('listitem').locator('[aria-expanded=false]');
    while (await closed.count()) {
      await closed.first().click();
    }
    const downloading = page.waitForEvent('download');
    await page
      .getByRole('button', { name: 'Download log', exact: true })
      .click();
    const download = await downloading;
    return readFile(await download.path(), 'utf8');
  }

  /** Votes on the request that is open. */
  async vote(verdict: 'Approve' | 'Reject', comment?: string): Promise<void> {
    const { page } = this;
    await this.click(page.getByRole('button', { name: verdict }));
    const dialog = page.getByRole('dialog');
    if (comment) {
      await this.fill(dialog.getByLabel(/Comment/), comment);
    }
    await this.click(dialog.getByRole('button', { name: verdict }));
    await dialog.waitFor({ state: 'detached' });
  }

  /** Keeps a picture of the page, for people who look into a failure. */
  async picture(name: string): Promise<void> {
    const directory = resolvePackagePath('e2e', '../../e2e-results');
    mkdirSync(directory, { recursive: true });
    await this.page.screenshot({ path: join(directory, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
