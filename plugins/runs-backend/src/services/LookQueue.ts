interface Batch {
  refs: Set<string>;
  over: Promise<Set<string>>;
}

/**
 * Asks about waits one batch after the other: what comes while one is asked
 * about goes into the next.
 *
 * @remarks
 * Webhooks come in crowds, several for each change. A vendor is asked about all
 * of them with as few requests as for one, and never twice at a time. A look
 * begins after it was asked for, so that it sees what the webhook told of.
 */
export class LookQueue {
  #running: Promise<unknown> = Promise.resolve();
  #next: Batch | undefined;

  /** @param findOver - which of some refs are over */
  constructor(
    private readonly findOver: (refs: string[]) => Promise<string[]>,
  ) {}

  /**
   * Which of some refs are over, from a look that begins after this call.
   *
   * @throws what the look throws
   */
  async ask(refs: readonly string[]): Promise<string[]> {
    this.#next ??= this.#prepare();
    const batch = this.#next;
    refs.forEach(ref => batch.refs.add(ref));
    const over = await batch.over;
    return refs.filter(ref => over.has(ref));
  }

  #prepare(): Batch {
    const refs = new Set<string>();
    const over = this.#running.then(async () => {
      this.#next = undefined;
      return new Set(await this.findOver([...refs]));
    });
    this.#running = over.catch(() => {});
    return { refs, over };
  }
}
