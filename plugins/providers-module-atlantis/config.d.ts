export interface Config {
  providers?: {
    /**
     * Atlantis servers, one for each git host whose pull requests they plan
     * and apply.
     */
    atlantis?: Array<{
      /** Git host as templates write it, for example `github.com`. */
      gitHost: string;
      /** `--vcs-status-name` of the server. Default `atlantis`. */
      statusName?: string;
      /**
       * Where Terraform keeps its state, as its http backend has it. Without
       * it, outputs can't be read.
       */
      state?: {
        /**
         * Address of a project's state. `{owner}` and `{repository}` stand for
         * the pull request's, `{project}` for the project as Atlantis names it
         * in its statuses, without the `/default` of the default workspace.
         * Example: `https://state.example.com/{owner}/{repository}/{project}`
         */
        url: string;
        username?: string;
        /** @visibility secret */
        password?: string;
      };
    }>;
  };
}
