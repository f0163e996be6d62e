import { ConflictError, NotFoundError } from '@backstage/errors';
import { createProblemError } from '@self-service/plugin-providers-node';
import { VENDOR } from './awsErrors';

/** Something is another's, or has changed. */
export function conflict(what: string, remedy: string): ConflictError {
  return createProblemError(ConflictError, { what, remedy, vendor: VENDOR });
}

/** There is no such secret, or it was deleted. */
export function noSecret(path: string): NotFoundError {
  return createProblemError(NotFoundError, {
    what: `There is no secret ${path}.`,
    remedy: 'Check the path, and whether somebody has deleted it.',
    vendor: VENDOR,
  });
}
