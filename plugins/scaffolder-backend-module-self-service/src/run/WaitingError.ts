import { CustomErrorBase } from '@backstage/errors';

/**
 * Ends an attempt whose run is parked: it goes on by itself when the wait is
 * over. Not a failure.
 */
export class WaitingError extends CustomErrorBase {
  readonly name = 'WaitingError';
}
