import { useSearchChange } from '@self-service/plugin-approvals';
import { RunFilter, runFilterSchema } from '@self-service/plugin-runs-common';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

/** Whose runs a list shows, and what it is narrowed down to. */
export type RunFilters = Pick<
  RunFilter,
  'scope' | 'status' | 'templateRef' | 'text'
>;

function readFilters(search: URLSearchParams): RunFilters {
  const read = (name: keyof RunFilters) => search.get(name) || undefined;
  const { scope, status } = runFilterSchema.shape;
  return {
    // Whoever edits the address may have written anything.
    scope: scope.safeParse(read('scope')).data ?? 'mine',
    status: status.safeParse(read('status')).data,
    templateRef: read('templateRef'),
    text: read('text'),
  };
}

/**
 * The filters of the list of runs, kept in the query of the page's address.
 *
 * @returns the filters, whether any besides `scope` is set, and what changes
 * some or clears all of those
 */
export function useRunFilters(): {
  filters: RunFilters;
  isFiltered: boolean;
  change: (changes: Partial<RunFilters>) => void;
  clear: () => void;
} {
  const [search] = useSearchParams();
  const filters = useMemo(() => readFilters(search), [search]);
  const change: (changes: Partial<RunFilters>) => void = useSearchChange();
  return {
    filters,
    isFiltered: Boolean(
      filters.status || filters.templateRef || filters.text?.trim(),
    ),
    change,
    clear: () =>
      change({ status: undefined, templateRef: undefined, text: undefined }),
  };
}
