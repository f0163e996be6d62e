import { HumanDuration } from '@backstage/types';

export interface Config {
  approvals?: {
    policy?: {
      /**
       * Path of the compiled policy bundle (`opa build -t wasm`), absolute or
       * relative to the directory in which the backend is started; for
       * `yarn start` in a Backstage repository that is `packages/backend`.
       * Default: `policies/bundle.tar.gz`.
       */
      bundle?: string;
      /**
       * Path of a JSON file that changes the policy data (`data.approval`) of
       * the bundle by the rules of JSON Merge Patch: objects are merged,
       * lists replaced, `null` removes. Absolute or relative as `bundle`.
       */
      data?: string;
    };
    sla?: {
      /**
       * How often is looked for stages whose reminder, escalation or deadline
       * has come. Default: 30 seconds.
       */
      frequency?: HumanDuration | string;
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
