import { mockCredentials } from '@backstage/backend-test-utils';
import { Caller, toCaller } from '../services/Caller';

/** A person who calls, by themselves or through a plugin. */
export function person(name: string, actor?: string): Caller {
  return toCaller(
    mockCredentials.user(
      `user:default/${name}`,
      actor ? { actor: { subject: actor } } : undefined,
    ),
  );
}
