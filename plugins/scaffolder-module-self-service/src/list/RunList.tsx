import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { LivePages } from '@self-service/plugin-approvals';
import { RunFilter } from '@self-service/plugin-runs-common';
import { runsApiRef } from '../api/RunsApi';
import { useRunSignal } from '../run/useRunSignal';
import { runsTranslationRef } from '../translation';
import { EmptyKind, EmptyRunList } from './EmptyRunList';
import { RunTable } from './RunTable';

const POLL_MILLISECONDS = 10_000;

/** How many runs there are, where one page holds them all. */
function Count(props: { total: number }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { total } = props;
  return (
    <Text as="p" color="secondary" style={{ padding: '8px 12px' }}>
      {total === 1 ? t('list.one') : t('list.total', { total: String(total) })}
    </Text>
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
  const { filter } = props;
  const { t } = useTranslationRef(runsTranslationRef);
  const runsApi = useApi(runsApiRef);
  const signal = useRunSignal();
  return (
    <LivePages
      what={t('list.what')}
      load={(page, options) =>
        runsApi.pageRuns(
          { ...filter, text: filter.text?.trim() || undefined, ...page },
          options,
        )
      }
      everyMilliseconds={POLL_MILLISECONDS}
      signal={signal}
      empty={
        <EmptyRunList
          kind={props.empty}
          onClearFilters={props.onClearFilters}
        />
      }
    >
      {({ items, total = items.length }, pagination) => (
        <>
          <RunTable runs={items} pagination={pagination} />
          {pagination.type === 'none' && <Count total={total} />}
        </>
      )}
    </LivePages>
  );
}
