import { randomUUID } from 'node:crypto';

/** The stand-ins that faults can be set for. */
export const FAULT_SERVICES = [
  'github',
  'terraform',
  'vault',
  'identity',
  'gitlab',
  'hcp',
  'aws',
  'grafana',
  'datadog',
  'mail',
  'slack',
] as const;

/** What can go wrong with an answer. */
export const FAULT_KINDS = [
  'slow',
  'slow-after',
  'status',
  'status-after',
  'rate-limit',
  'reset',
  'reset-after',
  'reset-midway',
  'wrong',
  'wrong-after',
] as const;

/** One of the stand-ins. */
export type FaultService = (typeof FAULT_SERVICES)[number];

/**
 * - `slow` waits `delayMs` (default 3000), then answers as usual; it does not
 *   act when the client has gone meanwhile
 * - `slow-after` acts at once, then waits `delayMs` before it answers
 * - `status` answers `status` (default 500) in the vendor's error shape, without acting
 * - `status-after` acts, then answers that instead
 * - `rate-limit` answers as the vendor's throttling does, without acting
 * - `reset` cuts the connection without acting
 * - `reset-after` acts, then cuts the connection instead of answering
 * - `reset-midway` acts, then cuts the connection in the middle of the answer
 * - `wrong` answers 200 with a body that makes no sense, without acting
 * - `wrong-after` acts, then answers that instead
 */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault to set. */
export interface FaultInput {
  service: FaultService;
  kind: FaultKind;
  /** Which requests it hits; absent means all of the service's API. */
  match?: {
    /** HTTP method, upper case. */
    method?: string;
    /** Regular expression, tried against path and query. */
    pathPattern?: string;
    /**
     * Words that stand in the path, the body, or what the request is about (of
     * a pull request its branch and title), so that one run can be hit while
     * others go on.
     */
    text?: string;
  };
  /** HTTP status, for `status` and `rate-limit`. */
  status?: number;
  /** Milliseconds, for `slow` and `slow-after`. */
  delayMs?: number;
  /** What makes no sense, for `wrong` and `wrong-after`; default other JSON. */
  body?: 'json' | 'html';
  /** Seconds that a throttled client is told to wait; default 1. */
  retryAfterSeconds?: number;
  /** How many matching requests it lets through first; default none. */
  skip?: number;
  /** How many requests it hits before it ends; absent means until cleared. */
  times?: number;
}

/** A fault that is set. */
export interface FaultRule extends FaultInput {
  id: string;
  /** How many requests it has hit. */
  hits: number;
  /** How many matching requests it has let through. */
  skipped: number;
}

/** How much a stand-in's API was asked. */
export interface RequestCount {
  requests: number;
  /** Those that it refused because there were too many, faults included. */
  throttled: number;
}

/**
 * Holds the faults that are switched on, for all stand-ins, and counts what they
 * are asked.
 *
 * @remarks
 * Kept in memory on purpose: a restart of the sandbox is a healthy world again.
 */
export class FaultSwitch {
  #rules: FaultRule[] = [];
  readonly #counts = new Map<FaultService, RequestCount>();

  /** What each API was asked since the start, by service; none where nothing was. */
  requests(): Partial<Record<FaultService, RequestCount>> {
    return Object.fromEntries(
      [...this.#counts].map(([service, count]) => [service, { ...count }]),
    );
  }

  /** Counts an answer. */
  count(service: FaultService, throttled: boolean): void {
    const known = this.#counts.get(service) ?? { requests: 0, throttled: 0 };
    this.#counts.set(service, {
      requests: known.requests + 1,
      throttled: known.throttled + (throttled ? 1 : 0),
    });
  }

  /** Every rule that is set, oldest first. */
  list(): FaultRule[] {
    return this.#rules.map(rule => ({ ...rule }));
  }

  /**
   * Sets a fault.
   *
   * @throws Error when a field has a value that is not understood
   */
  add(input: FaultInput): FaultRule {
    if (!FAULT_SERVICES.includes(input.service)) {
      throw new Error(`service must be one of ${FAULT_SERVICES.join(', ')}`);
    }
    if (!FAULT_KINDS.includes(input.kind)) {
      throw new Error(`kind must be one of ${FAULT_KINDS.join(', ')}`);
    }
    if (input.match?.pathPattern) {
      RegExp(input.match.pathPattern);
    }
    if (input.times !== undefined && !(input.times >= 1)) {
      throw new Error('times must be at least 1');
    }
    if (input.skip !== undefined && !(input.skip >= 0)) {
      throw new Error('skip must not be negative');
    }
    const rule: FaultRule = { ...input, id: randomUUID(), hits: 0, skipped: 0 };
    this.#rules.push(rule);
    return { ...rule };
  }

  /** Whether it takes more than a request's path to tell which faults hit it. */
  readsText(service: FaultService): boolean {
    return this.#rules.some(
      rule => rule.service === service && rule.match?.text !== undefined,
    );
  }

  /** Ends one fault; false when there is none of that id. */
  remove(id: string): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter(rule => rule.id !== id);
    return this.#rules.length < before;
  }

  /** Ends all faults, or all of one service. */
  clear(service?: FaultService): void {
    this.#rules = service
      ? this.#rules.filter(rule => rule.service !== service)
      : [];
  }

  /**
   * The faults that hit one request: every matching `slow`, then the first
   * matching other one. Counts them, and those that let it through.
   *
   * @param path - path with query, as the client sent it
   * @param text - the body and what the request is about, as far as known
   */
  take(
    service: FaultService,
    method: string,
    path: string,
    text = '',
  ): FaultRule[] {
    const matching = this.#rules.filter(
      ({ service: hit, match = {} }) =>
        hit === service &&
        (!match.method ||
          match.method.toUpperCase() === method.toUpperCase()) &&
        (!match.pathPattern || new RegExp(match.pathPattern).test(path)) &&
        (!match.text || `${path}\n${text}`.includes(match.text)),
    );
    const ready = matching.filter(rule => {
      const waits = rule.skipped < (rule.skip ?? 0);
      rule.skipped += waits ? 1 : 0;
      return !waits;
    });
    const slow = ready.filter(rule => rule.kind === 'slow');
    const other = ready.find(rule => rule.kind !== 'slow');
    const taken = other ? [...slow, other] : slow;
    for (const rule of taken) {
      rule.hits += 1;
      if (rule.times !== undefined && rule.hits >= rule.times) {
        this.remove(rule.id);
      }
    }
    return taken;
  }
}
