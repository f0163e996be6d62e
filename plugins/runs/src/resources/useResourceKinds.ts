import { useApi } from '@backstage/frontend-plugin-api';
import { ResourceFilter } from '@self-service/plugin-runs-common';
import { useEffect, useState } from 'react';
import { resourcesApiRef } from '../api/ResourcesApi';

const MOST = 100;

/**
 * Kinds that the newest resources of a view have, to choose from.
 *
 * @returns sorted; none as long as they are not known, or can't be
 */
export function useResourceKinds(view: ResourceFilter['view']): string[] {
  const resourcesApi = useApi(resourcesApiRef);
  const [kinds, setKinds] = useState<string[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    resourcesApi
      .listResources({ view, limit: MOST }, { signal: controller.signal })
      .then(
        ({ items }) => {
          if (!controller.signal.aborted) {
            setKinds([...new Set(items.map(({ kind }) => kind))].sort());
          }
        },
        // The list itself says why nothing could be loaded.
        () => undefined,
      );
    return () => controller.abort();
  }, [resourcesApi, view]);
  return kinds;
}
