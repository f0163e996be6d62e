import { useSearchChange } from '@self-service/plugin-approvals';
import {
  ResourceFilter,
  resourceFilterSchema,
} from '@self-service/plugin-runs-common';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

/** What a list of resources is narrowed down to. */
export type ResourceFilters = Pick<ResourceFilter, 'kind' | 'status' | 'text'>;

/**
 * The filters of a list of resources, kept in the query of the page's address.
 *
 * @returns the filters, whether there are any, and what changes some (`''` and
 * `undefined` take one away) or clears all
 */
export function useResourceFilters(): {
  filters: ResourceFilters;
  isFiltered: boolean;
  change: (changes: Partial<ResourceFilters>) => void;
  clear: () => void;
} {
  const [search] = useSearchParams();
  const filters = useMemo(() => {
    const read = (name: keyof ResourceFilters) => search.get(name) || undefined;
    return {
      kind: read('kind'),
      // Whoever edits the address may have written anything.
      status: resourceFilterSchema.shape.status.safeParse(read('status')).data,
      text: read('text')?.trim() || undefined,
    };
  }, [search]);
  const change: (changes: Partial<ResourceFilters>) => void = useSearchChange();
  return {
    filters,
    isFiltered: Boolean(filters.kind || filters.status || filters.text),
    change,
    clear: () =>
      change({ kind: undefined, status: undefined, text: undefined }),
  };
}
