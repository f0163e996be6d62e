import { CustomErrorBase } from '@backstage/errors';

/**
 * Where a policy failed: its file, its data, its load, or one evaluation.
 */
export type PolicyErrorKind = 'bundle' | 'data' | 'load' | 'evaluation';

/**
 * No usable answer from policy. Whoever catches it denies.
 *
 * @remarks
 * The message never repeats a value of the request; `cause` may be anything
 * that the wasm runtime threw, made an `Error`.
 */
export class PolicyError extends CustomErrorBase {
  readonly kind: PolicyErrorKind;

  constructor(kind: PolicyErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : asError(cause));
    this.kind = kind;
  }
}

/**
 * Makes an `Error` of whatever was thrown: the wasm runtime throws strings and
 * plain objects with a `message` too.
 */
function asError(thrown: unknown): Error {
  if (thrown instanceof Error) {
    return thrown;
  }
  if (
    typeof thrown === 'object' &&
    thrown !== null &&
    'message' in thrown &&
    typeof thrown.message === 'string'
  ) {
    return new Error(thrown.message);
  }
  return new Error(String(thrown));
}
