import { HumanDuration } from '@backstage/types';

export interface Config {
  approvals?: {
    policy?: {
      /**
       * Path of the compiled policy bundle (`opa build -t wasm`) or of the
       * folder with its `bundle.tar.gz`, absolute or relative to the directory
       * in which the backend is started; for `yarn start` in a Backstage
       * repository that is `packages/backend`. Or the http(s) URL of a server
       * that speaks OPA's bundle service protocol.
       * Default: `policies/bundle.tar.gz`.
       */
      bundle?: string;
      /**
       * Sent to the bundle server as a bearer token.
       * @visibility secret
       */
      token?: string;
      /**
       * How often is looked for another bundle and other data, give or take a
       * fifth. Default: 2 seconds for a path, 30 seconds for a URL.
       */
      frequency?: HumanDuration | string;
      /** How long a bundle server may take. Default: 10 seconds. */
      timeout?: HumanDuration | string;
      /**
       * Path of a JSON file that changes the policy data (`data.approval`) of
       * the bundle by the rules of JSON Merge Patch: objects are merged,
       * lists replaced, `null` removes. Absolute or relative as `bundle`.
       */
      data?: string;
    };
    /**
     * Group that is told of stages which nobody can decide, and may cancel
     * requests. Default: `group:default/platform-team`.
     */
    platformTeam?: string;
    sla?: {
      /**
       * How often is looked for stages whose reminder, escalation or deadline
       * has come. Default: 30 seconds.
       */
      frequency?: HumanDuration | string;
    };
    previews?: {
      /**
       * How long the preview of a form may know people, groups and templates
       * from memory; `{ seconds: 0 }` asks the catalog each time. Decisions
       * never rest on it. Default: 10 seconds.
       */
      memory?: HumanDuration | string;
    };
    chat?: {
      /**
       * Whether messages in chat have buttons that decide. The permission
       * policy can't be asked there, as nobody is signed in: what counts is
       * that the approval policy and the catalog name the person. Turn it off
       * where a permission policy allows `approvals.request.vote` to fewer
       * people than those. Default: true.
       */
      votes?: boolean;
    };
    /**
     * Facts of templates that have no `spec.selfService`. Without this such
     * templates are denied.
     */
    undeclared?: {
      /** What the run does, `<thing>:<verb>`. */
      operation: string;
      /** A name that the policy data knows, or the form parameter with it. */
      environment: string | { parameter: string };
      /** Per month, or a table from a parameter's value to the cost. */
      cost:
        | number
        | { parameter: string; monthly: { [value: string]: number } };
    };
  };
}
