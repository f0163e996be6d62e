/** How long a wait is left alone where webhooks tell of changes. */
const RARELY_MS = 60_000;

/**
 * Remembers when the sweep of this process has asked about which waits.
 *
 * @remarks
 * Where webhooks come, a wait is asked about once soon after it began (what
 * ended just before was told to nobody), and then only in case one gets lost.
 */
export class WaitLooks {
  readonly #at = new Map<string, number>();

  /** Those of some refs that were not asked about within the last minute. */
  due(kind: string, refs: readonly string[], now: Date): string[] {
    for (const [key, at] of this.#at) {
      if (now.getTime() - at >= RARELY_MS) {
        this.#at.delete(key);
      }
    }
    return refs.filter(ref => !this.#at.has(`${kind} ${ref}`));
  }

  /** Some refs are asked about now. */
  note(kind: string, refs: readonly string[], now: Date): void {
    refs.forEach(ref => this.#at.set(`${kind} ${ref}`, now.getTime()));
  }

  /** What is over may be waited for anew. */
  forget(kind: string, refs: readonly string[]): void {
    refs.forEach(ref => this.#at.delete(`${kind} ${ref}`));
  }
}
