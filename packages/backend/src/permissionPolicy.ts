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

const PLATFORM_TEAM = 'group:default/platform-team';
const CHANGE_MANAGERS = 'group:default/change-managers';

/** Permissions that not everybody has, and the groups that have them. */
const RESERVED: Record<string, readonly string[]> = {
  'approvals.freeze.create': [CHANGE_MANAGERS, PLATFORM_TEAM],
  'approvals.freeze.end': [CHANGE_MANAGERS, PLATFORM_TEAM],
  'approvals.freeze.exempt': [CHANGE_MANAGERS, PLATFORM_TEAM],
  'approvals.policy.read': [PLATFORM_TEAM],
  'runs.run.list': [PLATFORM_TEAM],
  'runs.run.operate': [PLATFORM_TEAM],
  'runs.provider.read': [PLATFORM_TEAM],
};

/**
 * Reserves freezes to change management, and the policy's status and other
 * people's runs to the platform team; allows the rest to people who are
 * signed in, and nothing to anybody else.
 *
 * @remarks
 * Who may approve a request is not decided here: the approvals plugin asks the
 * catalog at the moment of the vote. Put your company's policy in its place;
 * `approvals.*`, `runs.*` and `scaffolder.action.execute` are what to look at.
 */
export class DemoPolicy implements PermissionPolicy {
  async handle(
    { permission }: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    const groups = Object.hasOwn(RESERVED, permission.name)
      ? RESERVED[permission.name]
      : undefined;
    const isAllowed =
      user !== undefined &&
      (groups === undefined ||
        groups.some(group => user.info.ownershipEntityRefs.includes(group)));
    return {
      result: isAllowed ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
    };
  }
}

/** Installs {@link DemoPolicy}. */
export const permissionPolicyModule = createBackendModule({
  pluginId: 'permission',
  moduleId: 'demo-policy',
  register(env) {
    env.registerInit({
      deps: { policy: policyExtensionPoint },
      async init({ policy }) {
        policy.setPolicy(new DemoPolicy());
      },
    });
  },
});
