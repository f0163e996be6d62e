import {
  ListQuery,
  listQuerySchema,
} from '@self-service/plugin-approvals-common';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import { useSearchChange } from '../../ui';

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
  const [search] = useSearchParams();
  const filters = useMemo(() => readFilters(search, names), [search, names]);
  const change: (changes: Partial<RequestFilters>) => void = useSearchChange();
  const clear = useCallback(
    () =>
      change(Object.fromEntries(names.map(name => [name, undefined] as const))),
    [change, names],
  );
  const isFiltered = names.some(name => filters[name]?.trim());
  return { filters, isFiltered, change, clear };
}
