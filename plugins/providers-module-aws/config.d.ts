/** One account and region of AWS. */
interface AwsEntry {
  /** Of every entry but the first, whose provider is `aws`: `aws:<name>`. */
  name?: string;
  /** Example: `eu-central-1` */
  region: string;
  /** In place of AWS's own address of Secrets Manager, for a VPC endpoint. */
  endpoint?: string;
  /**
   * An access key. Without it the SDK's own chain looks for credentials: the
   * environment, shared files, the role of the container or the machine.
   */
  credentials?: {
    accessKeyId: string;
    /** @visibility secret */
    secretAccessKey: string;
  };
  /**
   * Secrets that it is for, as the first parts of their paths, for example
   * `databases`. Default all.
   */
  paths?: string[];
  /** Key that encrypts new secrets. Default AWS's own, `aws/secretsmanager`. */
  kmsKeyId?: string;
  /**
   * For how many days a removed secret can be restored, 7 to 30. Default 7.
   */
  recoveryWindowDays?: number;
  /**
   * Page of a secret, with `{name}` and `{region}`. Default: the one of AWS's
   * console.
   */
  uiUrl?: string;
  /** Lets the portal give teams access to the secrets that it writes. */
  access?: {
    /**
     * ARN of a team's role, with `{team}` for the name of the group in the
     * catalog and `{namespace}` for its namespace. Example:
     * `arn:aws:iam::123456789012:role/team-{team}`
     */
    principal: string;
  };
}

export interface Config {
  providers?: {
    /** AWS Secrets Manager: one account and region, or several. */
    aws?: AwsEntry | AwsEntry[];
  };
}
