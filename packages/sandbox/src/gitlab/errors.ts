import { CustomErrorBase } from '@backstage/errors';

/**
 * An answer of the git host other than success, in GitLab's shape.
 *
 * @remarks
 * `{"message": …}` from the application, with a text, a list or an object of
 * lists by field; `{"error": …}` from what checks parameters and tokens.
 * Source: GitLab "REST API troubleshooting: Status codes".
 */
export class GitLabError extends CustomErrorBase {
  name = 'GitLabError' as const;

  /**
   * @param status - HTTP status
   * @param body - as it is sent
   */
  constructor(readonly status: number, readonly body: object) {
    super(JSON.stringify(body));
  }

  /** 404 as GitLab says it: `404 Project Not Found`. */
  static notFound(what?: string): GitLabError {
    const message = what ? `404 ${what} Not Found` : '404 Not found';
    return new GitLabError(404, { message });
  }

  /** 400 with the reason. */
  static bad(message: string | object): GitLabError {
    return new GitLabError(400, { message });
  }

  /** 400 of a parameter that is missing or invalid. */
  static parameter(error: string): GitLabError {
    return new GitLabError(400, { error });
  }

  /** 403 of an account that may not. */
  static forbidden(): GitLabError {
    return new GitLabError(403, { message: '403 Forbidden' });
  }
}
