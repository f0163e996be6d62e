import { CustomErrorBase } from '@backstage/errors';

/** An answer of the vault other than success: status and `errors` list. */
export class VaultError extends CustomErrorBase {
  name = 'VaultError' as const;

  /**
   * @param status - HTTP status
   * @param errors - Vault's `errors`; empty for "nothing there"
   * @param body - further top-level fields of the answer
   */
  constructor(
    readonly status: number,
    readonly errors: string[],
    readonly body: Record<string, unknown> = {},
  ) {
    super(errors.join('; ') || `status ${status}`);
  }

  /** 404 `{"errors":[]}` */
  static notFound(): VaultError {
    return new VaultError(404, []);
  }

  /** 403 as Vault answers a missing, expired or insufficient token. */
  static denied(): VaultError {
    return new VaultError(403, ['permission denied']);
  }
}
