import { RunDocument } from './documents';
import { isConfirmable } from './readRuns';
import { isApplied } from './runStatuses';

/**
 * A run that is over and good is not read again for so long: nothing can become
 * of it, but that it goes with its workspace. Milliseconds.
 */
const GOOD_FOR = 30_000;
/** Who is about to confirm a run that waited takes this to be so; milliseconds. */
const WAITING_FOR = 2_000;
/** Most runs whose last answer is remembered. */
const MAXIMUM_SEEN = 1_000;

/** The last answer about a run. */
interface Seen {
  document: RunDocument;
  at: number;
}

/** Whether an answer of then stands now; milliseconds since the epoch. */
export type Reuse = (seen: Seen, now: number) => boolean;

/** Over, and as it was to be. */
export function isGood({ document, at }: Seen, now: number): boolean {
  return isApplied(document.run.attributes.status) && now - at < GOOD_FOR;
}

/** Good, or waiting to be confirmed: the vendor says so if it waits no more. */
export function isGoodOrWaiting(seen: Seen, now: number): boolean {
  const isWaiting = isConfirmable(seen.document) && now - seen.at < WAITING_FOR;
  return isWaiting || isGood(seen, now);
}

/** The last answers about runs, by their ids. */
export class SeenRuns {
  readonly #now: () => number;
  readonly #seen = new Map<string, Seen>();

  /** @param now - milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  keep(document: RunDocument): RunDocument {
    const { id } = document.run;
    this.#seen.delete(id);
    this.#seen.set(id, { document, at: this.#now() });
    if (this.#seen.size > MAXIMUM_SEEN) {
      this.#seen.delete([...this.#seen.keys()][0]);
    }
    return document;
  }

  /** @param reuse - what the answer has to be; without, any */
  find(id: string, reuse: Reuse = () => true): RunDocument | undefined {
    const seen = this.#seen.get(id);
    return seen && reuse(seen, this.#now()) ? seen.document : undefined;
  }
}
