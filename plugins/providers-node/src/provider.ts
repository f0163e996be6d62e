import { Problem } from '@self-service/plugin-runs-common';

/** What providers are for. @public */
export type Capability =
  | 'git'
  | 'infrastructure'
  | 'secrets'
  | 'observability'
  | 'messaging'
  | 'ticketing';

/** How much of a vendor's rate limit is left. @public */
export interface RateLimitBudget {
  /** Requests that the vendor allows in its window. */
  limit: number;
  remaining: number;
  /** When the whole budget is there again; ISO 8601. */
  resetsAt?: string;
}

/**
 * What a provider finds out about its vendor and its own credentials without
 * creating or changing anything.
 *
 * @public
 */
export interface ProviderHealth {
  /**
   * `failing`: nothing will work until somebody acts, see `problem`;
   * `degraded`: some of it, or for some time only, see `description`.
   */
  status: 'ok' | 'degraded' | 'failing';
  /** In one sentence for the platform team, for example `Signed in as portal[bot].` */
  description: string;
  /** Whose problem it is and what to do; with every status but `ok`. */
  problem?: Problem;
  /** As the vendor states it; absent where it states none. */
  rateLimit?: RateLimitBudget;
}

/** What every call of a port takes. @public */
export interface CallOptions {
  /** Stops the call: it rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * What every provider has, whatever its capability.
 *
 * @public
 */
export interface Provider {
  /**
   * Unique among the providers of a capability and kept for good: records name
   * it. `github` for the vendor's first or only entry in app-config,
   * `gitlab:git.example.com` or `vault:payments` for further ones.
   */
  readonly id: string;
  readonly capability: Capability;
  /** The vendor for people, for example `GitHub`. */
  readonly vendor: string;
  /** Origin that it calls, for example `https://api.github.com`. */
  readonly endpoint: string;
  /**
   * The optional parts of its port that it has, as the port names them; the
   * template check flags steps that need another.
   */
  readonly features: readonly string[];
  /**
   * Asks the vendor whether it answers and what the credentials may do.
   * Never throws but for an abort: what goes wrong is what it says.
   */
  checkHealth(options?: CallOptions): Promise<ProviderHealth>;
}
