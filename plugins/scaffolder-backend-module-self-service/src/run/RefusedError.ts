import { NotAllowedError } from '@backstage/errors';

/**
 * The run may not do this: policy, admission, a person or the run's end says
 * so. No `onFailure` of a step gets around it.
 */
export class RefusedError extends NotAllowedError {}
