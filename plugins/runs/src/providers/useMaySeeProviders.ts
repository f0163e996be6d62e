import { usePermission } from '@backstage/plugin-permission-react';
import { runsProviderReadPermission } from '@self-service/plugin-runs-common';

/**
 * Whether the signed-in person holds the permission `runs.provider.read`, for
 * a navigation that leaves the Providers page out where it does not help.
 *
 * @returns `false` as long as it is not known
 * @public
 */
export function useMaySeeProviders(): boolean {
  return usePermission({ permission: runsProviderReadPermission }).allowed;
}
