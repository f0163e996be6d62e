import {
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  BasicPermission,
} from '@backstage/plugin-permission-common';

/** Whether the permission policy allows something that has no resource. */
export async function holdsPermission(
  permissions: PermissionsService,
  credentials: BackstageCredentials,
  permission: BasicPermission,
): Promise<boolean> {
  const [{ result }] = await permissions.authorize([{ permission }], {
    credentials,
  });
  return result === AuthorizeResult.ALLOW;
}

/**
 * @throws NotAllowedError where the permission policy does not allow it
 */
export async function assertPermission(
  permissions: PermissionsService,
  credentials: BackstageCredentials,
  permission: BasicPermission,
): Promise<void> {
  if (!(await holdsPermission(permissions, credentials, permission))) {
    throw new NotAllowedError(
      `You don't have the permission ${permission.name}`,
    );
  }
}
