import {
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  approvalsPolicyReadPermission,
  BacktestQuestion,
  BacktestReport,
  PolicyStatusReport,
  ReplayReport,
} from '@self-service/plugin-approvals-common';
import { FreezeStore, PolicyHistory } from '../database';
import { PolicyService } from '../policy';
import { backtest } from './Backtest';
import { assertPermission } from './basicPermission';
import { Clock } from './Clock';
import { daysBefore } from './RecordedPolicies';
import { replay } from './Replay';

/**
 * What the platform team needs around the policy: its state, and what it
 * decided or would decide.
 *
 * @remarks
 * For people and, with a token, for a command in a pipeline.
 */
export class PolicyOperations {
  readonly #policy: PolicyService;
  readonly #history: PolicyHistory;
  readonly #freezes: Pick<FreezeStore, 'list'>;
  readonly #clock: Clock;
  readonly #permissions: PermissionsService;

  constructor(options: {
    policy: PolicyService;
    history: PolicyHistory;
    freezes: Pick<FreezeStore, 'list'>;
    clock: Clock;
    permissions: PermissionsService;
  }) {
    this.#policy = options.policy;
    this.#history = options.history;
    this.#freezes = options.freezes;
    this.#clock = options.clock;
    this.#permissions = options.permissions;
  }

  /** What is loaded, what went wrong last, and the settings that decide. */
  async status(credentials: BackstageCredentials): Promise<PolicyStatusReport> {
    await this.#assertReads(credentials);
    const { source, loaded, lastCheckedAt, lastError } = this.#policy.status();
    return {
      source,
      loaded: loaded && { ...loaded, at: loaded.at.toISOString() },
      lastCheckedAt: lastCheckedAt?.toISOString(),
      lastError: lastError && {
        message: lastError.message,
        at: lastError.at.toISOString(),
      },
      settings: this.#policy.artifacts()?.data.approval,
    };
  }

  /** Asks the archived policies again about the decisions of some days. */
  async replay(
    credentials: BackstageCredentials,
    days: number,
  ): Promise<ReplayReport> {
    await this.#assertReads(credentials);
    const since = daysBefore(await this.#clock.now(), days);
    return replay(this.#history, since);
  }

  /**
   * Tells what a proposed policy would have changed about the decisions of
   * some days.
   *
   * @throws InputError when the proposal does not work
   */
  async backtest(
    credentials: BackstageCredentials,
    question: BacktestQuestion,
  ): Promise<BacktestReport> {
    await this.#assertReads(credentials);
    const freezes = await this.#freezes.list();
    return backtest({
      question,
      current: this.#policy.current(),
      history: this.#history,
      since: daysBefore(await this.#clock.now(), question.days),
      madeFreezes: freezes.map(({ id }) => id),
    });
  }

  async #assertReads(credentials: BackstageCredentials): Promise<void> {
    await assertPermission(
      this.#permissions,
      credentials,
      approvalsPolicyReadPermission,
    );
  }
}
