import { HumanDuration } from '@backstage/types';

export interface Config {
  scaffolder?: {
    /** Actions of Self-Service for Backstage. */
    selfService?: {
      /**
       * Ids of actions that may act with the credentials of our service after
       * a run has waited. Without being listed, an action that uses the
       * initiator's credentials is refused in a run that waits.
       */
      allowedAsService?: string[];
      /**
       * How long a wait asks inside its step before it parks the run.
       * Default: 3 seconds.
       */
      inlineWait?: HumanDuration | string;
      /**
       * How long a step waits for something outside (a plan, an apply, a merge, a
       * condition) that names no time of its own; then it fails.
       * Default: 24 hours.
       */
      waitTimeout?: HumanDuration | string;
    };
  };
}
