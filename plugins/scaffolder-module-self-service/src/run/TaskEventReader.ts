import { toError } from '@backstage/errors';
import { LogEvent } from '@backstage/plugin-scaffolder-common';
import { Observable } from '@backstage/types';

const FLUSH_MILLISECONDS = 100;
const FIRST_DELAY_MILLISECONDS = 1_000;
const LONGEST_DELAY_MILLISECONDS = 30_000;
/** What was open for longer has worked, though it was cut in the end. */
const WORKING_MILLISECONDS = 5_000;

/** What is known of the events of a run. */
export interface TaskEvents {
  /** In the order in which they arrived; kept while they can't be renewed. */
  events: LogEvent[];
  /** Whether anything is known of them, be it that there are none. */
  isRead: boolean;
  /** Why they can't be read, as long as that is so. */
  error?: Error;
}

interface Subscription {
  unsubscribe(): void;
}

/**
 * Reads the events of a run over all its attempts, and over cut connections.
 *
 * @remarks
 * The scaffolder closes the stream when an attempt ends, and a parked run ends
 * one attempt; {@link TaskEventReader.open} opens it again. A stream that is
 * cut is opened again by itself, with growing delays. One cut is no news:
 * proxies end connections on which nothing is said for long.
 */
export class TaskEventReader {
  readonly #stream: (after: number | undefined) => Observable<LogEvent>;
  readonly #onChange: (events: TaskEvents) => void;
  readonly #known = new Map<number, LogEvent>();
  #subscription: Subscription | undefined;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #openedAt = 0;
  #failures = 0;
  #error: Error | undefined;
  #hasEnded = false;

  /**
   * @param stream - opens the stream behind an event; its end without an error
   * is the end of an attempt
   * @param onChange - told of what has changed, soon after
   */
  constructor(
    stream: (after: number | undefined) => Observable<LogEvent>,
    onChange: (events: TaskEvents) => void,
  ) {
    this.#stream = stream;
    this.#onChange = onChange;
  }

  /** Opens the stream from the last event known, unless it is open. */
  open(): void {
    if (this.#subscription) {
      return;
    }
    clearTimeout(this.#openTimer);
    this.#openedAt = Date.now();
    let isOver = false;
    const opened = this.#stream(
      this.#known.size > 0 ? Math.max(...this.#known.keys()) : undefined,
    ).subscribe({
      next: event => {
        this.#known.set(event.id, event);
        this.#failures = 0;
        this.#schedule();
      },
      complete: () => {
        isOver = true;
        this.#failures = 0;
        this.#hasEnded = true;
        this.#drop();
      },
      error: error => {
        isOver = true;
        this.#fail(toError(error));
      },
    });
    if (isOver) {
      opened.unsubscribe();
    } else {
      this.#subscription = opened;
    }
  }

  /** Stops reading; nothing is told any more. */
  close(): void {
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#openTimer);
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }

  #fail(error: Error): void {
    const hasWorked = Date.now() - this.#openedAt > WORKING_MILLISECONDS;
    this.#failures = hasWorked ? 1 : this.#failures + 1;
    this.#error = error;
    this.#drop();
    const delay = FIRST_DELAY_MILLISECONDS * 2 ** (this.#failures - 1);
    this.#openTimer = setTimeout(
      () => this.open(),
      Math.min(delay, LONGEST_DELAY_MILLISECONDS),
    );
  }

  #drop(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#schedule();
  }

  #schedule(): void {
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      const isRead = this.#hasEnded || this.#known.size > 0;
      const isNews = this.#failures > (isRead ? 1 : 0);
      this.#onChange({
        events: [...this.#known.values()],
        isRead,
        error: isNews ? this.#error : undefined,
      });
    }, FLUSH_MILLISECONDS);
  }
}
