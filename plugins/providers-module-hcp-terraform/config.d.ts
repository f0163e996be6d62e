export interface Config {
  providers?: {
    /**
     * Organizations of HCP Terraform or Terraform Enterprise, one for each git
     * host whose pull requests they plan and apply.
     */
    hcpTerraform?: Array<{
      /** Git host as templates write it, for example `gitlab.com`. */
      gitHost: string;
      /** Name of the organization. */
      organization: string;
      /** Default `https://app.terraform.io`. */
      address?: string;
      /**
       * Of a team or a user: organization tokens can't start runs.
       *
       * @visibility secret
       */
      token: string;
      /** Id of the project that new workspaces go into, for example `prj-Wh…`. */
      project?: string;
      vcs: {
        /**
         * Id of the OAuth token with which the organization reads the git host,
         * for example `ot-hm…`; it is no secret.
         */
        oauthTokenId: string;
      };
      /**
       * How workspaces are called. `{owner}`, `{repository}` and `{directory}`
       * are filled in. Default `{repository}-{directory}`.
       */
      workspaceName?: string;
      /** Lets the organization tell of runs; without it they are asked for. */
      webhook?: {
        /**
         * Address of this backend's `/api/runs/webhooks/hcp-terraform`; new
         * workspaces are told it. Without it somebody sets notifications up.
         */
        url?: string;
        /**
         * Key of the signatures.
         *
         * @visibility secret
         */
        token: string;
      };
    }>;
  };
}
