export interface Config {
  providers?: {
    /**
     * Git host of repositories that templates write as `<owner>/<name>`.
     * Default: the only host in `integrations.github` and
     * `integrations.gitlab`, if there is one.
     */
    defaultGitHost?: string;
    messaging?: {
      /**
       * Ids of messaging providers, the one to try first in front: mail last
       * is the fallback when chat fails. Providers that it does not name are
       * not used. Default: all, those with buttons that work first.
       */
      order?: string[];
    };
  };
}
