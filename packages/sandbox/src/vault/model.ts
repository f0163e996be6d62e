/** One version of a secret. */
export interface SecretVersion {
  version: number;
  /** Absent once destroyed. */
  data?: Record<string, unknown>;
  /** ISO 8601. */
  createdTime: string;
  /** Empty unless soft-deleted. */
  deletionTime: string;
  destroyed: boolean;
}

/** A secret of the key-value store with all of its versions. */
export interface SecretRecord {
  /** Path below the mount, without slashes at the ends. */
  path: string;
  versions: SecretVersion[];
  currentVersion: number;
  oldestVersion: number;
  createdTime: string;
  updatedTime: string;
  casRequired: boolean;
  maxVersions: number;
  deleteVersionAfter: string;
  customMetadata?: Record<string, string>;
}

/** What may be done to a path. */
export type Capability = 'create' | 'read' | 'update' | 'delete' | 'list';

/** An identity group. */
export interface GroupRecord {
  id: string;
  name: string;
  type: 'internal' | 'external';
  policies: string[];
  memberGroupIds: string[];
  metadata: Record<string, string>;
  /** ISO 8601. */
  createdTime: string;
  updatedTime: string;
}

/** Credentials that end; the password is not kept. */
export interface LeaseRecord {
  id: string;
  namespace: string;
  username: string;
  seconds: number;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** A token that was handed out. */
export interface TokenRecord {
  token: string;
  /** Where it holds; absent or empty: the root namespace. */
  namespace?: string;
  accessor: string;
  displayName: string;
  policies: string[];
  /** Where the login happened, for example `auth/approle/login`. */
  path: string;
  meta: Record<string, string>;
  /** Seconds; 0 for the root token, which never expires. */
  leaseSeconds: number;
  /** Milliseconds since 1970. */
  issuedAt: number;
  expiresAt?: number;
}

/** Vault's configuration that survives a restart. */
export interface VaultState {
  sealed: boolean;
}
