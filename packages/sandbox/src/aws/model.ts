/** One version of a secret. */
export interface VersionRecord {
  id: string;
  /** What it holds. */
  secretString: string;
  /** Staging labels; none: deprecated. */
  stages: string[];
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** A secret with its versions, oldest first. */
export interface AwsSecretRecord {
  name: string;
  arn: string;
  tags: Record<string, string>;
  kmsKeyId?: string;
  description?: string;
  versions: VersionRecord[];
  /** Resource policy, as JSON. */
  policy?: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  changedAt: number;
  /** When it will be gone, once it is marked for deletion. */
  deletesAt?: number;
}

/** Who signed a request. */
export interface Principal {
  arn: string;
  /** Whether identity policies allow it all of Secrets Manager. */
  isAdministrator: boolean;
}
