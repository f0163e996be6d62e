import { BrowserContext, Page, Request, WebSocket } from 'playwright-core';
import { Sightings } from './canary';

/**
 * Keeps all that a browser is given, and all that it writes down by itself, to
 * be searched for secrets in the end: addresses, answers with their headers,
 * what arrives on sockets, the console, and what is stored.
 *
 * @remarks
 * What a person types goes out in bodies of requests, which are not kept: they
 * are the way that a secret has to take.
 */
export class BrowserWatch {
  readonly #context: BrowserContext;
  readonly #seen: Sightings;
  readonly #who: string;
  readonly #reading = new Set<Promise<void>>();
  /** Scripts are the same on every page. */
  readonly #scripts = new Set<string>();
  /** Addresses without queries, by whether an answer could be read. */
  readonly #answers = new Map<string, boolean>();
  /** Questions whose answers could not be read, by the same addresses. */
  readonly #missed = new Map<string, Request>();

  private constructor(context: BrowserContext, seen: Sightings, who: string) {
    this.#context = context;
    this.#seen = seen;
    this.#who = who;
  }

  /**
   * Begins to watch a browser profile that has no page yet.
   *
   * @param who - the person, for where something was seen
   */
  static start(
    context: BrowserContext,
    seen: Sightings,
    who: string,
  ): BrowserWatch {
    const watch = new BrowserWatch(context, seen, who);
    context.on('request', request => {
      watch.#keep('address', request.url());
    });
    // Not before: of an answer that is still coming nothing can be read.
    context.on('requestfinished', request => {
      watch.#read(request);
    });
    context.on('console', message => {
      watch.#keep('console', message.text());
    });
    context.on('weberror', error => {
      watch.#keep('console', String(error.error().stack));
    });
    context.on('page', page => {
      page.on('websocket', socket => watch.#listen(socket));
    });
    return watch;
  }

  /**
   * Keeps a page as it is now, and what the browser has stored.
   *
   * @param page - one of the profile that is watched
   */
  async keep(where: string, page: Page): Promise<void> {
    await this.#seen.keepPage(`page of ${this.#who}: ${where}`, page);
    const session = await page.evaluate(() =>
      JSON.stringify({ ...sessionStorage }),
    );
    this.#keep('session storage', session);
    // Cookies, local storage and databases of every place that it was at.
    const stored = await this.#context.storageState({ indexedDB: true });
    this.#keep('storage', JSON.stringify(stored));
  }

  /**
   * Waits until all that has arrived is kept. A browser throws away what comes
   * while its page is being left: that is asked for once more, as the page did.
   */
  async settle(): Promise<void> {
    while (this.#reading.size > 0) {
      await Promise.all(this.#reading);
    }
    for (const url of this.unread) {
      const missed = this.#missed.get(url);
      if (missed?.method() === 'GET') {
        const answer = await this.#context.request.get(missed.url(), {
          headers: await missed.allHeaders(),
        });
        this.#keep('headers', JSON.stringify(answer.headers()));
        this.#keep('answer', await answer.text());
        this.#answers.set(url, true);
      }
    }
  }

  /** Addresses of answers none of which could be read. */
  get unread(): string[] {
    return [...this.#answers].flatMap(([url, isRead]) => (isRead ? [] : url));
  }

  #keep(what: string, text: string): void {
    this.#seen.keep(`${what} of ${this.#who}`, text);
  }

  #read(request: Request): void {
    if (request.resourceType() === 'script') {
      if (this.#scripts.has(request.url())) {
        return;
      }
      this.#scripts.add(request.url());
    }
    const reading = this.#keepAnswer(request).finally(() =>
      this.#reading.delete(reading),
    );
    this.#reading.add(reading);
  }

  async #keepAnswer(request: Request): Promise<void> {
    const [url] = request.url().split('?');
    try {
      const response = await request.response();
      const status = response?.status() ?? 0;
      this.#keep('headers', JSON.stringify(await response?.allHeaders()));
      const hasBody = status >= 200 && status !== 204;
      const isRedirect = status >= 300 && status < 400;
      if (response && hasBody && !isRedirect) {
        this.#keep('answer', await response.text());
      }
      this.#answers.set(url, true);
    } catch {
      this.#answers.set(url, this.#answers.get(url) ?? false);
      this.#missed.set(url, request);
    }
  }

  #listen(socket: WebSocket): void {
    this.#keep('address', socket.url());
    socket.on('framereceived', ({ payload }) => {
      this.#keep('socket', payload.toString());
    });
  }
}
