/** One HashiCorp Vault or OpenBao, or one namespace of it. */
interface VaultEntry {
  /** Of every entry but the first, whose provider is `vault`: `vault:<name>`. */
  name?: string;
  /** Example: `https://vault.example.com:8200` */
  address: string;
  /** Where the KV engine, version 2, is mounted. Default `secret`. */
  mount?: string;
  /**
   * Secrets that it is for, as the first parts of their paths, for example
   * `databases`. Default all. Also what the health check looks at.
   */
  paths?: string[];
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
  /** Lets the portal give teams access to the secrets that it writes. */
  access?: {
    /**
     * Name of a team's identity group, with `{team}` for the name of the group
     * in the catalog and `{namespace}` for its namespace. Default `{team}`.
     */
    group?: string;
  };
  /** Lets the portal make credentials that end by themselves. */
  leases?: {
    /** Where the database engine is mounted. Default `database`. */
    mount?: string;
  };
}

export interface Config {
  providers?: {
    /** HashiCorp Vault or OpenBao: one, or several. */
    vault?: VaultEntry | VaultEntry[];
  };
}
