export interface Config {
  providers?: {
    /** HashiCorp Vault or OpenBao. */
    vault?: {
      /** Example: `https://vault.example.com:8200` */
      address: string;
      /** Where the KV engine, version 2, is mounted. Default `secret`. */
      mount?: string;
      /**
       * Page of a secret, with `{mount}` and `{path}`. Default: the one of
       * Vault's own pages, below `address`.
       */
      uiUrl?: string;
      /** Vault Enterprise's or OpenBao's namespace. */
      namespace?: string;
      /** One of the two. */
      auth: {
        /** The portal logs in, renews its token, and logs in again by itself. */
        appRole?: {
          roleId: string;
          /** @visibility secret */
          secretId: string;
          /** Where AppRole is mounted. Default `approle`. */
          mount?: string;
        };
        /**
         * A token that somebody else keeps alive.
         *
         * @visibility secret
         */
        token?: string;
      };
    };
  };
}
