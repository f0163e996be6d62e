import { createApiRef } from '@backstage/frontend-plugin-api';
import {
  BacktestQuestion,
  BacktestReport,
  FreezeList,
  NewExemption,
  NewFreeze,
  PolicyStatusReport,
  ReplayReport,
} from '@self-service/plugin-approvals-common';

/**
 * What the pages about freezes and policy ask of the approvals backend, as
 * the signed-in person.
 *
 * @remarks
 * Every method throws the `ResponseError` of `@backstage/errors` when the
 * backend refuses, and a zod error when its answer breaks the contract.
 *
 * @public
 */
export interface PolicyApi {
  /** Every freeze, and what this person may do. */
  listFreezes(options?: { signal?: AbortSignal }): Promise<FreezeList>;
  /** Declares a freeze. */
  createFreeze(freeze: NewFreeze): Promise<void>;
  /** Ends a freeze before its time. */
  endFreeze(freezeId: string): Promise<void>;
  /** Lets a team, a template or an operation pass a freeze. */
  exempt(freezeId: string, exemption: NewExemption): Promise<void>;
  /** Which policy decides. */
  getPolicyStatus(options?: {
    signal?: AbortSignal;
  }): Promise<PolicyStatusReport>;
  /** Decides recorded requests again with the policy of then. */
  replay(days: number): Promise<ReplayReport>;
  /** Tells what a proposed policy would have decided otherwise. */
  backtest(question: BacktestQuestion): Promise<BacktestReport>;
}

/**
 * The {@link PolicyApi} of the app.
 *
 * @public
 */
export const policyApiRef = createApiRef<PolicyApi>().with({
  id: 'plugin.approvals.policy-client',
  pluginId: 'approvals',
});
