/**
 * An error in words: what happened, and what to do about it.
 *
 * @public
 */
export interface ErrorDescription {
  title: string;
  remedy: string;
}

function readStatus(error: Error): number | undefined {
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

function readMessage(error: Error): string {
  // What the backend said, without the client's "Request failed with …".
  const { cause } = error as { cause?: { message?: unknown } };
  return typeof cause?.message === 'string' ? cause.message : error.message;
}

function readRemedy(error: Error): string {
  const status = readStatus(error);
  if (error.name === 'ZodError') {
    return 'The backend answered with something this page does not understand: it may be newer than the page. Reload the page.';
  }
  switch (status) {
    case undefined:
      return 'Check your connection and try again.';
    case 401:
      return 'Your session has ended. Reload the page and sign in again.';
    case 403:
      return 'You are not allowed to do this. Ask somebody who is, or your platform team.';
    case 404:
      return 'It may have been removed, or the link is wrong.';
    case 409:
      return 'Something changed meanwhile. Look at the current state, then decide again.';
    default:
      return status >= 500
        ? 'The backend has a problem. Try again in a moment; if it stays, tell your platform team.'
        : 'Correct what is said above and try again.';
  }
}

/**
 * Puts an error of a request into words.
 *
 * @param error - a `ResponseError` of a backend, or what `fetch` threw
 * @public
 */
export function describeError(error: Error): ErrorDescription {
  return {
    title: error.name === 'ZodError' ? 'Unexpected answer' : readMessage(error),
    remedy: readRemedy(error),
  };
}
