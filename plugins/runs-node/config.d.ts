export interface Config {
  runs?: {
    /**
     * Key that seals the user secrets of a run for as long as it waits: 32
     * bytes in base64, for example from `openssl rand -base64 32`. Without
     * it a run that has user secrets can't wait.
     *
     * @visibility secret
     */
    secretsKey?: string;
    /**
     * Earlier values of `secretsKey`: what they sealed can still be opened.
     *
     * @deepVisibility secret
     */
    previousSecretsKeys?: string[];
  };
}
