export interface Config {
  providers?: {
    /**
     * Git host of repositories that templates write as `<owner>/<name>`.
     * Default: the only host in `integrations.github` and
     * `integrations.gitlab`, if there is one.
     */
    defaultGitHost?: string;
  };
}
