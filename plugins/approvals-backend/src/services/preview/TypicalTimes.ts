import { RecentAnswers } from '@self-service/plugin-runs-node';
import { DecidedRequest, DecidedRequests } from '../../database';

const HISTORY_MS = 90 * 24 * 60 * 60 * 1000;
/** Of so many requests, the newest, the times are taken. */
const MAXIMUM_REQUESTS = 1_000;

/** How long something took as a rule. */
interface TypicalTime {
  /** The median. */
  seconds: number;
  /** Of how many. */
  samples: number;
}

/** How long people took to decide lately. */
export class RecentTimes {
  readonly #byKinds = new Map<string, number[]>();
  readonly #byKind = new Map<string, number[]>();

  /** @param requests - what was decided lately */
  constructor(requests: readonly DecidedRequest[]) {
    for (const { seconds, kinds, stages } of requests) {
      add(this.#byKinds, keyOf(kinds), seconds);
      for (const stage of stages) {
        add(this.#byKind, stage.kind, stage.seconds);
      }
    }
  }

  /** Of the stages of a kind. */
  ofStage(kind: string): TypicalTime | undefined {
    return summarise(this.#byKind.get(kind));
  }

  /** Of the requests with just these kinds of stages. */
  ofRequest(kinds: readonly string[]): TypicalTime | undefined {
    return summarise(this.#byKinds.get(keyOf(kinds)));
  }
}

function keyOf(kinds: readonly string[]): string {
  return JSON.stringify([...kinds].sort());
}

function add(times: Map<string, number[]>, key: string, seconds: number): void {
  const known = times.get(key);
  if (known) {
    known.push(seconds);
  } else {
    times.set(key, [seconds]);
  }
}

function summarise(seconds: number[] | undefined): TypicalTime | undefined {
  if (!seconds) {
    return undefined;
  }
  const sorted = [...seconds].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median =
    sorted.length % 2 === 1
      ? sorted[middle]
      : (sorted[middle - 1] + sorted[middle]) / 2;
  return { seconds: median, samples: sorted.length };
}

/** Knows how long people took to decide in the last 90 days. */
export class TypicalTimes {
  readonly #requests: Pick<DecidedRequests, 'list'>;
  readonly #recent: RecentAnswers<RecentTimes>;

  /** @param options.recent - keeps what was read, which is the same for all */
  constructor(options: {
    requests: Pick<DecidedRequests, 'list'>;
    recent: RecentAnswers<RecentTimes>;
  }) {
    this.#requests = options.requests;
    this.#recent = options.recent;
  }

  /** The times as they were a short while ago, or are now. */
  async read(now: Date): Promise<RecentTimes> {
    const since = new Date(now.getTime() - HISTORY_MS);
    const times = await this.#recent.get(
      'times',
      async () =>
        new RecentTimes(await this.#requests.list(since, MAXIMUM_REQUESTS)),
    );
    return times ?? new RecentTimes([]);
  }
}
