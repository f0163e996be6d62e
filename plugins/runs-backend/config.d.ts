import { HumanDuration } from '@backstage/types';

export interface Config {
  runs?: {
    /**
     * Entity ref of the group that is told of what could not be undone.
     * Defaults to `group:default/platform-team`.
     */
    platformTeam?: string;
    /**
     * In what costs are, ISO 4217, as `approval.cost.currency` of the policy
     * data has it. Defaults to `USD`.
     */
    currency?: string;
    sweep?: {
      /**
       * How often the sweep looks for what no signal has brought: the
       * longest that a lost message delays a run, but for a lost webhook
       * where others come: that is a minute. Defaults to 5 seconds.
       */
      frequency?: HumanDuration | string;
    };
    signals?: {
      /**
       * How long a signal is kept that nobody waits for (yet). Defaults to
       * 30 days.
       */
      retention?: HumanDuration | string;
    };
  };
}
