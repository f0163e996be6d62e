import { NextFunction, Request, RequestHandler, Response } from 'express';

/** Turns an async handler into an Express 4 one, passing rejections on. */
export function asyncHandler(
  handler: (request: Request, response: Response) => Promise<unknown>,
): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    handler(request, response).catch(next);
  };
}

/**
 * Refuses form posts that another site's page sent.
 *
 * @remarks
 * The sandbox's own pages act without further authentication, and any page a
 * person has open may post to localhost. Browsers send `Origin` on such posts.
 */
export const sameOriginOnly: RequestHandler = (request, response, next) => {
  const origin = request.headers.origin;
  if (
    origin &&
    origin !== 'null' &&
    new URL(origin).host !== request.headers.host
  ) {
    response.status(403).type('text').send('Cross-site request refused');
    return;
  }
  next();
};
