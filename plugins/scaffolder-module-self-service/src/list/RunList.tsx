import {
  useApi,
  useRouteRef,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { ScaffolderApi } from '@backstage/plugin-scaffolder-common';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { ButtonLink, Skeleton, Text } from '@backstage/ui';
import { RiListCheck2 } from '@remixicon/react';
import {
  EmptyState,
  LoadFailure,
  StaleNotice,
  useLiveQuery,
} from '@self-service/plugin-approvals';
import { RunStatus, toRunStatus } from '@self-service/plugin-runs-common';
import { useCallback, useState } from 'react';
import { RunsApi, runsApiRef } from '../api/RunsApi';
import { createRootRouteRef } from '../routes';
import { useRunSignal } from '../run/useRunSignal';
import { runsTranslationRef } from '../translation';
import { ListedRun, RunTable } from './RunTable';

const PAGE_SIZE = 20;
/**
 * The scaffolder can't be asked for a status that it doesn't know (a waiting
 * run reads `failed` there), so a filtered list looks at so many runs.
 */
const FILTERED_SIZE = 100;
const POLL_MILLISECONDS = 10_000;

async function loadRuns(
  apis: { scaffolderApi: ScaffolderApi; runsApi: RunsApi },
  query: { ownership: 'owned' | 'all'; limit: number; offset: number },
  signal: AbortSignal,
): Promise<{ runs: ListedRun[]; total?: number }> {
  const { tasks, totalTasks } = await apis.scaffolderApi.listTasks({
    filterByOwnership: query.ownership,
    limit: query.limit,
    offset: query.offset,
  });
  const { items } = await apis.runsApi.listRuns(
    tasks.map(({ id }) => id),
    { signal },
  );
  const suspensions = new Map(
    items.map(({ taskId, suspension }) => [taskId, suspension]),
  );
  return {
    runs: tasks.map(task => ({
      id: task.id,
      task,
      status: toRunStatus(task.status, suspensions.get(task.id)),
    })),
    total: totalTasks,
  };
}

function EmptyRunList(props: { filtered: boolean }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const templates = useRouteRef(createRootRouteRef);
  return (
    <EmptyState
      icon={<RiListCheck2 aria-hidden />}
      title={t('list.emptyTitle')}
      description={t(props.filtered ? 'list.emptyFiltered' : 'list.emptyText')}
      action={
        templates &&
        !props.filtered && (
          <ButtonLink href={templates()} variant="secondary">
            {t('list.emptyAction')}
          </ButtonLink>
        )
      }
    />
  );
}

/** Runs with their true status, a page at a time, kept up to date. */
export function RunList(props: {
  ownership: 'owned' | 'all';
  status?: RunStatus;
}) {
  const { ownership, status } = props;
  const { t } = useTranslationRef(runsTranslationRef);
  const scaffolderApi = useApi(scaffolderApiRef);
  const runsApi = useApi(runsApiRef);
  const [offset, setOffset] = useState(0);
  const isFiltered = status !== undefined;
  const load = useCallback(
    (signal: AbortSignal) =>
      loadRuns(
        { scaffolderApi, runsApi },
        isFiltered
          ? { ownership, limit: FILTERED_SIZE, offset: 0 }
          : { ownership, limit: PAGE_SIZE, offset },
        signal,
      ),
    [scaffolderApi, runsApi, ownership, isFiltered, offset],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
    signal: useRunSignal(),
  });

  if (!value) {
    return error ? (
      <LoadFailure what={t('list.what')} error={error} onRetry={refresh} />
    ) : (
      <div aria-busy="true" style={{ display: 'grid', gap: 12 }}>
        {[0, 1, 2, 3].map(row => (
          <Skeleton key={row} width="100%" height={44} />
        ))}
      </div>
    );
  }
  const runs = isFiltered
    ? value.runs.filter(run => run.status === status)
    : value.runs;
  const total = value.total ?? offset + value.runs.length;
  return (
    <>
      {error && <StaleNotice error={error} onRetry={refresh} />}
      {isFiltered && (
        <Text color="secondary">
          {t('list.filteredNote', { amount: String(FILTERED_SIZE) })}
        </Text>
      )}
      {runs.length === 0 && offset === 0 ? (
        <EmptyRunList filtered={isFiltered} />
      ) : (
        <RunTable
          runs={runs}
          pagination={
            isFiltered || total <= PAGE_SIZE
              ? { type: 'none' }
              : {
                  type: 'page',
                  showPageSizeOptions: false,
                  pageSize: PAGE_SIZE,
                  offset,
                  totalCount: total,
                  hasNextPage: offset + PAGE_SIZE < total,
                  hasPreviousPage: offset > 0,
                  onNextPage: () => setOffset(offset + PAGE_SIZE),
                  onPreviousPage: () =>
                    setOffset(Math.max(0, offset - PAGE_SIZE)),
                }
          }
        />
      )}
    </>
  );
}
