import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Skeleton, Text } from '@backstage/ui';
import {
  LoadFailure,
  StaleNotice,
  useLiveQuery,
} from '@self-service/plugin-approvals';
import { RunFilter } from '@self-service/plugin-runs-common';
import { useCallback, useState } from 'react';
import { runsApiRef } from '../api/RunsApi';
import { useRunSignal } from '../run/useRunSignal';
import { runsTranslationRef } from '../translation';
import { EmptyKind, EmptyRunList } from './EmptyRunList';
import { RunTable } from './RunTable';

const PAGE_SIZE = 20;
const POLL_MILLISECONDS = 10_000;

function LoadingList() {
  return (
    <div aria-busy="true" style={{ display: 'grid', gap: 12 }}>
      {[0, 1, 2, 3].map(row => (
        <Skeleton key={row} width="100%" height={44} />
      ))}
    </div>
  );
}

/**
 * Runs with their true status, a page at a time, kept up to date. Give it a
 * `key` of its own for each filter: another one begins at the first page.
 */
export function RunList(props: {
  filter: Partial<RunFilter>;
  empty: EmptyKind;
  onClearFilters?: () => void;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  const runsApi = useApi(runsApiRef);
  const [filter] = useState(props.filter);
  /** Cursors of the pages up to the one shown; the first has none. */
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined]);
  const cursor = cursors[cursors.length - 1];

  const load = useCallback(
    (signal: AbortSignal) =>
      runsApi.pageRuns(
        {
          ...filter,
          text: filter.text?.trim() || undefined,
          cursor,
          limit: PAGE_SIZE,
        },
        { signal },
      ),
    [runsApi, filter, cursor],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
    signal: useRunSignal(),
  });

  if (!value) {
    return error ? (
      <LoadFailure what={t('list.what')} error={error} onRetry={refresh} />
    ) : (
      <LoadingList />
    );
  }
  const { items, nextCursor } = value;
  const offset = (cursors.length - 1) * PAGE_SIZE;
  // Of an entity's runs, there is no telling how many more there are.
  const known = offset + items.length + (nextCursor === undefined ? 0 : 1);
  const { total = known } = value;
  if (items.length === 0 && offset === 0) {
    return (
      <>
        {error && <StaleNotice error={error} onRetry={refresh} />}
        <EmptyRunList
          kind={props.empty}
          onClearFilters={props.onClearFilters}
        />
      </>
    );
  }
  const hasPages = nextCursor !== undefined || offset > 0;
  return (
    <>
      {error && <StaleNotice error={error} onRetry={refresh} />}
      <RunTable
        runs={items}
        pagination={
          hasPages
            ? {
                type: 'page',
                showPageSizeOptions: false,
                pageSize: PAGE_SIZE,
                offset,
                totalCount: total,
                hasNextPage: nextCursor !== undefined,
                hasPreviousPage: offset > 0,
                onNextPage: () => setCursors([...cursors, nextCursor]),
                onPreviousPage: () => setCursors(cursors.slice(0, -1)),
              }
            : { type: 'none' }
        }
      />
      {!hasPages && (
        <Text as="p" color="secondary" style={{ padding: '8px 12px' }}>
          {total === 1
            ? t('list.one')
            : t('list.total', { total: String(total) })}
        </Text>
      )}
    </>
  );
}
