import {
  ListQuery,
  listQuerySchema,
} from '@self-service/plugin-approvals-common';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

/** What a list of requests is narrowed down to. */
export type RequestFilters = Pick<
  ListQuery,
  'text' | 'environment' | 'risk' | 'status' | 'team'
>;

/** Names of filters, also in the address. */
export type RequestFilterNames = readonly (keyof RequestFilters)[];

function readFilters(
  search: URLSearchParams,
  names: RequestFilterNames,
): RequestFilters {
  const read = (name: keyof RequestFilters) =>
    (names.includes(name) && search.get(name)) || undefined;
  const { risk, status } = listQuerySchema.shape;
  return {
    text: read('text'),
    environment: read('environment'),
    // Whoever edits the address may have written anything.
    risk: risk.safeParse(read('risk')).data,
    status: status.safeParse(read('status')).data,
    team: read('team'),
  };
}

/**
 * The filters of a list, kept in the query of the page's address: they stay
 * when the page is loaded anew, and can be sent to somebody.
 *
 * @param names - which filters the list has; a constant
 * @returns the filters, whether there are any, and what changes some (`''` and
 * `undefined` take one away) or clears all
 */
export function useRequestFilters(names: RequestFilterNames): {
  filters: RequestFilters;
  isFiltered: boolean;
  change: (changes: Partial<RequestFilters>) => void;
  clear: () => void;
} {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => readFilters(search, names), [search, names]);
  const change = useCallback(
    (changes: Partial<RequestFilters>) =>
      setSearch(
        current => {
          const next = new URLSearchParams(current);
          for (const [name, value] of Object.entries(changes)) {
            if (value) {
              next.set(name, value);
            } else {
              next.delete(name);
            }
          }
          return next;
        },
        // Going back leaves the list, rather than undoing each letter.
        { replace: true },
      ),
    [setSearch],
  );
  const clear = useCallback(
    () =>
      change(Object.fromEntries(names.map(name => [name, undefined] as const))),
    [change, names],
  );
  const isFiltered = names.some(name => filters[name]?.trim());
  return { filters, isFiltered, change, clear };
}
