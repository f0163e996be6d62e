import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
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
  ApprovalRequest,
  ListQuery,
} from '@self-service/plugin-approvals-common';
import { useMemo } from 'react';
import { requestRouteRef } from '../../routes';
import { ApprovalsTexts, approvalsTranslationRef } from '../../translation';
import { EntityName, RelativeTime } from '../../ui';
import { useExplain } from '../Explanations';
import { DueTime, RequestStatusChip, RiskChip } from '../chips';
import { formatCost } from '../words';
import classes from './RequestTable.module.css';

function Why(props: { request: ApprovalRequest; t: ApprovalsTexts }) {
  const [first, ...others] = useExplain()(props.request.decision.decision);
  return (
    <span className={classes.why} title={[first, ...others].join('\n')}>
      {first ?? '–'}
      {others.length > 0 && (
        <em> {props.t('list.more', { amount: String(others.length) })}</em>
      )}
    </span>
  );
}

function makeColumns(
  t: ApprovalsTexts,
  view: ListQuery['view'],
  isNarrow: boolean,
): ColumnConfig<ApprovalRequest>[] {
  return [
    {
      id: 'request',
      label: t('list.request'),
      isRowHeader: true,
      defaultWidth: '3fr',
      minWidth: 180,
      cell: request => (
        <Cell>
          <span className={classes.request}>
            <strong>{request.title}</strong>
            <span className={classes.secondary}>
              {view !== 'mine' && (
                <>
                  <EntityName entityRef={request.requester} plain />
                  {' · '}
                </>
              )}
              <RelativeTime at={request.createdAt} />
            </span>
          </span>
        </Cell>
      ),
    },
    {
      id: 'environment',
      label: t('list.environment'),
      isHidden: isNarrow,
      defaultWidth: '1fr',
      minWidth: 130,
      cell: request => (
        <CellText title={request.decision.facts.environment ?? '–'} />
      ),
    },
    {
      id: 'cost',
      label: t('list.cost'),
      isHidden: isNarrow,
      defaultWidth: '1fr',
      minWidth: 130,
      cell: request => <CellText title={formatCost(request) ?? '–'} />,
    },
    {
      id: 'risk',
      label: t('list.risk'),
      isHidden: isNarrow,
      defaultWidth: '1fr',
      minWidth: 125,
      cell: request => (
        <Cell>
          <RiskChip request={request} />
        </Cell>
      ),
    },
    {
      id: 'why',
      label: t('list.why'),
      isHidden: isNarrow,
      defaultWidth: '3fr',
      minWidth: 220,
      cell: request => (
        <Cell>
          <Why request={request} t={t} />
        </Cell>
      ),
    },
    {
      id: 'due',
      label: t('list.due'),
      defaultWidth: '1fr',
      minWidth: 140,
      isHidden: view === 'all' || (isNarrow && view === 'mine'),
      cell: request => (
        <Cell>
          <DueTime request={request} />
        </Cell>
      ),
    },
    {
      id: 'status',
      label: t('list.status'),
      defaultWidth: '1fr',
      minWidth: 120,
      isHidden: view === 'inbox',
      cell: request => (
        <Cell>
          <RequestStatusChip status={request.status} />
        </Cell>
      ),
    },
  ];
}

/** Requests as a table; a row leads to the request's page. */
export function RequestTable(props: {
  requests: ApprovalRequest[];
  view: NonNullable<ListQuery['view']>;
  pagination: TablePaginationType;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const requestLink = useRouteRef(requestRouteRef);
  const isNarrow = useBreakpoint().down('sm');
  const columns = useMemo(
    () => makeColumns(t, props.view, isNarrow),
    [t, props.view, isNarrow],
  );
  return (
    <Card className={classes.card}>
      <Table
        columnConfig={columns}
        data={props.requests}
        rowConfig={{
          getHref: request => requestLink?.({ requestId: request.id }),
        }}
        pagination={props.pagination}
      />
    </Card>
  );
}
