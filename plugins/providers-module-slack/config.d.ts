export interface Config {
  providers?: {
    /**
     * Slack workspaces, each through an app of the company's own that is
     * installed there. Messages go to the first in which the person or channel
     * is known.
     */
    slack?: Array<{
      /** Tells further workspaces apart; the first one needs none. */
      name?: string;
      /**
       * Of the app's bot (`xoxb-…`).
       *
       * @visibility secret
       */
      botToken: string;
      /**
       * Of the app; it proves that clicks come from Slack. Without it they are
       * refused.
       *
       * @visibility secret
       */
      signingSecret?: string;
      /** Default `https://slack.com/api/`. */
      apiUrl?: string;
    }>;
  };
}
