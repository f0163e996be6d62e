import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Page } from 'playwright-core';
import { ConnectedStack } from './stack';

/** Who is told of anything in the tests, and may see runs. */
const PEOPLE = ['dana', 'leo', 'petra'];

/**
 * The files of the portal that hold a text: its logs, and its databases, where
 * nothing that was ever written is overwritten at once.
 *
 * @param except - databases of stock plugins that keep it for a time, by name
 * @returns their paths; none where there is no such text
 */
export function findInFiles(
  { dataDir }: ConnectedStack,
  text: string,
  except: readonly string[] = [],
): string[] {
  return ['backstage', 'logs']
    .map(name => join(dataDir, name))
    .flatMap(place =>
      readdirSync(place, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name)),
    )
    .filter(file => !except.some(name => file.includes(`/${name}.sqlite`)))
    .filter(file => readIfThere(file).includes(text));
}

/** Journals of databases come and go. */
function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return Buffer.alloc(0);
    }
    throw error;
  }
}

/** Keeps all that people get to see, to be searched for secrets in the end. */
export class Sightings {
  readonly #seen: { where: string; text: string }[] = [];

  constructor(private readonly stack: ConnectedStack) {}

  /**
   * Keeps a page as it is now: its address, its text, what its fields hold,
   * but for the dots that a person types a secret into.
   */
  async keepPage(where: string, page: Page): Promise<void> {
    const text = await page.evaluate(() => {
      const fields = document.querySelectorAll<
        HTMLInputElement | HTMLTextAreaElement
      >('input:not([type=password]), textarea');
      const copy = document.documentElement.cloneNode(true) as HTMLElement;
      copy
        .querySelectorAll('input[type=password]')
        .forEach(input => input.removeAttribute('value'));
      return [
        document.location.href,
        document.title,
        copy.outerHTML,
        ...[...fields].map(({ value }) => value),
      ].join();
    });
    this.keep(where, text);
  }

  /** Keeps what the API says of a run, and what people were told. */
  async keepRun(where: string, taskId: string): Promise<void> {
    const task = `/api/scaffolder/v2/tasks/${taskId}`;
    for (const path of [
      `/api/runs/runs/${taskId}`,
      `/api/runs/runs/${taskId}/retry`,
      '/api/runs/runs/page',
      `/api/approvals/runs/${taskId}`,
      task,
      `${task}/events`,
    ]) {
      const answer = await this.stack.request('dana', path);
      this.keep(`${where}: ${path}`, JSON.stringify(answer));
    }
    for (const person of PEOPLE) {
      const path = '/api/notifications/notifications';
      const answer = await this.stack.request(person, path);
      this.keep(`${where}: ${path} of ${person}`, JSON.stringify(answer));
    }
  }

  keep(where: string, text: string): void {
    this.#seen.push({ where, text });
  }

  /** Where a text was seen. */
  find(text: string): string[] {
    return this.#seen
      .filter(seen => seen.text.includes(text))
      .map(({ where }) => where);
  }
}
