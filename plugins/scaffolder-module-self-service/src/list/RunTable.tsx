import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ScaffolderTask } from '@backstage/plugin-scaffolder-common';
import {
  Cell,
  CellText,
  ColumnConfig,
  Table,
  TablePaginationType,
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

function makeColumns(t: RunsTexts): ColumnConfig<ListedRun>[] {
  return [
    {
      id: 'name',
      label: t('list.name'),
      isRowHeader: true,
      cell: ({ task }) => (
        <CellText title={readThingName(task.spec) ?? task.id.slice(0, 8)} />
      ),
    },
    {
      id: 'template',
      label: t('list.template'),
      cell: ({ task }) => (
        <CellText title={readTemplateTitle(task.spec) ?? '–'} />
      ),
    },
    {
      id: 'requester',
      label: t('list.requester'),
      cell: ({ task }) => (
        <Cell>
          {task.spec.user?.ref ? (
            <EntityName entityRef={task.spec.user.ref} />
          ) : (
            '–'
          )}
        </Cell>
      ),
    },
    {
      id: 'status',
      label: t('list.status'),
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
  const columns = useMemo(() => makeColumns(t), [t]);
  return (
    <div className={classes.scroll}>
      <Table
        columnConfig={columns}
        data={props.runs}
        rowConfig={{ getHref: ({ id }) => runLink?.({ taskId: id }) }}
        pagination={props.pagination}
      />
    </div>
  );
}
