import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Card,
  Cell,
  ColumnConfig,
  Table,
  TablePaginationType,
  useBreakpoint,
} from '@backstage/ui';
import {
  EntityName,
  formatDuration,
  RelativeTime,
  StatusChip,
} from '@self-service/plugin-approvals';
import { RunSummary } from '@self-service/plugin-runs-common';
import { useMemo } from 'react';
import { runRouteRef } from '../routes';
import { RunsTexts, runsTranslationRef } from '../translation';
import { NamedText } from '../run/NamedText';
import { RUN_TONES } from '../words';
import classes from './RunTable.module.css';

/** A run as the table wants it. */
type Row = RunSummary & { id: string };

function TemplateName(props: { run: RunSummary }) {
  const { templateRef } = props.run;
  return templateRef ? (
    <EntityName entityRef={templateRef} defaultKind="template" plain />
  ) : (
    <>–</>
  );
}

function Duration(props: { run: RunSummary; t: RunsTexts }) {
  const { createdAt, endedAt } = props.run;
  if (!endedAt) {
    return <></>;
  }
  const duration = formatDuration(Date.parse(endedAt) - Date.parse(createdAt));
  return (
    <span className={classes.secondary}>
      {props.t('list.took', { duration })}
    </span>
  );
}

function Name(props: { run: RunSummary; isNarrow: boolean }) {
  const { run, isNarrow } = props;
  return (
    <span className={classes.name}>
      <strong>{run.title}</strong>
      {isNarrow && (
        <span className={classes.secondary}>
          <TemplateName run={run} />
          {' · '}
          <RelativeTime at={run.createdAt} />
        </span>
      )}
      {run.waitsFor && (
        <span className={classes.secondary}>{run.waitsFor}</span>
      )}
      {run.problem && (
        <span className={classes.problem} title={run.problem}>
          <NamedText text={run.problem} />
        </span>
      )}
    </span>
  );
}

function makeColumns(t: RunsTexts, isNarrow: boolean): ColumnConfig<Row>[] {
  return [
    {
      id: 'name',
      label: t('list.name'),
      isRowHeader: true,
      defaultWidth: '3fr',
      minWidth: 150,
      cell: run => (
        <Cell>
          <Name run={run} isNarrow={isNarrow} />
        </Cell>
      ),
    },
    {
      id: 'template',
      label: t('list.template'),
      isHidden: isNarrow,
      defaultWidth: '2fr',
      minWidth: 120,
      cell: run => (
        <Cell>
          <TemplateName run={run} />
        </Cell>
      ),
    },
    {
      id: 'requester',
      label: t('list.requester'),
      isHidden: isNarrow,
      defaultWidth: '2fr',
      minWidth: 140,
      cell: ({ requester }) => (
        <Cell>
          {requester ? <EntityName entityRef={requester} plain /> : '–'}
        </Cell>
      ),
    },
    {
      id: 'status',
      label: t('list.status'),
      defaultWidth: '1fr',
      minWidth: 172,
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
      // There is no room for it: it stands below the name.
      isHidden: isNarrow,
      defaultWidth: '1fr',
      minWidth: 140,
      cell: run => (
        <Cell>
          <span className={classes.name}>
            <RelativeTime at={run.createdAt} />
            <Duration run={run} t={t} />
          </span>
        </Cell>
      ),
    },
  ];
}

/** Runs as a table; a row leads to the run's page. */
export function RunTable(props: {
  runs: RunSummary[];
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
        data={props.runs.map(run => ({ ...run, id: run.taskId }))}
        rowConfig={{ getHref: ({ taskId }) => runLink?.({ taskId }) }}
        pagination={props.pagination}
      />
    </Card>
  );
}
