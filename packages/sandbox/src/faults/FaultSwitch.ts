import { randomUUID } from 'node:crypto';

/** The stand-ins that faults can be set for. */
export const FAULT_SERVICES = [
  'github',
  'terraform',
  'vault',
  'identity',
] as const;

/** What can go wrong with an answer. */
export const FAULT_KINDS = [
  'slow',
  'status',
  'rate-limit',
  'reset',
  'reset-after',
  'wrong',
] as const;

/** One of the stand-ins. */
export type FaultService = (typeof FAULT_SERVICES)[number];

/**
 * - `slow` waits `delayMs` (default 3000) and then answers as usual
 * - `status` answers `status` (default 500) in the vendor's error shape, without acting
 * - `rate-limit` answers as the vendor's throttling does, without acting
 * - `reset` cuts the connection without acting
 * - `reset-after` acts, then cuts the connection instead of answering
 * - `wrong` answers 200 with a body that makes no sense, without acting
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
  };
  /** HTTP status, for `status` and `rate-limit`. */
  status?: number;
  /** Milliseconds, for `slow`. */
  delayMs?: number;
  /** Seconds that a throttled client is told to wait; default 1. */
  retryAfterSeconds?: number;
  /** How many requests it hits before it ends; absent means until cleared. */
  times?: number;
}

/** A fault that is set. */
export interface FaultRule extends FaultInput {
  id: string;
  /** How many requests it has hit. */
  hits: number;
}

/**
 * Holds the faults that are switched on, for all stand-ins.
 *
 * @remarks
 * Kept in memory on purpose: a restart of the sandbox is a healthy world again.
 */
export class FaultSwitch {
  #rules: FaultRule[] = [];

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
    const rule: FaultRule = { ...input, id: randomUUID(), hits: 0 };
    this.#rules.push(rule);
    return { ...rule };
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
   * matching other one. Counts them.
   *
   * @param path - path with query, as the client sent it
   */
  take(service: FaultService, method: string, path: string): FaultRule[] {
    const matching = this.#rules.filter(
      rule =>
        rule.service === service &&
        (!rule.match?.method ||
          rule.match.method.toUpperCase() === method.toUpperCase()) &&
        (!rule.match?.pathPattern ||
          new RegExp(rule.match.pathPattern).test(path)),
    );
    const slow = matching.filter(rule => rule.kind === 'slow');
    const other = matching.find(rule => rule.kind !== 'slow');
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
