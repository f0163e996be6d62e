import {
  CustomErrorBase,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import { withoutFullStop } from '@self-service/plugin-runs-common';

/** The secrets that are kept of a run can't be opened. */
export class UnreadableSecretsError extends CustomErrorBase {
  name = 'UnreadableSecretsError' as const;
}

/**
 * Says what keeps a run from being resumed and what to do.
 *
 * @returns for people; `undefined` for an error that may pass by itself
 */
export function describeAttention(error: unknown): string | undefined {
  if (error instanceof UnreadableSecretsError) {
    return `The wait is over, but the run's secrets can't be read: ${withoutFullStop(
      error.message,
    )}. Ask the platform team; the run goes on once they can be.`;
  }
  if (error instanceof NotFoundError) {
    return 'The wait is over, but the template of this run is gone. Ask its owner to bring it back, and the run goes on; or start again with another template.';
  }
  if (error instanceof InputError) {
    return 'The wait is over, but the template now requires a secret that this run was not given. Start again and enter it, or ask the owner of the template to take the requirement back.';
  }
  if (error instanceof NotAllowedError) {
    return 'The wait is over, but the scaffolder refuses to let the self-service backend go on with the run. Ask the platform team to allow plugin:runs to read and retry tasks.';
  }
  return undefined;
}
