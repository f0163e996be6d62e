import { createPermission } from '@backstage/plugin-permission-common';

/**
 * Allows listing everybody's runs.
 *
 * @remarks
 * One run, with its log, is shown to whoever may read its task in the
 * scaffolder (`scaffolder.task.read`).
 *
 * @public
 */
export const runsRunListPermission = createPermission({
  name: 'runs.run.list',
  attributes: { action: 'read' },
});

/**
 * Allows retrying, rolling back, cancelling and replacing other people's runs.
 *
 * @public
 */
export const runsRunOperatePermission = createPermission({
  name: 'runs.run.operate',
  attributes: { action: 'update' },
});

/**
 * Allows seeing how the providers are, and checking them.
 *
 * @public
 */
export const runsProviderReadPermission = createPermission({
  name: 'runs.provider.read',
  attributes: { action: 'read' },
});

/** Every permission of the runs plugin. @public */
export const runsPermissions = [
  runsRunListPermission,
  runsRunOperatePermission,
  runsProviderReadPermission,
];
