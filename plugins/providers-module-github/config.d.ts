export interface Config {
  providers?: {
    github?: {
      /**
       * Secret of the webhook that GitHub sends to `/api/runs/webhooks/github`
       * (events: statuses, pull requests, check runs; content type
       * application/json). Without one webhooks are refused, and waits end at
       * the next sweep.
       *
       * @visibility secret
       */
      webhookSecret?: string;
    };
  };
}
