import { Skeleton, TablePaginationType } from '@backstage/ui';
import { ReactNode, useCallback, useState } from 'react';
import { LoadFailure, StaleNotice } from './LoadFailure';
import { useLiveQuery } from './useLiveQuery';

const PAGE_SIZE = 20;

/**
 * A page of a list that a backend pages by cursors.
 *
 * @public
 */
export interface LivePage<T> {
  items: T[];
  /** How many there are on all pages, where that is known. */
  total?: number;
  /** Absent on the last page. */
  nextCursor?: string;
}

function LoadingList() {
  return (
    <div aria-busy="true" style={{ display: 'grid', gap: 12 }}>
      {[0, 1, 2, 3].map(row => (
        <Skeleton key={row} width="100%" height={44} />
      ))}
    </div>
  );
}

/** What a table shows below itself: nothing where there is one page only. */
function toPagination(
  page: LivePage<unknown>,
  cursors: (string | undefined)[],
  turnTo: (cursors: (string | undefined)[]) => void,
): TablePaginationType {
  const { items, nextCursor } = page;
  const offset = (cursors.length - 1) * PAGE_SIZE;
  if (nextCursor === undefined && offset === 0) {
    return { type: 'none' };
  }
  const known = offset + items.length + (nextCursor === undefined ? 0 : 1);
  return {
    type: 'page',
    showPageSizeOptions: false,
    pageSize: PAGE_SIZE,
    offset,
    totalCount: page.total ?? known,
    hasNextPage: nextCursor !== undefined,
    hasPreviousPage: offset > 0,
    onNextPage: () => turnTo([...cursors, nextCursor]),
    onPreviousPage: () => turnTo(cursors.slice(0, -1)),
  };
}

/**
 * A list of a backend, a page at a time, kept up to date; says while it is
 * loaded, why it can't be, and when it may be out of date. Give it a `key` of
 * its own for each list and its filters: another one begins at the first page.
 *
 * @public
 */
export function LivePages<T, P extends LivePage<T>>(props: {
  /** What is listed, as the subject of a sentence. */
  what: string;
  /** Reads a page; as the component was made, later ones are not heeded. */
  load: (
    page: { cursor: string | undefined; limit: number },
    options: { signal: AbortSignal },
  ) => Promise<P>;
  /** How often to read it again. */
  everyMilliseconds: number;
  /** The last signal that something has changed. */
  signal: unknown;
  /** In place of a list without items. */
  empty: ReactNode;
  /** In place of everything, for errors that are not worth another try. */
  readRefusal?: (error: Error) => ReactNode | undefined;
  children: (page: P, pagination: TablePaginationType) => ReactNode;
}) {
  const [read] = useState(() => props.load);
  /** Cursors of the pages up to the one shown; the first has none. */
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined]);
  const cursor = cursors[cursors.length - 1];
  const load = useCallback(
    (signal: AbortSignal) => read({ cursor, limit: PAGE_SIZE }, { signal }),
    [read, cursor],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    everyMilliseconds: props.everyMilliseconds,
    signal: props.signal,
  });
  const refusal = error && props.readRefusal?.(error);
  if (refusal) {
    return <>{refusal}</>;
  }
  if (!value) {
    return error ? (
      <LoadFailure what={props.what} error={error} onRetry={refresh} />
    ) : (
      <LoadingList />
    );
  }
  const isEmpty = value.items.length === 0 && cursors.length === 1;
  return (
    <>
      {error && <StaleNotice error={error} onRetry={refresh} />}
      {isEmpty
        ? props.empty
        : props.children(value, toPagination(value, cursors, setCursors))}
    </>
  );
}
