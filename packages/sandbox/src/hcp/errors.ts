import { ErrorRequestHandler, RequestHandler } from 'express';
import { CustomErrorBase } from '@backstage/errors';

/** An answer that says no, as JSON:API has it. */
export class ApiError extends CustomErrorBase {
  name = 'ApiError' as const;

  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail?: string,
  ) {
    super(detail ?? title);
  }
}

/** What is not there, or may not be seen. */
export function notFound(): ApiError {
  return new ApiError(404, 'not found');
}

/** Content type of every answer. */
export const JSON_API = 'application/vnd.api+json';

/** Body of an error answer. */
export function errorBody({ status, title, detail }: ApiError): object {
  return {
    errors: [{ status: String(status), title, ...(detail && { detail }) }],
  };
}

/** Answers errors as the API does. */
export const errorHandler: ErrorRequestHandler = (
  error,
  _request,
  response,
  _next, // express tells error handlers by their four parameters
) => {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(error?.status === 400 ? 400 : 500, 'internal error');
  response.status(known.status).type(JSON_API).send(errorBody(known));
};

/** Refuses bodies that are not JSON:API, as the API does. */
export const requireJsonApi: RequestHandler = (request, _response, next) => {
  const hasBody = Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody && !request.headers['content-type']?.startsWith(JSON_API)) {
    throw new ApiError(
      415,
      'invalid content type',
      'content must be in proper format, with the application/vnd.api+json MIME media type',
    );
  }
  next();
};
