/**
 * Whether something is not there. By name: errors of the ports may come from
 * another copy of `@backstage/errors`.
 */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'NotFoundError';
}

/** Whether something is somebody else's, or has changed; see {@link isNotFound}. */
export function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConflictError';
}
