export interface Config {
  providers?: {
    gitlab?: {
      /**
       * Signing token of the webhook that GitLab sends to
       * `/api/runs/webhooks/gitlab` (merge request, pipeline and job events):
       * `whsec_` and a key in base64. With it, deliveries without a fresh
       * signature are refused.
       *
       * @visibility secret
       */
      webhookSigningToken?: string;
      /**
       * Secret token of that webhook, for servers that do not sign yet: less
       * safe, since it travels with each delivery. Without either token
       * webhooks are refused, and waits end at the next sweep.
       *
       * @visibility secret
       */
      webhookToken?: string;
    };
  };
}
