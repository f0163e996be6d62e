import { CustomErrorBase } from '@backstage/errors';

/**
 * A refusal in the shape of the AWS JSON protocol.
 *
 * @remarks
 * Source: "Common errors" and each operation's errors in the Secrets Manager
 * API reference.
 */
export class AwsError extends CustomErrorBase {
  name = 'AwsError' as const;

  /**
   * @param type - `__type` of the answer
   * @param status - 400 unless AWS answers otherwise
   */
  constructor(
    readonly type: string,
    message: string,
    readonly status: number = 400,
  ) {
    super(message);
  }

  static notFound(): AwsError {
    return new AwsError(
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret.",
    );
  }

  static markedForDeletion(): AwsError {
    return new AwsError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }

  static invalid(message: string): AwsError {
    return new AwsError('InvalidParameterException', message);
  }
}
