import { GATE_ACTION } from '@self-service/plugin-approvals-common';

/** Action that applies a change and waits for it. */
export const APPLY_ACTION = 'terraform:wait-for-apply';

/**
 * Actions of the suite: those that make something ask for admission before they
 * act, and keep it in the effects ledger; all fail as `onFailure` of their step
 * says.
 */
const OWN = new Set([
  GATE_ACTION,
  APPLY_ACTION,
  'catalog:register-component',
  'git:commit',
  'git:pull-request:create',
  'git:pull-request:wait-for-merge',
  'git:repository:create',
  'github:pull-request',
  'notify',
  'notify:send',
  'terraform:plan',
  'observability:onboard',
  'resource:change',
  'resource:extend',
  'resource:remove',
  'secret:create',
  'secret:grant-access',
  'secret:rotate',
  'vault:create-secret',
  'wait:for-condition',
]);

/** Actions of the suite that do what a stock action does. */
const INSTEAD_OF: Record<string, string> = {
  'catalog:register': 'catalog:register-component',
  'notification:send': 'notify',
  'publish:github': 'git:repository:create',
  'publish:github:pull-request': 'git:pull-request:create',
  'publish:gitlab': 'git:repository:create',
  'publish:gitlab:merge-request': 'git:pull-request:create',
};

/** Whether an action is one of the suite. */
export function isOwn(action: string | undefined): boolean {
  return action !== undefined && OWN.has(action);
}

/** The action of the suite to use in place of a stock one, where there is one. */
export function findReplacement(
  action: string | undefined,
): string | undefined {
  return action !== undefined && Object.hasOwn(INSTEAD_OF, action)
    ? INSTEAD_OF[action]
    : undefined;
}
