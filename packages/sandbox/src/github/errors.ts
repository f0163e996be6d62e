import { CustomErrorBase } from '@backstage/errors';

/** One entry of `errors` in GitHub's "Validation Failed" answer. */
export interface ValidationProblem {
  resource: string;
  field?: string;
  code: string;
  message?: string;
}

/** An answer of the git host other than success, in GitHub's shape. */
export class GitHubError extends CustomErrorBase {
  name = 'GitHubError' as const;

  /**
   * @param status - HTTP status
   * @param message - GitHub's `message`
   * @param problems - GitHub's `errors`, for 422
   */
  constructor(
    readonly status: number,
    message: string,
    readonly problems?: ValidationProblem[],
  ) {
    super(message);
  }

  /** 404 as GitHub says it. */
  static notFound(): GitHubError {
    return new GitHubError(404, 'Not Found');
  }

  /** 422 "Validation Failed" with its reasons. */
  static validation(...problems: ValidationProblem[]): GitHubError {
    return new GitHubError(422, 'Validation Failed', problems);
  }
}
