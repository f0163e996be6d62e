import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  PolicyDecision,
} from '@backstage/plugin-permission-common';
import {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';

/**
 * Allows everything to people who are signed in, and nothing to anybody else.
 *
 * @remarks
 * Who may approve a request is not decided here: the approvals plugin asks the
 * catalog at the moment of the vote. Put your company's policy in its place;
 * `approvals.request.*` and `scaffolder.action.execute` are what to look at.
 */
export class SignedInPolicy implements PermissionPolicy {
  async handle(
    _request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    return {
      result: user ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
    };
  }
}

/** Installs {@link SignedInPolicy}. */
export const permissionPolicyModule = createBackendModule({
  pluginId: 'permission',
  moduleId: 'signed-in-policy',
  register(env) {
    env.registerInit({
      deps: { policy: policyExtensionPoint },
      async init({ policy }) {
        policy.setPolicy(new SignedInPolicy());
      },
    });
  },
});
