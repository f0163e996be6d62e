import {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import { normaliseUserRef } from './ApproverResolver';

/** The person behind a call. */
export interface Caller {
  /** Entity ref, canonical. */
  ref: string;
  /** Set when a plugin calls for the person: its subject. */
  actor?: string;
  credentials: BackstageCredentials<BackstageUserPrincipal>;
}

/** The person behind user credentials. */
export function toCaller(
  credentials: BackstageCredentials<BackstageUserPrincipal>,
): Caller {
  const { userEntityRef, actor } = credentials.principal;
  return {
    ref: normaliseUserRef(userEntityRef),
    actor: actor?.subject,
    credentials,
  };
}

/**
 * Refuses a plugin that acts for a person: registered actions are template
 * steps too, so a stranger's template could decide in somebody's name.
 *
 * @throws NotAllowedError
 */
export function assertInPerson(caller: Caller, deed: string): void {
  if (caller.actor) {
    throw new NotAllowedError(
      `Only a person can ${deed}, and this call came through ${caller.actor}; do it on the Approvals page`,
    );
  }
}
