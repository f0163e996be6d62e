import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ScaffolderTask } from '@backstage/plugin-scaffolder-common';
import {
  Card,
  Cell,
  CellText,
  ColumnConfig,
  Table,
  TablePaginationType,
  useBreakpoint,
} from '@backstage/ui';
import {
  EntityName,
  RelativeTime,
  StatusChip,
} from '@self-service/plugin-approvals';
import { RunStatus } from '@self-service/plugin-runs-common';
import { useMemo } from 'react';
import { runRouteRef } from '../routes';
import { RunsTexts, runsTranslationRef } from '../translation';
import { readTemplateTitle, readThingName, RUN_TONES } from '../words';
import classes from './RunTable.module.css';

/** One run of the list. */
export interface ListedRun {
  id: string;
  task: ScaffolderTask;
  status: RunStatus;
}

function makeColumns(
  t: RunsTexts,
  isNarrow: boolean,
): ColumnConfig<ListedRun>[] {
  return [
    {
      id: 'name',
      label: t('list.name'),
      isRowHeader: true,
      defaultWidth: '2fr',
      minWidth: 120,
      cell: ({ task }) => (
        <CellText title={readThingName(task.spec) ?? task.id.slice(0, 8)} />
      ),
    },
    {
      id: 'template',
      label: t('list.template'),
      isHidden: isNarrow,
      defaultWidth: '2fr',
      minWidth: 120,
      cell: ({ task }) => (
        <CellText title={readTemplateTitle(task.spec) ?? '–'} />
      ),
    },
    {
      id: 'requester',
      label: t('list.requester'),
      isHidden: isNarrow,
      defaultWidth: '2fr',
      minWidth: 180,
      cell: ({ task }) => (
        <Cell>
          {task.spec.user?.ref ? (
            <EntityName entityRef={task.spec.user.ref} plain />
          ) : (
            '–'
          )}
        </Cell>
      ),
    },
    {
      id: 'status',
      label: t('list.status'),
      defaultWidth: '1fr',
      minWidth: 150,
      cell: ({ status }) => (
        <Cell>
          <StatusChip
            tone={RUN_TONES[status]}
            label={t(`runStatus.${status}`)}
          />
        </Cell>
      ),
    },
    {
      id: 'created',
      label: t('list.created'),
      defaultWidth: '1fr',
      minWidth: 140,
      cell: ({ task }) => (
        <Cell>
          <RelativeTime at={task.createdAt} />
        </Cell>
      ),
    },
  ];
}

/** Runs as a table; a row leads to the run's page. */
export function RunTable(props: {
  runs: ListedRun[];
  pagination: TablePaginationType;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  const runLink = useRouteRef(runRouteRef);
  const isNarrow = useBreakpoint().down('sm');
  const columns = useMemo(() => makeColumns(t, isNarrow), [t, isNarrow]);
  return (
    <Card className={classes.card}>
      <Table
        columnConfig={columns}
        data={props.runs}
        rowConfig={{ getHref: ({ id }) => runLink?.({ taskId: id }) }}
        pagination={props.pagination}
      />
    </Card>
  );
}
