/**
 * What can go wrong with a vendor's answer, as the contract suites ask for it.
 * A number is the status of an answer in the vendor's own words: a vendor that
 * has no 422 gives what means the same there. `slow`: none within the
 * provider's time limit; `cut`: the connection ends before the vendor acts,
 * `cut-after`: when it has; `wrong`: an answer that makes no sense.
 *
 * @public
 */
export type ProviderFault =
  | 401
  | 403
  | 404
  | 409
  | 422
  | 429
  | 500
  | 503
  | 'slow'
  | 'cut'
  | 'cut-after'
  | 'wrong';

/** Makes a vendor, real or a stand-in, go wrong. @public */
export interface ProviderFaults {
  /**
   * @param options.skip - how many requests pass first; none without
   * @param options.times - how many it hits; all without
   */
  set(fault: ProviderFault, options?: { skip?: number; times?: number }): void;
  /** Ends what is set; whether it has hit a request. */
  clear(): boolean;
}

/** The part of the sandbox's fault switch that is needed here. @public */
export interface FaultSwitchLike<Service extends string> {
  add(fault: {
    service: Service;
    kind: 'status' | 'rate-limit' | 'slow' | 'reset' | 'reset-after' | 'wrong';
    status?: number;
    delayMs?: number;
    skip?: number;
    times?: number;
  }): { id: string };
  list(): { id: string; hits: number }[];
  clear(service: Service): void;
}

const KINDS = {
  slow: 'slow',
  cut: 'reset',
  'cut-after': 'reset-after',
  wrong: 'wrong',
} as const;

function kindOf(fault: ProviderFault) {
  if (fault === 429) {
    return 'rate-limit';
  }
  return typeof fault === 'number' ? 'status' : KINDS[fault];
}

/**
 * The faults of one of the sandbox's stand-ins.
 *
 * @param options.slowMilliseconds - longer than the provider's time limit
 * @public
 */
export function createProviderFaults<Service extends string>(
  faults: FaultSwitchLike<NoInfer<Service>>,
  service: Service,
  options: { slowMilliseconds: number },
): ProviderFaults {
  let set: string | undefined;
  return {
    set(fault, range = {}) {
      const kind = kindOf(fault);
      set = faults.add({
        service,
        kind,
        ...(kind === 'status' && { status: Number(fault) }),
        ...(kind === 'slow' && { delayMs: options.slowMilliseconds }),
        ...range,
      }).id;
    },
    clear() {
      // One that has hit as often as it may is no longer listed.
      const rule = faults.list().find(({ id }) => id === set);
      faults.clear(service);
      return set !== undefined && (rule === undefined || rule.hits > 0);
    },
  };
}
